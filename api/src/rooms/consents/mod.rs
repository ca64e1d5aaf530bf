//! Consents: who allowed what, for which channels, until when. A ledger: rows are added, narrowed by a row that takes their
//! place, and withdrawn, never edited.
//!
//! Records of quotes and people state their consents, and an import restates them (`store`). Hosts and staff record new
//! ones (`of_quotes`, `of_people`). Whoever gave one has a manage token (`tokens`) and with it reads, narrows, withdraws and
//! renews it (`mine`); before it ends they are told (`reminders`). What narrows is a pure function (`rules`), and what shows
//! more takes a new record that is bound to the words as they are now (`giving`).

mod giving;
mod mine;
mod of_people;
mod of_quotes;
mod out;
mod reminders;
mod rules;
mod sealed;
mod store;
mod tokens;
mod wire;

use ::entity::consent::{ConsentMethod, ConsentPurpose};
use ::entity::ids::{PersonId, QuoteId};
use ::entity::quote::AttributionLevel;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::http::routes::Routes;

pub use reminders::remind;
pub use sealed::with_takers;
pub use store::{
    Of, erase, expiring, forget_words, in_force, is_active, restate, stated_of, withdraw, withdraw_again,
    withdraw_all,
};
pub use tokens::{Held, Proof, give_token, new_links, subject_of};

/// The page on which a consent is seen.
const PAGE: &str = "consent";
/// What manage tokens of this room are for.
const KIND: &str = "consent";

/// Whom or what a consent is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A person.
    Person(PersonId),
    /// A quote.
    Quote(QuoteId),
}

impl Subject {
    /// Its identifier.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Person(id) => id.0,
            Self::Quote(id) => id.0,
        }
    }

    /// As the two columns have it.
    const fn columns(self) -> (Option<PersonId>, Option<QuoteId>) {
        match self {
            Self::Person(id) => (Some(id), None),
            Self::Quote(id) => (None, Some(id)),
        }
    }
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

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(mine::get)
        .service(mine::change)
        .service(mine::renew)
        .service(mine::withdraw)
        .service(of_quotes::list)
        .service(of_quotes::create)
        .service(of_people::list)
        .service(of_people::create)
        .service(of_people::withdraw);
}
