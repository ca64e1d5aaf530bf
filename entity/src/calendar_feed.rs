//! The address at which an account has its own calendar.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::AccountId;

/// A row of `calendar_feed`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_feed")]
pub struct Model {
    /// Identifier (UUIDv4); not what the address is made of.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose it is.
    pub account_id: AccountId,
    /// Keyed hash of the address' secret part.
    pub token_hash: Vec<u8>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
