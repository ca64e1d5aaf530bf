//! What callers send and read.

use std::collections::BTreeMap;

use ::entity::ids::{EventId, InitiativeId, StoryId, ThemeId};
use ::entity::kinds::Moderation;
use ::entity::story::{self, StoryKind};
use ::entity::values::Translation;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::StoryRecord;
use crate::publishing::WithheldReason;
use crate::rooms::bundle::{
    CountryCode, Incoming, LanguageTag, Names, RecordId, StoryLine, WebAddress, translations_schema,
};
use crate::rooms::records::{Edit, Links, Mergeable, Shown, Written, written_as};

/// A story as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StoryIn {
    /// What it is.
    kind: StoryKind,
    /// Title.
    #[schema(required = true, nullable = false, max_length = 200, pattern = r"\S")]
    title: Option<String>,
    /// One paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    summary: Option<String>,
    /// Where it is.
    #[schema(required = true, nullable = false, example = "https://example.org/video")]
    url: Option<WebAddress>,
    /// Its country; that of its event or initiative if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    country: Option<CountryCode>,
    /// The event it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, nullable = false)]
    event: Option<RecordId>,
    /// The initiative it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, nullable = false)]
    initiative: Option<RecordId>,
    /// Its language.
    #[schema(required = true, nullable = false, example = "en")]
    language: Option<LanguageTag>,
    /// Themes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    themes: Vec<RecordId>,
    /// The texts in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = translations_schema)]
    translations: BTreeMap<String, Translation>,
}

written_as!(StoryIn is StoryLine without { id: RecordId, status: Moderation } with {
    kind, title, summary, url, country, event, initiative, language, themes, translations,
});

impl Mergeable for StoryIn {}

impl Written for StoryIn {
    type Record = StoryRecord;

    fn of(record: StoryRecord) -> Self {
        Self::of_line(StoryLine::of(record, &Names::here()))
    }

    fn names(&self) -> Vec<&RecordId> {
        self.event.iter().chain(&self.initiative).chain(&self.themes).collect()
    }

    fn into_record(self, incoming: &mut Incoming<'_>, before: Option<&StoryRecord>) -> Option<StoryRecord> {
        let status = before.map_or(Moderation::Draft, |before| before.row.status);
        Some(self.into_line(incoming.name(), status).into_record(incoming))
    }
}

/// An edit of a story: what is left out stays, `null` clears.
pub(super) type StoryPatch = Edit<StoryIn>;

/// A story.
#[derive(Serialize, ToSchema)]
pub(super) struct StoryOut {
    /// Identifier.
    id: StoryId,
    /// What it is.
    kind: StoryKind,
    /// Title; empty if it was withdrawn.
    title: String,
    /// One paragraph.
    summary: Option<String>,
    /// Where it is; empty if it was withdrawn.
    url: String,
    /// Its country (ISO 3166-1 alpha-2).
    country: Option<String>,
    /// The event it tells of.
    event: Option<EventId>,
    /// The initiative it tells of.
    initiative: Option<InitiativeId>,
    /// Its language (BCP 47).
    language: String,
    /// Themes.
    themes: Vec<ThemeId>,
    /// The texts in other languages.
    translations: BTreeMap<String, Translation>,
    /// Where it stands.
    status: Moderation,
    /// Whether it is in the gallery.
    published: bool,
    /// Why it is not.
    withheld_because: Vec<WithheldReason>,
    /// Grows by one with every edit; the `ETag` is made of it.
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last edited.
    updated_at: DateTime<Utc>,
    links: Links,
}

impl From<Shown<StoryRecord>> for StoryOut {
    fn from(shown: Shown<StoryRecord>) -> Self {
        let links = Links::of(&shown);
        let Shown { record: StoryRecord { row, themes }, withheld_because } = shown;
        let story::Model {
            id,
            kind,
            title,
            summary,
            url,
            country,
            event_id,
            initiative_id,
            language,
            status,
            translations,
            created_by: _,
            version,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            kind,
            title,
            summary,
            url,
            country,
            event: event_id,
            initiative: initiative_id,
            language,
            themes,
            translations: translations.0,
            status,
            published: withheld_because.is_empty(),
            withheld_because,
            version,
            created_at,
            updated_at,
            links,
        }
    }
}

/// A page of stories.
#[derive(ToSchema)]
#[schema(as = StoryRecordPage)]
#[allow(dead_code, reason = "only described")]
pub(super) struct StoryPage {
    /// The stories.
    items: Vec<StoryOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which story.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct StoryPath {
    /// The story.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) story_id: Uuid,
}

/// Which stories are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StoryFilter {
    /// States, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 3)]
    pub(super) status: Vec<Moderation>,
    /// What they are, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 5)]
    pub(super) kind: Vec<StoryKind>,
    /// Ids of events, separated by commas: one of them.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub(super) event: Vec<Uuid>,
    /// Ids of initiatives, separated by commas: one of them.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub(super) initiative: Vec<Uuid>,
    /// Ids of themes, separated by commas: one of them.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub(super) theme: Vec<Uuid>,
}
