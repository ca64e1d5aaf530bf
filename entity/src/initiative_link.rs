//! A link with which a contact answers. All of a contact's are deleted when one is used.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `initiative_link`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "initiative_link")]
pub struct Model {
    /// Keyed hash of the token in the link.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    /// Whom it was written to.
    pub contact_id: Uuid,
    /// Until when it works.
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
