//! Consents: who allowed what, for which channels, until when. A ledger: rows are added and withdrawn, never edited.

mod store;

use ::entity::consent::{ConsentMethod, ConsentPurpose};
use ::entity::ids::{PersonId, QuoteId};
use ::entity::quote::AttributionLevel;
use chrono::{DateTime, Utc};

pub use store::{Of, in_force, restate, stated_of, withdraw};

/// Whom or what a consent is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A person.
    Person(PersonId),
    /// A quote.
    Quote(QuoteId),
}

/// A consent as it is stated by whoever took it down. Two that say the same are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// What is allowed.
    pub purpose: ConsentPurpose,
    /// For which channels.
    pub scope: Vec<String>,
    /// The finest attribution allowed, for a quote.
    pub level: Option<AttributionLevel>,
    /// SHA-256 of the text that is allowed, for a quote.
    pub text_hash: Option<Vec<u8>>,
    /// The version of the wording that was shown.
    pub text_version: Option<String>,
    /// The language in which it was shown.
    pub language: Option<String>,
    /// How it was given.
    pub method: ConsentMethod,
    /// When it was given, where known.
    pub given_at: Option<DateTime<Utc>>,
    /// Who took it down.
    pub given_by: Option<String>,
    /// Until when it holds.
    pub expires_at: Option<DateTime<Utc>>,
}
