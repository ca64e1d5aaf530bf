//! A link that works once. It is deleted when it is used.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::AccountId;

crate::text_enum! {
    /// What a link opens.
    LinkPurpose {
        /// Accepting an invitation.
        Invitation = "invitation",
        /// Choosing a new password.
        PasswordReset = "password_reset",
    }
}

/// A row of `one_time_link`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_link")]
pub struct Model {
    /// Keyed hash of the token in the link.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    /// Whose account it opens.
    pub account_id: AccountId,
    /// What for.
    pub purpose: LinkPurpose,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Until when it works.
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
