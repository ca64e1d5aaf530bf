//! Every public document, whatever its kind, finished and ready to send. Written by the door only.

use sea_orm::entity::prelude::*;

use crate::Relation;

crate::text_enum! {
    /// The kinds of public documents.
    DocumentKind {
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
    /// How the address of a withdrawn document answers.
    WithdrawnAs {
        /// 410: it was public and is withdrawn.
        Gone = "gone",
        /// 404: even that it was there is not told.
        Absent = "absent",
    }
}

/// A row of `gallery_document`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gallery_document")]
pub struct Model {
    /// The record's identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The record's kind.
    pub kind: DocumentKind,
    /// What it is within its kind: `dialogue`, `video`, `barrier` …
    pub subkind: Option<String>,
    /// Public country (ISO 3166-1 alpha-2).
    pub country: Option<String>,
    /// Public latitude in degrees (WGS 84).
    pub lat: Option<f64>,
    /// Public longitude in degrees (WGS 84).
    pub lon: Option<f64>,
    /// The earliest instant of the public time.
    pub occurs_from: Option<DateTimeUtc>,
    /// The instant after the public time's end.
    pub occurs_until: Option<DateTimeUtc>,
    /// The order of lists: the earliest public instant, the beginning of time where unknown.
    pub sort_at: DateTimeUtc,
    /// Whether it will not take place.
    pub cancelled: bool,
    /// The public event it belongs to.
    pub event_id: Option<Uuid>,
    /// The public initiative it belongs to.
    pub initiative_id: Option<Uuid>,
    /// The language of the original text.
    pub language: String,
    /// A title of at most 140 characters, in that language.
    pub label: String,
    /// The finished JSON in that language; blank once withdrawn.
    pub body: String,
    /// The finished feature of the map (RFC 7946 §3.2) in that language; blank without a public point.
    pub feature: String,
    /// SHA-256 of all that is public of it: the same digest, the same document.
    pub digest: String,
    /// Whether it is in lists, search, map and counts.
    pub listed: bool,
    /// Whether it is in feeds.
    pub in_feeds: bool,
    /// Whether it was ever in a feed, which then owes a tombstone.
    pub fed: bool,
    /// Grows by one when the public document changes.
    pub version: i64,
    /// When the public document last changed.
    pub updated_at: DateTimeUtc,
    /// Its place in the feed of changes; none until just before the commit.
    pub seq: Option<i64>,
    /// Its first place in the feed, however often it has changed since; none if it was never in it.
    pub first_seq: Option<i64>,
    /// When it left the public side.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// How its address answers since.
    pub withdrawn_as: Option<WithdrawnAs>,
    /// Not shown from this instant on, whatever else is said here.
    pub public_until: Option<DateTimeUtc>,
    /// The country under which it is counted now; `ZZ` without one, none if it is not counted.
    pub counted_country: Option<String>,
    /// What may hide it: the country it shows and the risk that it was rendered at, as in `SS/low`; empty if it shows none.
    pub guard: String,
}

impl ActiveModelBehavior for ActiveModel {}
