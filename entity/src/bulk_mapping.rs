//! How the tables that somebody sends are read: which column is which member.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `bulk_mapping`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_mapping")]
pub struct Model {
    /// Whose it is: the organisation's identifier, or nil for the campaign's own.
    #[sea_orm(primary_key, auto_increment = false)]
    pub namespace: Uuid,
    /// What they call it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The mapping, as JSON.
    pub reading: String,
    /// When it was last written.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
