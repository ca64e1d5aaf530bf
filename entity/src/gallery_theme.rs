//! Which themes a public document carries. Written by the door only.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `gallery_theme`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gallery_theme")]
pub struct Model {
    /// The document.
    #[sea_orm(primary_key, auto_increment = false)]
    pub document_id: Uuid,
    /// The theme.
    #[sea_orm(primary_key, auto_increment = false)]
    pub theme_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
