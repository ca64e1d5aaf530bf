//! The languages in which a public document can be read or in which it speaks. Written by the door only.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `gallery_language`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gallery_language")]
pub struct Model {
    /// The document.
    #[sea_orm(primary_key, auto_increment = false)]
    pub document_id: Uuid,
    /// The language (BCP 47).
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
}

impl ActiveModelBehavior for ActiveModel {}
