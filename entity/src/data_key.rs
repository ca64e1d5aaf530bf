//! The key that seals one record's secrets, itself sealed by a wrapping key. Deleting it erases them.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `data_key`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_key")]
pub struct Model {
    /// The record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub record_id: Uuid,
    /// The key, sealed by the wrapping key of its epoch.
    pub wrapped: Vec<u8>,
    /// Which wrapping key; 0 is the master key itself.
    pub epoch: i32,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
