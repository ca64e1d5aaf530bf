//! What has happened: a kind and identifiers, never names or texts.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `outbox_fact`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_fact")]
pub struct Model {
    /// Identifier (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its number in the order of commits; given last before the commit.
    pub seq: Option<i64>,
    /// What happened, a word.
    pub kind: String,
    /// To which records, by their roles.
    #[sea_orm(column_type = "JsonBinary")]
    pub about: Json,
    /// When it was told.
    pub told_at: DateTimeUtc,
    /// When everybody concerned had been found.
    pub dispatched_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
