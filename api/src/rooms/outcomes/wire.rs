//! What callers send and read.

use std::collections::BTreeMap;

use ::entity::ids::{EventId, OutcomeId, ThemeId};
use ::entity::kinds::Moderation;
use ::entity::outcome::{self, OutcomeKind};
use ::entity::values::Translation;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::OutcomeRecord;
use crate::publishing::WithheldReason;
use crate::rooms::bundle::{Incoming, LanguageTag, Names, OutcomeLine, RecordId, Word, translations_schema};
use crate::rooms::records::{Edit, Links, Mergeable, Shown, Written, written_as};

/// An outcome as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OutcomeIn {
    /// The event it came from.
    #[schema(required = true, nullable = false, value_type = Uuid)]
    event: Option<RecordId>,
    /// What it is.
    kind: OutcomeKind,
    /// What was found.
    #[schema(required = true, nullable = false, max_length = 4000, pattern = r"\S")]
    text: Option<String>,
    /// The language of the text.
    #[schema(required = true, nullable = false, example = "en")]
    language: Option<LanguageTag>,
    /// Whom it asks: donors, governments, allies, activists …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    addressed_to: Vec<Word>,
    /// Themes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    themes: Vec<RecordId>,
    /// Later events that took it up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 100)]
    followed_by: Vec<RecordId>,
    /// The texts in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = translations_schema)]
    translations: BTreeMap<String, Translation>,
}

written_as!(OutcomeIn is OutcomeLine without { id: RecordId, status: Moderation } with {
    event, kind, text, language, addressed_to, themes, followed_by, translations,
});

impl Mergeable for OutcomeIn {}

impl Written for OutcomeIn {
    type Record = OutcomeRecord;

    fn of(record: OutcomeRecord) -> Self {
        Self::of_line(OutcomeLine::of(record, &Names::here()))
    }

    fn names(&self) -> Vec<&RecordId> {
        self.event.iter().chain(&self.followed_by).chain(&self.themes).collect()
    }

    fn into_record(
        self,
        incoming: &mut Incoming<'_>,
        before: Option<&OutcomeRecord>,
    ) -> Option<OutcomeRecord> {
        let status = before.map_or(Moderation::Draft, |before| before.row.status);
        self.into_line(incoming.name(), status).into_record(incoming)
    }
}

/// An edit of an outcome: what is left out stays, `null` clears.
pub(super) type OutcomePatch = Edit<OutcomeIn>;

/// An outcome.
#[derive(Serialize, ToSchema)]
pub(super) struct OutcomeOut {
    /// Identifier.
    id: OutcomeId,
    /// The event it came from.
    event: EventId,
    /// What it is.
    kind: OutcomeKind,
    /// What was found; empty if it was withdrawn.
    text: String,
    /// The language of the text (BCP 47).
    language: String,
    /// Whom it asks.
    addressed_to: Vec<String>,
    /// Themes.
    themes: Vec<ThemeId>,
    /// Later events that took it up.
    followed_by: Vec<EventId>,
    /// The text in other languages.
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

impl From<Shown<OutcomeRecord>> for OutcomeOut {
    fn from(shown: Shown<OutcomeRecord>) -> Self {
        let links = Links::of(&shown);
        let Shown { record: OutcomeRecord { row, followed_by, themes }, withheld_because } = shown;
        let outcome::Model {
            id,
            event_id,
            kind,
            text,
            language,
            addressed_to,
            status,
            translations,
            created_by: _,
            version,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            event: event_id,
            kind,
            text,
            language,
            addressed_to: addressed_to.0,
            themes,
            followed_by,
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

/// A page of outcomes.
#[derive(ToSchema)]
#[schema(as = OutcomeRecordPage)]
#[allow(dead_code, reason = "only described")]
pub(super) struct OutcomePage {
    /// The outcomes.
    items: Vec<OutcomeOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which outcome.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OutcomePath {
    /// The outcome.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) outcome_id: Uuid,
}

/// Which outcomes are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OutcomeFilter {
    /// States, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 3)]
    pub(super) status: Vec<Moderation>,
    /// What they are, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 6)]
    pub(super) kind: Vec<OutcomeKind>,
    /// Ids of events, separated by commas: one of them.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub(super) event: Vec<Uuid>,
    /// Ids of themes, separated by commas: one of them.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub(super) theme: Vec<Uuid>,
}
