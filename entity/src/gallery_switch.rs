//! What hides at once, honoured by every public read. Written by the door only.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// The switch that hides everything.
pub const ALL: &str = "all";

/// A row of `gallery_switch`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gallery_switch")]
pub struct Model {
    /// [`ALL`], or the guard of the documents that are hidden.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Since when.
    pub since: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
