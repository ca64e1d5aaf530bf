//! Somebody asked for a new password. Whether there is such an account is looked up later, by the worker: so the call that
//! asks does the same work either way.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `password_reset_request`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "password_reset_request")]
pub struct Model {
    /// Keyed hash of the normalised e-mail address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub email_hash: Vec<u8>,
    /// When.
    pub requested_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
