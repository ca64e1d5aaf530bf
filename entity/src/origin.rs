//! Where an imported record came from: a second import of the same source and id is an update, never a double.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::kinds::RecordKind;

/// A row of `origin`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "origin")]
pub struct Model {
    /// The organisation whose source it is; the nil UUID for the campaign's own.
    #[sea_orm(primary_key, auto_increment = false)]
    pub namespace: Uuid,
    /// The source's name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The record's id in that source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub external_id: String,
    /// The record's kind.
    pub kind: RecordKind,
    /// The record here.
    pub record_id: Uuid,
    /// SHA-256 of the last line taken, in canonical form.
    pub line_hash: Vec<u8>,
    /// The record's version after that line: a higher one means it was edited here.
    pub record_version: i64,
    /// The import that last saw it.
    pub run: Uuid,
    /// Withdrawn or erased here: it never comes back by an import.
    pub gone: bool,
}

impl ActiveModelBehavior for ActiveModel {}
