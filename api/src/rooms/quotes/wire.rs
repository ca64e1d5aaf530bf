//! What callers send and read.

use std::collections::BTreeMap;

use ::entity::kinds::Moderation;
use ::entity::values::Translation;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::QuoteRecord;
use super::out::QuoteOut;
use crate::rooms::bundle::{
    AttributionLine, ConsentLine, Incoming, LanguageTag, Names, QuoteLine, RecordId, translations_schema,
};
use crate::rooms::records::{Edit, Mergeable, Written, written_as};

/// A quote as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QuoteIn {
    /// Where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, nullable = false)]
    event: Option<RecordId>,
    /// The initiative it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, nullable = false)]
    initiative: Option<RecordId>,
    /// Who said it. Never public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, nullable = false)]
    person: Option<RecordId>,
    /// The words.
    #[schema(required = true, nullable = false, max_length = 4000, pattern = r"\S")]
    text: Option<String>,
    /// The language of the words.
    #[schema(required = true, nullable = false, example = "en")]
    language: Option<LanguageTag>,
    /// How the speaker may be named; not at all if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    attribution: Option<AttributionLine>,
    /// Themes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    themes: Vec<RecordId>,
    /// The words in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = translations_schema)]
    translations: BTreeMap<String, Translation>,
    /// The consent to publish these very words. Without one they are not public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    consent: Option<ConsentLine>,
}

written_as!(QuoteIn is QuoteLine without { id: RecordId, status: Moderation } with {
    event, initiative, person, text, language, attribution, themes, translations, consent,
});

impl Mergeable for QuoteIn {}

impl Written for QuoteIn {
    type Record = QuoteRecord;

    fn of(record: QuoteRecord) -> Self {
        Self::of_line(QuoteLine::of(record, &Names::here()))
    }

    fn names(&self) -> Vec<&RecordId> {
        self.event.iter().chain(&self.initiative).chain(&self.person).chain(&self.themes).collect()
    }

    fn into_record(self, incoming: &mut Incoming<'_>, _: Option<&QuoteRecord>) -> Option<QuoteRecord> {
        let mut quote = self.into_line(incoming.name(), Moderation::Draft).into_record(incoming);
        if let Some(consent) = &mut quote.consent {
            // Nobody consented to be named more finely than was said when they did.
            consent.level.get_or_insert(quote.row.level);
        }
        Some(quote)
    }
}

/// What of a quote is edited: all but the consent, which was given once, to certain words.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Quote)]
pub(super) struct QuoteText {
    /// Where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, nullable = false)]
    event: Option<RecordId>,
    /// The initiative it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, nullable = false)]
    initiative: Option<RecordId>,
    /// Who said it. Never public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, nullable = false)]
    person: Option<RecordId>,
    /// The words.
    #[schema(required = true, nullable = false, max_length = 4000, pattern = r"\S")]
    text: Option<String>,
    /// The language of the words.
    #[schema(required = true, nullable = false, example = "en")]
    language: Option<LanguageTag>,
    /// How the speaker may be named; not at all if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    attribution: Option<AttributionLine>,
    /// Themes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    themes: Vec<RecordId>,
    /// The words in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = translations_schema)]
    translations: BTreeMap<String, Translation>,
}

written_as!(QuoteText is QuoteLine without { id: RecordId, status: Moderation, consent: Option<ConsentLine> } with {
    event, initiative, person, text, language, attribution, themes, translations,
});

impl Mergeable for QuoteText {}

impl Written for QuoteText {
    type Record = QuoteRecord;

    fn of(record: QuoteRecord) -> Self {
        Self::of_line(QuoteLine::of(record, &Names::here()))
    }

    fn names(&self) -> Vec<&RecordId> {
        self.event.iter().chain(&self.initiative).chain(&self.person).chain(&self.themes).collect()
    }

    fn into_record(self, incoming: &mut Incoming<'_>, before: Option<&QuoteRecord>) -> Option<QuoteRecord> {
        let status = before.map_or(Moderation::Draft, |before| before.row.status);
        let mut quote = self.into_line(incoming.name(), status, None).into_record(incoming);
        // It stays bound to the words it was given to.
        quote.consent = before.and_then(|before| before.consent.clone());
        Some(quote)
    }
}

/// An edit of a quote: what is left out stays, `null` clears.
pub(super) type QuotePatch = Edit<QuoteText>;

/// A page of quotes.
#[derive(ToSchema)]
#[schema(as = QuoteRecordPage)]
#[allow(dead_code, reason = "only described")]
pub(super) struct QuotePage {
    /// The quotes.
    items: Vec<QuoteOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which quote.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct QuotePath {
    /// The quote.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) quote_id: Uuid,
}

/// Which quotes are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct QuoteFilter {
    /// States, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 3)]
    pub(super) status: Vec<Moderation>,
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
    /// Those whose consent in force ends before this instant, or has ended by itself.
    #[param(nullable = false, example = "2027-03-14T00:00:00Z")]
    pub(super) consent_expires_before: Option<DateTime<Utc>>,
}
