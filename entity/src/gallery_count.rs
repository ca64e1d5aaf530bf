//! How many listed documents of a kind a country has. Written by the door only.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::gallery_document::DocumentKind;

/// A row of `gallery_count`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gallery_count")]
pub struct Model {
    /// The country; `ZZ` for documents without one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub country: String,
    /// The kind.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: DocumentKind,
    /// How many.
    pub documents: i64,
}

impl ActiveModelBehavior for ActiveModel {}
