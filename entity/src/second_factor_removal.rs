//! That an admin took away somebody's lost second factor, and why.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::AccountId;

/// A row of `second_factor_removal`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factor_removal")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose it was.
    pub account_id: AccountId,
    /// Who took it away.
    pub removed_by: AccountId,
    /// Why, sealed under the account's key.
    pub sealed_reason: Vec<u8>,
    /// When.
    pub removed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
