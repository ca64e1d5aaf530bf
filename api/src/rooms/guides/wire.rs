//! What callers send and read.

use std::collections::BTreeMap;

use ::entity::guide::{self, GuideTexts, GuideTranslation};
use ::entity::guide_version;
use ::entity::ids::GuideId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::openapi::{Object, ObjectBuilder, Type};
use utoipa::{IntoParams, PartialSchema as _, ToSchema};
use uuid::Uuid;

use super::store::Guide;
use crate::http::json::{fault, step};
use crate::http::language::canonical_tag;
use crate::problem::Problem;
use crate::rooms::bundle::{LanguageTag, Sentence};
use crate::rooms::records::{Edit, Mergeable};

/// A dialogue guide as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GuideIn {
    /// Title.
    #[schema(max_length = 200, pattern = r"\S", example = "Seeds and land")]
    title: String,
    /// The language of title and questions.
    language: LanguageTag,
    /// The questions, in their order.
    #[schema(min_items = 1, max_items = 50)]
    questions: Vec<Sentence>,
    /// The same in other languages: as many questions, in the same order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = by_language)]
    translations: BTreeMap<String, GuideTranslation>,
}

fn by_language() -> Object {
    let tag =
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .max_properties(Some(50))
        .property_names(Some(tag))
        .additional_properties(Some(GuideTranslation::schema()))
        .build()
}

impl Mergeable for GuideIn {}

/// An edit of a guide: what is left out stays, `null` clears.
pub(super) type GuidePatch = Edit<GuideIn>;

impl GuideIn {
    /// The texts it stands for.
    ///
    /// # Errors
    /// 422 with every fault: a language that is none, or a translation that does not fit.
    pub(super) fn texts(&self) -> Result<GuideTexts, Problem> {
        let mut faults = Vec::new();
        let invalid = "must be a language tag of BCP 47";
        let language = canonical_tag(&self.language.0).unwrap_or_else(|| {
            faults.push(fault("/language", "invalid_language", invalid));
            String::new()
        });
        let mut translations = BTreeMap::new();
        for (tag, translation) in &self.translations {
            let at = step("/translations", tag);
            if translation.questions.len() != self.questions.len() {
                let detail = "must be as many as in the original, in the same order";
                faults.push(fault(&step(&at, "questions"), "wrong_number", detail));
            }
            match canonical_tag(tag) {
                None => faults.push(fault(&at, "invalid_language", invalid)),
                Some(tag) if tag == language || translations.contains_key(&tag) => {
                    let detail = "is the language of the original or of another translation";
                    faults.push(fault(&at, "repeated_language", detail));
                }
                Some(tag) => drop(translations.insert(tag, translation.clone())),
            }
        }
        let questions = self.questions.iter().map(|question| question.0.clone()).collect();
        match faults.is_empty() {
            true => Ok(GuideTexts { title: self.title.clone(), language, questions, translations }),
            false => Err(Problem::invalid_body(faults)),
        }
    }

    /// The body that says the same.
    pub(super) fn of(texts: GuideTexts) -> Self {
        let GuideTexts { title, language, questions, translations } = texts;
        let questions = questions.into_iter().map(Sentence).collect();
        Self { title, language: LanguageTag(language), questions, translations }
    }
}

/// A dialogue guide.
#[derive(Serialize, ToSchema)]
pub(super) struct GuideOut {
    /// Identifier.
    id: GuideId,
    /// Title.
    title: String,
    /// The language of title and questions (BCP 47).
    language: String,
    /// The questions, in their order.
    questions: Vec<String>,
    /// The same in other languages.
    #[schema(schema_with = by_language)]
    translations: BTreeMap<String, GuideTranslation>,
    /// Whether it says something else than its newest published version.
    is_changed: bool,
    /// Its published versions, the first first. They never change.
    published: Vec<GuideVersionLink>,
    /// Grows by one with every edit; the `ETag` is made of it.
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last edited.
    updated_at: DateTime<Utc>,
    links: GuideLinks,
}

/// Where a guide is.
#[derive(Serialize, ToSchema)]
struct GuideLinks {
    /// The guide.
    #[serde(rename = "self")]
    this: String,
}

/// A published version, without its texts.
#[derive(Serialize, ToSchema)]
struct GuideVersionLink {
    /// Its number, from 1.
    version: i32,
    /// Since when.
    published_at: DateTime<Utc>,
}

/// A published version of a guide.
#[derive(Serialize, ToSchema)]
pub(super) struct GuideVersionOut {
    /// The guide.
    guide: GuideId,
    /// Its number, from 1.
    version: i32,
    /// Title.
    title: String,
    /// The language of title and questions (BCP 47).
    language: String,
    /// The questions, in their order.
    questions: Vec<String>,
    /// The same in other languages.
    #[schema(schema_with = by_language)]
    translations: BTreeMap<String, GuideTranslation>,
    /// Since when.
    published_at: DateTime<Utc>,
}

/// The address of a guide.
pub(super) fn path(id: GuideId) -> String {
    format!("/v1/guides/{id}")
}

impl From<Guide> for GuideOut {
    fn from(guide: Guide) -> Self {
        let guide::Model { id, texts, is_changed, created_by: _, version, created_at, updated_at } =
            guide.row;
        let GuideTexts { title, language, questions, translations } = texts;
        let published = guide.published.into_iter().map(|version| {
            let guide_version::Model { guide_id: _, number, texts: _, published_at } = version;
            GuideVersionLink { version: number, published_at }
        });
        Self {
            id,
            title,
            language,
            questions,
            translations,
            is_changed,
            published: published.collect(),
            version,
            created_at,
            updated_at,
            links: GuideLinks { this: path(id) },
        }
    }
}

impl From<guide_version::Model> for GuideVersionOut {
    fn from(version: guide_version::Model) -> Self {
        let guide_version::Model { guide_id, number, texts, published_at } = version;
        let GuideTexts { title, language, questions, translations } = texts;
        Self { guide: guide_id, version: number, title, language, questions, translations, published_at }
    }
}

/// A page of guides.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct GuidePage {
    /// The guides.
    items: Vec<GuideOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which guide.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct GuidePath {
    /// The guide.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) guide_id: Uuid,
}

/// Which version of a guide.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct GuideVersionPath {
    /// The guide.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) guide_id: Uuid,
    /// The number of the version, from 1.
    #[serde(deserialize_with = "crate::http::id::version")]
    #[param(minimum = 1)]
    pub(super) number: i64,
}
