//! Somebody signed in on one device. Neither the device nor its address is kept.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, SessionId};

/// A row of `session`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Keyed hash of the refresh token that is next.
    pub token_hash: Vec<u8>,
    /// Keyed hash of the one before it.
    pub previous_hash: Option<Vec<u8>>,
    /// Whether it began with a second factor.
    pub second_factor: bool,
    /// When it began.
    pub created_at: DateTimeUtc,
    /// When the refresh token was last changed.
    pub refreshed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
