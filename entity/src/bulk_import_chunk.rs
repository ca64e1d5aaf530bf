//! A piece of a file that was sent, until it is taken in. It is sealed under the import's own key.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `bulk_import_chunk`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_import_chunk")]
pub struct Model {
    /// The import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    /// Which piece, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// Its bytes.
    pub sealed: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
