//! A topic in several languages.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, ThemeId};
use crate::values::Labels;

/// A row of `theme`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "theme")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ThemeId,
    /// Its label by language.
    #[sea_orm(column_type = "JsonBinary")]
    pub labels: Labels,
    /// The account that made the record; none if it was imported.
    pub created_by: Option<AccountId>,
    /// Grows by one with every edit.
    pub version: i64,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When the record was last edited.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
