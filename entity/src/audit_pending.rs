//! Entries of the audit log that are not in its chain yet.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `audit_pending`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_pending")]
pub struct Model {
    /// The entry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
