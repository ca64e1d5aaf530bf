//! The chain over the audit log: each link's hash is of its entry and of the link before.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `audit_link`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_link")]
pub struct Model {
    /// Its place in the chain, from 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// The entry.
    pub entry_id: Uuid,
    /// SHA-256.
    pub hash: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
