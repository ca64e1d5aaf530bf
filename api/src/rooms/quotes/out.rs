//! What callers read.

use std::collections::BTreeMap;

use ::entity::consent::ConsentMethod;
use ::entity::ids::{ConsentId, EventId, InitiativeId, PersonId, QuoteId, ThemeId};
use ::entity::kinds::Moderation;
use ::entity::quote::{self, AttributionLevel};
use ::entity::values::Translation;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::QuoteRecord;
use crate::access::Told;
use crate::publishing::WithheldReason;
use crate::rooms::consents::Stated;
use crate::rooms::records::{Links, Shown};

/// A quote.
#[derive(Serialize, ToSchema)]
pub(super) struct QuoteOut {
    /// Identifier.
    id: QuoteId,
    /// Where it was said.
    event: Option<EventId>,
    /// The initiative it belongs to.
    initiative: Option<InitiativeId>,
    /// Who said it. Never public.
    person: Option<PersonId>,
    /// The words; empty if it was withdrawn.
    text: String,
    /// The language of the words (BCP 47).
    language: String,
    /// How the speaker may be named.
    attribution: QuoteAttributionOut,
    /// Themes.
    themes: Vec<ThemeId>,
    /// The words in other languages.
    translations: BTreeMap<String, Translation>,
    /// The consent that is in force, whether or not it was given to these words.
    consent: Option<QuoteConsentOut>,
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
    /// For the speaker, and nobody else: the access token of `/v1/consents/mine`. It is told once, in the answer to recording a
    /// quote with its consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, nullable = false, example = "sol_mt_…")]
    pub(super) manage_token: Option<Told>,
}

/// How a speaker may be named.
#[derive(Serialize, ToSchema)]
struct QuoteAttributionOut {
    /// How finely.
    level: AttributionLevel,
    /// The pseudonym.
    label: Option<String>,
}

/// A consent to publish.
#[derive(Serialize, ToSchema)]
struct QuoteConsentOut {
    /// Identifier.
    id: Option<ConsentId>,
    /// For which channels.
    scope: Vec<String>,
    /// The finest attribution allowed.
    level: Option<AttributionLevel>,
    /// How it was given.
    method: ConsentMethod,
    /// When it was given, where known.
    given_at: Option<DateTime<Utc>>,
    /// Until when it holds.
    expires_at: Option<DateTime<Utc>>,
}

impl QuoteConsentOut {
    fn new(id: Option<ConsentId>, stated: Stated) -> Self {
        let Stated {
            purpose: _,
            scope,
            level,
            text_hash: _,
            text_version: _,
            language: _,
            method,
            given_at,
            given_by: _,
            expires_at,
        } = stated;
        Self { id, scope, level, method, given_at, expires_at }
    }
}

impl From<Shown<QuoteRecord>> for QuoteOut {
    fn from(shown: Shown<QuoteRecord>) -> Self {
        let links = Links::of(&shown);
        let Shown { record: QuoteRecord { row, themes, consent, consent_id }, withheld_because } = shown;
        let quote::Model {
            id,
            event_id,
            initiative_id,
            person_id,
            text,
            language,
            level,
            label,
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
            initiative: initiative_id,
            person: person_id,
            text,
            language,
            attribution: QuoteAttributionOut { level, label },
            themes,
            translations: translations.0,
            consent: consent.map(|stated| QuoteConsentOut::new(consent_id, stated)),
            status,
            published: withheld_because.is_empty(),
            withheld_because,
            version,
            created_at,
            updated_at,
            links,
            manage_token: None,
        }
    }
}
