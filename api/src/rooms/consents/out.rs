//! What callers read: a row of the ledger, and what somebody sees of their own consent.

use std::collections::BTreeMap;

use ::entity::consent::{ConsentMethod, ConsentPurpose, Model};
use ::entity::ids::{ConsentId, QuoteId};
use ::entity::kinds::{Moderation, RecordKind};
use ::entity::quote::{self, AttributionLevel};
use ::entity::values::Translation;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::rules::{ConsentState, state};
use super::sealed::Entry;
use super::tokens::Held;
use super::{Subject, store};
use crate::access::Told;
use crate::problem::Problem;
use crate::publishing::{self, WithheldReason, text_hash};
use crate::rooms::withdrawals::{self, WithdrawalOut};
use crate::vault::Vault;

/// A consent as it stands in the ledger.
#[derive(Serialize, ToSchema)]
pub(super) struct ConsentOut {
    /// Identifier.
    id: ConsentId,
    /// What is allowed.
    purpose: ConsentPurpose,
    /// For which channels.
    scope: Vec<String>,
    /// The finest attribution allowed, for a quote.
    #[schema(required = true)]
    level: Option<AttributionLevel>,
    /// The version of the wording that was shown.
    #[schema(required = true)]
    text_version: Option<String>,
    /// The language in which it was shown (BCP 47).
    #[schema(required = true)]
    language: Option<String>,
    /// How it was given.
    method: ConsentMethod,
    /// When it was given, where known.
    #[schema(required = true)]
    given_at: Option<DateTime<Utc>>,
    /// Who took it down.
    #[schema(required = true)]
    given_by: Option<String>,
    /// Until when it holds.
    #[schema(required = true)]
    expires_at: Option<DateTime<Utc>>,
    /// How it stands.
    state: ConsentState,
    /// When it was withdrawn, or another one took its place.
    #[schema(required = true)]
    withdrawn_at: Option<DateTime<Utc>>,
    /// The one that took its place.
    #[schema(required = true)]
    replaced_by: Option<ConsentId>,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
}

impl ConsentOut {
    /// A row; `bound` is the hash of the words that there are now, for a quote.
    pub(super) fn new(entry: Entry, bound: Option<&[u8]>, now: DateTime<Utc>) -> Self {
        let Entry { row, given_by } = entry;
        let state = state(&row, bound, now);
        let Model {
            id,
            person_id: _,
            quote_id: _,
            purpose,
            scope,
            level,
            text_hash: _,
            text_version,
            language,
            method,
            given_at,
            sealed_given_by: _,
            expires_at,
            withdrawn_at,
            withdrawn_by: _,
            replaced_by,
            remind_at: _,
            created_at,
        } = row;
        Self {
            id,
            purpose,
            scope: scope.0,
            level,
            text_version,
            language,
            method,
            given_at,
            given_by,
            expires_at,
            state,
            withdrawn_at,
            replaced_by,
            recorded_at: created_at,
        }
    }
}

/// A page of consents.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct ConsentPage {
    /// The consents.
    items: Vec<ConsentOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// A consent that was just recorded.
#[derive(Serialize, ToSchema)]
pub(super) struct ConsentGiven {
    /// The consent.
    #[serde(flatten)]
    pub(super) consent: ConsentOut,
    /// For whoever gave it, and nobody else: the access token of `/v1/consents/mine`. It is told once.
    #[schema(value_type = String, example = "sol_mt_…")]
    pub(super) manage_token: Told,
    /// Why the quote is not in the gallery; empty if it is, and of a person.
    pub(super) withheld_because: Vec<WithheldReason>,
}

/// One's own consent: what was allowed, and what became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct MyConsent {
    /// The one that counts.
    #[serde(flatten)]
    consent: ConsentOut,
    /// What was said, of a consent to publish it.
    #[schema(required = true)]
    quote: Option<MyQuote>,
    /// Those that it took the place of, newest first.
    earlier: Vec<ConsentOut>,
    /// Who has been told that it was withdrawn.
    #[schema(required = true)]
    withdrawal: Option<WithdrawalOut>,
}

/// Words that somebody said, as they themselves see them.
#[derive(Serialize, ToSchema)]
struct MyQuote {
    /// Identifier.
    id: QuoteId,
    /// The words; empty once they were withdrawn.
    text: String,
    /// Their language (BCP 47).
    language: String,
    /// The words in other languages.
    translations: BTreeMap<String, Translation>,
    /// How they are to be named.
    level: AttributionLevel,
    /// The pseudonym.
    #[schema(required = true)]
    label: Option<String>,
    /// Whether a moderator let it through.
    status: Moderation,
    /// Whether it is in the gallery.
    published: bool,
    /// Where it is public.
    links: MyQuoteLinks,
}

/// Where words are public.
#[derive(Serialize, ToSchema)]
struct MyQuoteLinks {
    /// Their public document, while there is one.
    #[schema(required = true, example = "/v1/gallery/quotes/00000000-0000-4000-8000-000000000000")]
    gallery: Option<String>,
}

impl MyConsent {
    /// What the holder of a token sees, and the version it has.
    ///
    /// # Errors
    /// 401 if there is nothing behind the token any more.
    pub(super) async fn read<C: ConnectionTrait>(
        conn: &C,
        vault: &Vault,
        held: &Held,
        now: DateTime<Utc>,
    ) -> Result<(i64, Self), Problem> {
        let rows = store::line(conn, vault, held.subject, held.purpose).await?;
        let (version, bound, quote, withdrawal) = match held.subject {
            Subject::Person(id) => {
                let person = ::entity::person::Entity::find_by_id(id).one(conn).await?;
                (person.ok_or(Problem::bad_token())?.version, None, None, None)
            }
            Subject::Quote(id) => {
                let row = quote::Entity::find_by_id(id).one(conn).await?.ok_or(Problem::bad_token())?;
                let bound = text_hash(&row.text, &row.translations).to_vec();
                let withdrawal = withdrawals::of_quote(conn, id).await?;
                (row.version, Some(bound), Some(MyQuote::read(conn, row, now).await?), withdrawal)
            }
        };
        let mut rows = rows.into_iter().map(|row| ConsentOut::new(row, bound.as_deref(), now));
        let consent = rows.next().ok_or(Problem::bad_token())?;
        Ok((version, Self { consent, quote, earlier: rows.collect(), withdrawal }))
    }
}

impl MyQuote {
    async fn read<C: ConnectionTrait>(
        conn: &C,
        row: quote::Model,
        now: DateTime<Utc>,
    ) -> Result<Self, Problem> {
        let withheld = publishing::withheld_because(conn, RecordKind::Quote, &[row.id.0], now).await?;
        let published = withheld.get(&row.id.0).is_some_and(Vec::is_empty);
        let quote::Model {
            id,
            event_id: _,
            initiative_id: _,
            person_id: _,
            text,
            language,
            level,
            label,
            status,
            translations,
            created_by: _,
            version: _,
            created_at: _,
            updated_at: _,
        } = row;
        let gallery = published.then(|| format!("/v1/gallery/quotes/{id}"));
        Ok(Self {
            id,
            text,
            language,
            translations: translations.0,
            level,
            label,
            status,
            published,
            links: MyQuoteLinks { gallery },
        })
    }
}
