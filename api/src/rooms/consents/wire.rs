//! What callers send.

use ::entity::consent::{ConsentMethod, ConsentPurpose};
use ::entity::quote::AttributionLevel;
use chrono::{DateTime, SubsecRound as _, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::rules::Wish;
use crate::http::patch::clearable;
use crate::rooms::bundle::{AttributionLine, ConsentLine, ConsentScope, LanguageTag, gallery_and_feeds};

/// A new consent to the words of a quote.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QuoteConsentIn {
    /// What is allowed: `publish_quote`, which is understood.
    #[serde(default = "publish_quote")]
    #[schema(default = "publish_quote")]
    purpose: ConsentPurpose,
    /// How it was given.
    method: ConsentMethod,
    /// For which channels; `gallery` and `feeds` if not said.
    #[serde(default = "gallery_and_feeds")]
    #[schema(max_items = 4, default = json!(["gallery", "feeds"]))]
    scope: Vec<ConsentScope>,
    /// The finest attribution allowed; the one of `attribution`, or else as before, if not said.
    #[serde(default)]
    #[schema(nullable = false)]
    level: Option<AttributionLevel>,
    /// How the speaker may be named from now on; as before if not said.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) attribution: Option<AttributionLine>,
    /// The version of the wording that was shown.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 50)]
    text_version: Option<String>,
    /// The language in which it was shown.
    #[serde(default)]
    #[schema(nullable = false)]
    language: Option<LanguageTag>,
    /// When it was given; now if not said.
    #[serde(default)]
    #[schema(nullable = false)]
    given_at: Option<DateTime<Utc>>,
    /// Who took it down.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    given_by: Option<String>,
    /// Until when it holds.
    #[serde(default)]
    #[schema(nullable = false)]
    expires_at: Option<DateTime<Utc>>,
}

const fn publish_quote() -> ConsentPurpose {
    ConsentPurpose::PublishQuote
}

impl QuoteConsentIn {
    /// The line that says the same.
    pub(super) fn into_line(self) -> ConsentLine {
        let Self {
            purpose,
            method,
            scope,
            level,
            attribution: _,
            text_version,
            language,
            given_at,
            given_by,
            expires_at,
        } = self;
        ConsentLine { purpose, method, scope, level, text_version, language, given_at, given_by, expires_at }
    }
}

/// A new consent of a person, to one purpose.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonConsentIn {
    /// What is allowed; not `publish_quote`, which is given to certain words.
    purpose: ConsentPurpose,
    /// How it was given.
    method: ConsentMethod,
    /// For which channels; `gallery` and `feeds` if not said.
    #[serde(default = "gallery_and_feeds")]
    #[schema(max_items = 4, default = json!(["gallery", "feeds"]))]
    scope: Vec<ConsentScope>,
    /// The version of the wording that was shown.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 50)]
    text_version: Option<String>,
    /// The language in which it was shown.
    #[serde(default)]
    #[schema(nullable = false)]
    language: Option<LanguageTag>,
    /// When it was given; now if not said.
    #[serde(default)]
    #[schema(nullable = false)]
    given_at: Option<DateTime<Utc>>,
    /// Who took it down.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    given_by: Option<String>,
    /// Until when it holds.
    #[serde(default)]
    #[schema(nullable = false)]
    expires_at: Option<DateTime<Utc>>,
}

impl PersonConsentIn {
    /// The line that says the same.
    pub(super) fn into_line(self) -> ConsentLine {
        let Self { purpose, method, scope, text_version, language, given_at, given_by, expires_at } = self;
        let level = None;
        ConsentLine { purpose, method, scope, level, text_version, language, given_at, given_by, expires_at }
    }
}

/// A consent that somebody gives anew by themselves.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MyConsentIn {
    /// For which channels; as before if not said.
    #[serde(default)]
    #[schema(nullable = false, min_items = 1, max_items = 4)]
    pub(super) scope: Option<Vec<ConsentScope>>,
    /// How they may be named, of a quote; as before if not said.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) level: Option<AttributionLevel>,
    /// The pseudonym, of a quote; as before if not said.
    #[serde(default)]
    #[schema(nullable = false, max_length = 200, pattern = r"\S")]
    pub(super) label: Option<String>,
    /// The version of the wording that was shown.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 50)]
    pub(super) text_version: Option<String>,
    /// The language in which it was shown.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) language: Option<LanguageTag>,
    /// Until when it holds; without end if not said.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) expires_at: Option<DateTime<Utc>>,
}

/// What somebody takes away of their consent. What is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MyConsentPatch {
    /// How they may be named, of a quote: as now or more coarsely.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) level: Option<AttributionLevel>,
    /// For which channels: some of those there are.
    #[serde(default)]
    #[schema(nullable = false, min_items = 1, max_items = 4)]
    scope: Option<Vec<ConsentScope>>,
    /// Until when it holds: as now or sooner.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    expires_at: Option<Option<DateTime<Utc>>>,
}

impl MyConsentPatch {
    /// What is wished.
    pub(super) fn wish(&self) -> Wish {
        let words = |scope: &Vec<ConsentScope>| scope.iter().map(|one| one.word().to_owned()).collect();
        let expires_at = self.expires_at.map(|end| end.map(|end| end.trunc_subsecs(6)));
        Wish { level: self.level, scope: self.scope.as_ref().map(words), expires_at }
    }
}

/// The consents of which quote.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct QuoteConsentsPath {
    /// The quote.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) quote_id: Uuid,
}

/// The consents of which person.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct PersonConsentsPath {
    /// The person.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) person_id: Uuid,
}

/// Which consent of which person.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct PersonConsentPath {
    /// The person.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) person_id: Uuid,
    /// The consent.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) consent_id: Uuid,
}
