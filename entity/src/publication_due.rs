//! Records the door must look at again at a later time, because a rule will then say yes.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::kinds::RecordKind;

/// A row of `publication_due`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "publication_due")]
pub struct Model {
    /// The record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub record_id: Uuid,
    /// Its kind.
    pub kind: RecordKind,
    /// When to look.
    pub due_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
