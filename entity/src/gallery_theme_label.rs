//! The public side of a theme. Written by the door only.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::values::Labels;

/// A row of `gallery_theme_label`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gallery_theme_label")]
pub struct Model {
    /// The theme.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its label by language.
    #[sea_orm(column_type = "JsonBinary")]
    pub labels: Labels,
}

impl ActiveModelBehavior for ActiveModel {}
