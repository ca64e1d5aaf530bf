//! What callers send and read.

use ::entity::ids::WatchId;
use ::entity::watch::{Model, WatchEvery, WatchFilter, WatchedCountry, WatchedKind};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::filter::WatchFilterPatch;
use super::store::Content;
use crate::access::Told;
use crate::http::json::fault;
use crate::http::language::canonical_tag;
use crate::http::patch::clearable;
use crate::problem::Problem;

/// Somebody who wants letters about what is new. What is left out lets everything through.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WatchIn {
    /// Where letters go, once the letter that asks for it is answered. Whoever is signed in leaves it out: then it is their own
    /// address.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, format = "email", max_length = 254, pattern = r"^[^@\s]+@[^@\s]+$", example = "amina@example.org")]
    pub(super) email: Option<SecretString>,
    /// Countries.
    #[serde(default)]
    #[schema(max_items = 60)]
    countries: Vec<WatchedCountry>,
    /// Themes.
    #[serde(default)]
    #[schema(max_items = 20)]
    themes: Vec<Uuid>,
    /// `[minLon, minLat, maxLon, maxLat]` in degrees (WGS 84): the public point lies in this box. One whose `minLon` exceeds its
    /// `maxLon` crosses the antimeridian.
    #[serde(default)]
    #[schema(nullable = false, min_items = 4, max_items = 4)]
    bbox: Option<Vec<f64>>,
    /// Kinds of documents.
    #[serde(default)]
    #[schema(max_items = 5)]
    kinds: Vec<WatchedKind>,
    /// How often there is a letter at most. Where nothing is new there is none.
    pub(super) every: WatchEvery,
    /// The language of the letters (BCP 47).
    #[schema(
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        example = "en"
    )]
    pub(super) language: String,
}

impl WatchIn {
    /// What is watched.
    pub(super) fn filter(&self) -> WatchFilter {
        WatchFilter {
            countries: self.countries.clone(),
            themes: self.themes.clone(),
            bbox: self.bbox.clone(),
            kinds: self.kinds.clone(),
        }
    }
}

/// An edit of a watch: what is left out stays, `null` lets everything through. The address stays: for another one another watch is
/// made.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WatchPatch {
    /// Countries.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(max_items = 60, value_type = Option<Vec<WatchedCountry>>)]
    countries: Option<Option<Vec<WatchedCountry>>>,
    /// Themes.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(max_items = 20, value_type = Option<Vec<Uuid>>)]
    themes: Option<Option<Vec<Uuid>>>,
    /// `[minLon, minLat, maxLon, maxLat]` in degrees (WGS 84).
    #[serde(default, deserialize_with = "clearable")]
    #[schema(min_items = 4, max_items = 4, value_type = Option<Vec<f64>>)]
    bbox: Option<Option<Vec<f64>>>,
    /// Kinds of documents.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(max_items = 5, value_type = Option<Vec<WatchedKind>>)]
    kinds: Option<Option<Vec<WatchedKind>>>,
    /// How often there is a letter at most.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) every: Option<WatchEvery>,
    /// The language of the letters (BCP 47).
    #[serde(default)]
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
    )]
    pub(super) language: Option<String>,
}

impl WatchPatch {
    /// The edit of what is watched.
    pub(super) fn filter(&self) -> WatchFilterPatch {
        WatchFilterPatch {
            countries: self.countries.clone(),
            themes: self.themes.clone(),
            bbox: self.bbox.clone(),
            kinds: self.kinds.clone(),
        }
    }
}

/// A language tag as it is kept.
pub(super) fn language(tag: &str) -> Result<String, Problem> {
    canonical_tag(tag).ok_or_else(|| {
        Problem::invalid_body(vec![fault("/language", "invalid_format", "must be a BCP 47 language tag")])
    })
}

/// Where a watch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WatchStatus {
    /// Nobody with the mailbox has said that this is wanted. Nothing is sent.
    Unconfirmed,
    /// There is a letter when there is news.
    Active,
}

/// A watch, without the address.
#[derive(Serialize, ToSchema)]
pub(super) struct WatchOut {
    /// Identifier.
    id: WatchId,
    /// Where it stands.
    status: WatchStatus,
    /// Countries; none is all.
    countries: Vec<WatchedCountry>,
    /// Themes; none is all.
    themes: Vec<Uuid>,
    /// The box; without one everywhere.
    #[schema(required = true)]
    bbox: Option<Vec<f64>>,
    /// Kinds of documents; none is all.
    kinds: Vec<WatchedKind>,
    /// How often there is a letter at most.
    every: WatchEvery,
    /// The language of the letters.
    language: String,
    /// When somebody with the mailbox said that this is wanted.
    #[schema(required = true)]
    confirmed_at: Option<DateTime<Utc>>,
    /// Grows by one with every change; the `ETag` is made of it.
    version: i64,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

impl WatchOut {
    pub(super) fn new(row: &Model, content: Content) -> Self {
        let Content { email: _, filter: WatchFilter { countries, themes, bbox, kinds } } = content;
        let status = if row.confirmed_at.is_some() { WatchStatus::Active } else { WatchStatus::Unconfirmed };
        Self {
            id: row.id,
            status,
            countries,
            themes,
            bbox,
            kinds,
            every: row.every,
            language: row.language.clone(),
            confirmed_at: row.confirmed_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A watch of one's own, with a token that is told once.
#[derive(Serialize, ToSchema)]
pub(super) struct WatchMade {
    /// The watch.
    pub(super) watch: WatchOut,
    /// Opens this watch, without signing in. It is told once, here.
    #[schema(value_type = String, example = "sol_mt_…")]
    pub(super) manage_token: Told,
}

/// One's own watches.
#[derive(Serialize, ToSchema)]
pub(super) struct MyWatches {
    /// All of them, the newest first.
    pub(super) items: Vec<WatchOut>,
}

/// Which watch.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WatchPath {
    /// The watch.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) watch_id: Uuid,
}
