//! A dialogue guide: questions in several languages, as they are being worked on. See `guide_version` for what is published.

use std::collections::BTreeMap;

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{PartialSchema, ToSchema};

use crate::Relation;
use crate::ids::{AccountId, GuideId};
use crate::values::TranslatedBy;

/// What a guide says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct GuideTexts {
    /// Title.
    pub title: String,
    /// The language of title and questions (BCP 47).
    pub language: String,
    /// The questions, in their order.
    pub questions: Vec<String>,
    /// The same in other languages, question by question.
    pub translations: BTreeMap<String, GuideTranslation>,
}

/// A guide in another language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuideTranslation {
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub title: Option<String>,
    /// The questions: as many as there are, in the same order.
    #[schema(schema_with = questions_schema)]
    pub questions: Vec<String>,
    /// Who made the translation.
    #[schema(schema_with = TranslatedBy::schema)]
    pub by: TranslatedBy,
}

/// utoipa cannot say of a list what its texts are like.
fn questions_schema() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::{ArrayBuilder, ObjectBuilder, Type};
    let question = ObjectBuilder::new().schema_type(Type::String).max_length(Some(1000)).pattern(Some(r"\S"));
    ArrayBuilder::new().items(question).min_items(Some(1)).max_items(Some(50)).build()
}

/// A row of `guide`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "guide")]
pub struct Model {
    /// Identifier (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GuideId,
    /// What it says.
    #[sea_orm(column_type = "JsonBinary")]
    pub texts: GuideTexts,
    /// Whether it says something else than its newest published version.
    pub is_changed: bool,
    /// The account that made it.
    pub created_by: Option<AccountId>,
    /// Grows by one with every edit.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was last edited.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
