//! What somebody wants letters about: news of a country, a theme or a part of the map. Where they are sent and what they are about is
//! sealed: it could tell where somebody is from, or goes to.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Relation;
use crate::ids::{AccountId, WatchId};

crate::text_enum! {
    /// The kinds of public documents that can be watched.
    WatchedKind {
        /// A continuing effort.
        Initiative = "initiative",
        /// Something with a time and people.
        Event = "event",
        /// Words somebody said.
        Quote = "quote",
        /// What came of an event.
        Outcome = "outcome",
        /// A link to a video, blog, document or recording.
        Story = "story",
    }
}

crate::text_enum! {
    /// How often there is a letter, if there is news.
    WatchEvery {
        /// Once a day at most.
        Day = "day",
        /// Once a week at most.
        Week = "week",
    }
}

/// A country's two-letter code (ISO 3166-1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = "^[A-Z]{2}$", example = "SS")]
pub struct WatchedCountry(pub String);

/// Which public documents are watched: everything that is left out lets all through, of several values one has to fit. It is
/// held against what the public side shows, and against nothing else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, FromJsonQueryResult, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WatchFilter {
    /// Countries.
    #[serde(default)]
    #[schema(max_items = 60)]
    pub countries: Vec<WatchedCountry>,
    /// Themes.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub themes: Vec<Uuid>,
    /// `[minLon, minLat, maxLon, maxLat]` in degrees (WGS 84): the public point lies in this box. One whose `minLon` exceeds its
    /// `maxLon` crosses the antimeridian.
    #[serde(default)]
    #[schema(min_items = 4, max_items = 4, example = json!([24.1, 3.4, 36.0, 12.3]))]
    pub bbox: Option<Vec<f64>>,
    /// Kinds of documents.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub kinds: Vec<WatchedKind>,
}

/// A row of `watch`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "watch")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WatchId,
    /// The account that watches, to whose address letters go; without one that address is sealed here.
    pub account_id: Option<AccountId>,
    /// Keyed hash of the manage token; none until the letter that has it is written.
    pub token_hash: Option<Vec<u8>>,
    /// Keyed hash of the normalised e-mail address, if it is not an account's.
    pub email_hash: Option<Vec<u8>>,
    /// Address and filter, sealed.
    pub sealed: Vec<u8>,
    /// The language of the letters (BCP 47).
    pub language: String,
    /// How often there is one.
    pub every: WatchEvery,
    /// When somebody with the mailbox said that this is wanted. Nothing is sent before.
    pub confirmed_at: Option<DateTimeUtc>,
    /// When it is looked for news next, or again; none before it is confirmed.
    pub due_at: Option<DateTimeUtc>,
    /// How often that was begun for the letter that is due.
    pub attempts: i32,
    /// News up to this fact is told, or was before somebody watched.
    pub seen: i64,
    /// The letter that is due: it has the same identifier at every attempt.
    pub letter_id: Option<Uuid>,
    /// Up to which fact that letter tells.
    pub letter_until: Option<i64>,
    /// Grows by one with every change, but for what letters change.
    pub version: i64,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// When it last changed, but for what letters change.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
