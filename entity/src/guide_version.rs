//! A published version of a dialogue guide. It never changes, so that what was answered to it can be compared.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::guide::GuideTexts;
use crate::ids::GuideId;

/// A row of `guide_version`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "guide_version")]
pub struct Model {
    /// The guide.
    #[sea_orm(primary_key, auto_increment = false)]
    pub guide_id: GuideId,
    /// Its number, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// What it says.
    #[sea_orm(column_type = "JsonBinary")]
    pub texts: GuideTexts,
    /// Since when.
    pub published_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
