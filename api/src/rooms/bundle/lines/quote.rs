//! Lines of quotes.

use std::collections::BTreeMap;

use ::entity::consent::ConsentPurpose;
use ::entity::ids::QuoteId;
use ::entity::kinds::{Moderation, RecordKind};
use ::entity::quote::{self, AttributionLevel};
use ::entity::values::{Translation, Translations};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::outcome::draft;
use super::parts::{Incoming, LanguageTag, Names, RecordId};
use super::people::ConsentLine;
use crate::publishing::text_hash;
use crate::rooms::quotes::QuoteRecord;

/// Words somebody said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleQuote)]
pub struct QuoteLine {
    /// Its id in the source.
    pub id: RecordId,
    /// Where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub event: Option<RecordId>,
    /// The initiative it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub initiative: Option<RecordId>,
    /// Who said it. Never public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub person: Option<RecordId>,
    /// The words. Required unless it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 4000, pattern = r"\S")]
    pub text: Option<String>,
    /// The language of the words; the header's if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<LanguageTag>,
    /// How the speaker may be named; not at all if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub attribution: Option<AttributionLine>,
    /// Themes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub themes: Vec<RecordId>,
    /// Where it stands; a draft if not said.
    #[serde(default = "draft")]
    #[schema(default = "draft")]
    pub status: Moderation,
    /// The consent to publish this very text. Without one it is not public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub consent: Option<ConsentLine>,
    /// The words in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = super::parts::translations_schema)]
    pub translations: BTreeMap<String, Translation>,
}

/// How a speaker may be named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleAttribution)]
pub struct AttributionLine {
    /// How finely.
    pub level: AttributionLevel,
    /// The pseudonym.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, pattern = r"\S")]
    pub label: Option<String>,
}

impl QuoteLine {
    /// The record it stands for; of a withdrawn one, nothing that was said is kept.
    pub fn into_record(self, incoming: &mut Incoming<'_>) -> QuoteRecord {
        let withdrawn = self.status == Moderation::Withdrawn;
        let language = match withdrawn {
            true => "und".to_owned(),
            false => incoming.own_language(self.language.as_ref()),
        };
        if self.text.is_none() && !withdrawn {
            incoming.refuse("/text", "required", "is required unless the quote is withdrawn");
        }
        if self.consent.as_ref().is_some_and(|c| c.purpose != ConsentPurpose::PublishQuote) {
            incoming.refuse("/consent/purpose", "wrong_purpose", "must be publish_quote");
        }
        let text = self.text.filter(|_| !withdrawn).unwrap_or_default();
        let translations = incoming.translations(&language, self.translations);
        let bound = text_hash(&text, &translations);
        let consent =
            self.consent.map(|c| c.into_stated("/consent", incoming, Some(bound))).filter(|_| !withdrawn);
        let attribution = self.attribution.filter(|_| !withdrawn);
        let themes = incoming.many("/themes", &self.themes, RecordKind::Theme);
        let person_id = incoming.one("/person", self.person.as_ref(), RecordKind::Person);
        QuoteRecord {
            themes: if withdrawn { Vec::new() } else { themes },
            consent,
            consent_id: None,
            row: quote::Model {
                id: QuoteId(incoming.id),
                event_id: incoming.one("/event", self.event.as_ref(), RecordKind::Event),
                initiative_id: incoming.one("/initiative", self.initiative.as_ref(), RecordKind::Initiative),
                person_id: person_id.filter(|_| !withdrawn),
                text,
                level: attribution.as_ref().map_or(AttributionLevel::Anonymous, |a| a.level),
                label: attribution.and_then(|a| a.label),
                status: self.status,
                translations: if withdrawn { Translations::default() } else { translations },
                language,
                version: incoming.version,
                created_by: incoming.created_by,
                created_at: incoming.created_at,
                updated_at: incoming.now,
            },
        }
    }

    /// The line that stands for a record.
    pub fn of(record: QuoteRecord, names: &Names<'_>) -> Self {
        let QuoteRecord { row, themes, consent, consent_id: _ } = record;
        let withdrawn = row.status == Moderation::Withdrawn;
        Self {
            id: names.of(row.id),
            event: row.event_id.map(|id| names.of(id)),
            initiative: row.initiative_id.map(|id| names.of(id)),
            person: row.person_id.map(|id| names.of(id)),
            text: Some(row.text).filter(|_| !withdrawn),
            language: Some(LanguageTag(row.language)).filter(|_| !withdrawn),
            attribution: Some(AttributionLine { level: row.level, label: row.label }).filter(|_| !withdrawn),
            themes: names.all(themes),
            status: row.status,
            consent: consent.map(ConsentLine::of),
            translations: row.translations.0,
        }
    }
}
