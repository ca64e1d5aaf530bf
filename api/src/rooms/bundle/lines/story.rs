//! Lines of stories.

use std::collections::BTreeMap;

use ::entity::ids::StoryId;
use ::entity::kinds::{Moderation, RecordKind};
use ::entity::story::{self, StoryKind};
use ::entity::values::{Translation, Translations};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::outcome::draft;
use super::parts::{CountryCode, Incoming, LanguageTag, Names, RecordId, WebAddress};
use crate::rooms::stories::StoryRecord;

/// A link to a video, blog, document or recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleStory)]
pub struct StoryLine {
    /// Its id in the source.
    pub id: RecordId,
    /// What it is.
    pub kind: StoryKind,
    /// Title. Required unless it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, pattern = r"\S")]
    pub title: Option<String>,
    /// One paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    pub summary: Option<String>,
    /// Where it is. Required unless it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<WebAddress>,
    /// Its country; that of its event or initiative if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub country: Option<CountryCode>,
    /// The event it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub event: Option<RecordId>,
    /// The initiative it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub initiative: Option<RecordId>,
    /// Its language; the header's if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<LanguageTag>,
    /// Themes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub themes: Vec<RecordId>,
    /// Where it stands; a draft if not said.
    #[serde(default = "draft")]
    #[schema(default = "draft")]
    pub status: Moderation,
    /// The texts in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = super::parts::translations_schema)]
    pub translations: BTreeMap<String, Translation>,
}

impl StoryLine {
    /// The record it stands for; of a withdrawn one, no text is kept.
    pub fn into_record(self, incoming: &mut Incoming<'_>) -> StoryRecord {
        let withdrawn = self.status == Moderation::Withdrawn;
        let language = match withdrawn {
            true => "und".to_owned(),
            false => incoming.own_language(self.language.as_ref()),
        };
        for (pointer, missing) in [("/title", self.title.is_none()), ("/url", self.url.is_none())] {
            if missing && !withdrawn {
                incoming.refuse(pointer, "required", "is required unless the story is withdrawn");
            }
        }
        let translations = incoming.translations(&language, self.translations);
        let themes = incoming.many("/themes", &self.themes, RecordKind::Theme);
        StoryRecord {
            themes: if withdrawn { Vec::new() } else { themes },
            row: story::Model {
                id: StoryId(incoming.id),
                kind: self.kind,
                title: self.title.filter(|_| !withdrawn).unwrap_or_default(),
                summary: self.summary.filter(|_| !withdrawn),
                url: self.url.filter(|_| !withdrawn).map(|u| u.0).unwrap_or_default(),
                country: incoming.country("/country", self.country.as_ref()),
                event_id: incoming.one("/event", self.event.as_ref(), RecordKind::Event),
                initiative_id: incoming.one("/initiative", self.initiative.as_ref(), RecordKind::Initiative),
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
    pub fn of(record: StoryRecord, names: &Names<'_>) -> Self {
        let StoryRecord { row, themes } = record;
        let withdrawn = row.status == Moderation::Withdrawn;
        Self {
            id: names.of(row.id),
            kind: row.kind,
            title: Some(row.title).filter(|_| !withdrawn),
            summary: row.summary,
            url: Some(row.url).filter(|_| !withdrawn).map(WebAddress),
            country: row.country.map(CountryCode),
            event: row.event_id.map(|id| names.of(id)),
            initiative: row.initiative_id.map(|id| names.of(id)),
            language: Some(LanguageTag(row.language)).filter(|_| !withdrawn),
            themes: names.all(themes),
            status: row.status,
            translations: row.translations.0,
        }
    }
}
