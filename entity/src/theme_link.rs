//! Which themes a record of any kind carries.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::ThemeId;
use crate::kinds::RecordKind;

/// A row of `theme_link`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "theme_link")]
pub struct Model {
    /// The record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub record_id: Uuid,
    /// Place in the list, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The record's kind.
    pub kind: RecordKind,
    /// The theme.
    pub theme_id: ThemeId,
}

impl ActiveModelBehavior for ActiveModel {}
