//! What a moderator took off the public side because it was reported.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::kinds::RecordKind;

/// A row of `hidden_record`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "hidden_record")]
pub struct Model {
    /// The record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub record_id: Uuid,
    /// Its kind.
    pub kind: RecordKind,
    /// Since when.
    pub hidden_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
