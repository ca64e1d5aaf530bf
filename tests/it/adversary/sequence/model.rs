//! The records of a campaign, as somebody outside would keep them who was there at every step.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

/// From harmless to dangerous.
pub const RISKS: [&str; 4] = ["low", "moderate", "high", "severe"];
/// From fine to coarse.
pub const PRECISIONS: [&str; 5] = ["exact", "locality", "region", "country", "hidden"];
/// From fine to coarse.
pub const LEVELS: [&str; 4] = ["name", "pseudonym", "role_and_country", "anonymous"];
/// Who may find an event, from everybody to nobody.
pub const VISIBILITIES: [&str; 3] = ["public", "unlisted", "private"];

/// Everything that is known, and when.
#[derive(Clone, Default)]
pub struct Model {
    pub now: DateTime<Utc>,
    pub countries: BTreeMap<&'static str, Country>,
    pub locked_down: bool,
    /// Records that a moderator took off because they were reported, and the report.
    pub reported: BTreeMap<String, String>,
    pub people: Vec<Person>,
    pub initiatives: Vec<Initiative>,
    pub events: Vec<Event>,
    pub quotes: Vec<Quote>,
    pub outcomes: Vec<Outcome>,
    pub stories: Vec<Story>,
    /// What a file brought, by its identifier there.
    pub imported: BTreeMap<String, usize>,
    /// How the addresses of what was public once answer when it is not.
    pub left: BTreeMap<String, u16>,
}

#[derive(Clone)]
pub struct Country {
    pub name: String,
    pub point: Value,
    pub risk: usize,
}

/// What somebody allows.
#[derive(Clone)]
pub struct Consent {
    /// Which row of the ledger it is.
    pub row: Option<String>,
    /// The words, where it is given to words.
    pub words: Option<Words>,
    pub channels: BTreeSet<&'static str>,
    pub level: usize,
    pub from: Option<DateTime<Utc>>,
    pub ends: Option<DateTime<Utc>>,
}

/// What was said, and its translation.
#[derive(Clone, PartialEq, Debug)]
pub struct Words {
    pub text: String,
    pub spanish: Option<String>,
}

#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub naming: Option<Consent>,
    /// Whether what a file states of a consent does not count, since one was ended in an older copy.
    pub shut: bool,
    pub tokens: Vec<String>,
    pub erased: bool,
}

#[derive(Clone)]
pub struct Initiative {
    pub id: String,
    pub by_host: bool,
    pub status: String,
    pub let_through: bool,
    pub title: String,
    pub country: &'static str,
    pub precision: usize,
    pub at: (f64, f64),
}

#[derive(Clone)]
pub struct Event {
    pub id: String,
    pub by_host: bool,
    pub status: String,
    pub visibility: usize,
    pub risk: usize,
    pub precision: usize,
    pub country: &'static str,
    pub at: (f64, f64),
    pub date: NaiveDate,
    pub held_at: Option<DateTime<Utc>>,
    pub title: String,
    pub initiative: Option<usize>,
    pub hosts: Vec<usize>,
    pub locked_down: bool,
}

#[derive(Clone)]
pub struct Quote {
    pub id: String,
    pub by_host: bool,
    pub status: String,
    pub words: Words,
    pub level: usize,
    pub label: Option<String>,
    pub person: Option<usize>,
    pub event: Option<usize>,
    pub initiative: Option<usize>,
    pub consent: Option<Consent>,
    /// As of a person.
    pub shut: bool,
    pub tokens: Vec<String>,
    /// How a moderator last saw the speaker named, of what stands let through.
    pub let_through: Option<(usize, Option<String>)>,
}

#[derive(Clone)]
pub struct Outcome {
    pub id: String,
    pub by_host: bool,
    pub status: String,
    pub text: String,
    pub event: usize,
    pub followed_by: Option<usize>,
}

#[derive(Clone)]
pub struct Story {
    pub id: String,
    pub by_host: bool,
    pub status: String,
    pub title: String,
    pub country: Option<&'static str>,
    pub event: Option<usize>,
    pub initiative: Option<usize>,
}

impl Model {
    /// Every record that could be public: its collection and identifier.
    pub fn records(&self) -> Vec<(&'static str, &str)> {
        let events = self.events.iter().map(|e| ("events", &*e.id));
        let initiatives = self.initiatives.iter().map(|i| ("initiatives", &*i.id));
        let quotes = self.quotes.iter().map(|q| ("quotes", &*q.id));
        let outcomes = self.outcomes.iter().map(|o| ("outcomes", &*o.id));
        events
            .chain(initiatives)
            .chain(quotes)
            .chain(outcomes)
            .chain(self.stories.iter().map(|s| ("stories", &*s.id)))
            .collect()
    }
}
