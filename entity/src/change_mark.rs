//! That something was done to a record which readers of changes may have to be told. Triggers write these.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::change_entry::ChangeKind;

/// A row of `change_mark`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "change_mark")]
pub struct Model {
    /// Of no meaning.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The kind of the record.
    pub kind: ChangeKind,
    /// The record.
    pub record_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
