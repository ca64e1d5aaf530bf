//! What became of some lines of an import, or of some of its records when it was undone.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `bulk_import_told`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_import_told")]
pub struct Model {
    /// The import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    /// Whether it is about undoing.
    #[sea_orm(primary_key, auto_increment = false)]
    pub of_undo: bool,
    /// Which portion, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// The number of the last line in it.
    pub last_line: i64,
    /// The verdicts as they are told, a JSON object a line.
    pub lines: String,
}

impl ActiveModelBehavior for ActiveModel {}
