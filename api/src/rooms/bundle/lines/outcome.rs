//! Lines of outcomes.

use std::collections::BTreeMap;

use ::entity::ids::OutcomeId;
use ::entity::kinds::{Moderation, RecordKind};
use ::entity::outcome::{self, OutcomeKind};
use ::entity::values::{Texts, Translation, Translations};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::parts::{Incoming, LanguageTag, Names, RecordId, Word};
use crate::rooms::outcomes::OutcomeRecord;

/// A finding, barrier, need, recommendation, decision or lesson of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleOutcome)]
pub struct OutcomeLine {
    /// Its id in the source.
    pub id: RecordId,
    /// The event it came from.
    #[schema(required = true, nullable = false)]
    pub event: Option<RecordId>,
    /// What it is.
    pub kind: OutcomeKind,
    /// What was found. Required unless it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 4000, pattern = r"\S")]
    pub text: Option<String>,
    /// The language of the text; the header's if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<LanguageTag>,
    /// Whom it asks: donors, governments, allies, activists …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub addressed_to: Vec<Word>,
    /// Themes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub themes: Vec<RecordId>,
    /// Later events that took it up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub followed_by: Vec<RecordId>,
    /// Where it stands; a draft if not said.
    #[serde(default = "draft")]
    #[schema(default = "draft")]
    pub status: Moderation,
    /// The text in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = super::parts::translations_schema)]
    pub translations: BTreeMap<String, Translation>,
}

pub fn draft() -> Moderation {
    Moderation::Draft
}

impl OutcomeLine {
    /// The record it stands for; of a withdrawn one, no text is kept.
    pub fn into_record(self, incoming: &mut Incoming<'_>) -> Option<OutcomeRecord> {
        let withdrawn = self.status == Moderation::Withdrawn;
        let language = match withdrawn {
            true => "und".to_owned(),
            false => incoming.own_language(self.language.as_ref()),
        };
        if self.text.is_none() && !withdrawn {
            incoming.refuse("/text", "required", "is required unless the outcome is withdrawn");
        }
        let translations = incoming.translations(&language, self.translations);
        let event_id = incoming.one("/event", self.event.as_ref(), RecordKind::Event);
        let followed_by = incoming.many("/followed_by", &self.followed_by, RecordKind::Event);
        let themes = incoming.many("/themes", &self.themes, RecordKind::Theme);
        let row = outcome::Model {
            id: OutcomeId(incoming.id),
            event_id: event_id?,
            kind: self.kind,
            text: self.text.filter(|_| !withdrawn).unwrap_or_default(),
            language,
            addressed_to: Texts(self.addressed_to.into_iter().map(|w| w.0).collect()),
            status: self.status,
            translations: if withdrawn { Translations::default() } else { translations },
            version: incoming.version,
            created_by: incoming.created_by,
            created_at: incoming.created_at,
            updated_at: incoming.now,
        };
        Some(match withdrawn {
            true => OutcomeRecord { row, followed_by: Vec::new(), themes: Vec::new() },
            false => OutcomeRecord { row, followed_by, themes },
        })
    }

    /// The line that stands for a record.
    pub fn of(record: OutcomeRecord, names: &Names<'_>) -> Self {
        let OutcomeRecord { row, followed_by, themes } = record;
        let withdrawn = row.status == Moderation::Withdrawn;
        Self {
            id: names.of(row.id),
            event: Some(names.of(row.event_id)),
            kind: row.kind,
            text: Some(row.text).filter(|_| !withdrawn),
            language: Some(LanguageTag(row.language)).filter(|_| !withdrawn),
            addressed_to: row.addressed_to.0.into_iter().map(Word).collect(),
            themes: names.all(themes),
            followed_by: names.all(followed_by),
            status: row.status,
            translations: row.translations.0,
        }
    }
}
