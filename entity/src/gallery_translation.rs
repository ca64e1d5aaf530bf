//! A public document's finished JSON in a further language. Written by the door only.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `gallery_translation`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gallery_translation")]
pub struct Model {
    /// The document.
    #[sea_orm(primary_key, auto_increment = false)]
    pub document_id: Uuid,
    /// The language (BCP 47).
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    /// The label in it.
    pub label: String,
    /// The finished JSON.
    pub body: String,
    /// The finished feature of the map (RFC 7946 §3.2) in it; blank without a public point.
    pub feature: String,
}

impl ActiveModelBehavior for ActiveModel {}
