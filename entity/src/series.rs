//! A rule that makes events recur in local wall time. What its events will be is sealed under a key of its own.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, SeriesId};
use crate::values::Texts;

crate::text_enum! {
    /// What becomes of a series' occurrences.
    EventsBecome {
        /// Drafts, which somebody has to schedule.
        Draft = "draft",
        /// Scheduled events; those of more than low risk wait for a moderator.
        Scheduled = "scheduled",
    }
}

crate::text_enum! {
    /// Where a series stands.
    SeriesStatus {
        /// It goes on, as far as its rule does.
        Active = "active",
        /// Nothing more comes of it.
        Ended = "ended",
    }
}

crate::text_enum! {
    /// Why no events are made of a series, although it is time.
    StallReason {
        /// Whoever made the series may no longer make such events.
        NotAllowed = "not_allowed",
        /// What its events shall be is no longer possible, as when something that they name is gone.
        InvalidTemplate = "invalid_template",
    }
}

/// A row of `series`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "series")]
pub struct Model {
    /// Identifier (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SeriesId,
    /// What its events are, without their time.
    pub sealed_template: Vec<u8>,
    /// The wall time of the first occurrence.
    pub starts_local: ChronoDateTime,
    /// The IANA zone of all wall times.
    pub time_zone: String,
    /// How long each lasts.
    pub duration_minutes: i32,
    /// The recurrence rule (RFC 5545 §3.3.10).
    pub rrule: String,
    /// Wall times that the rule gives and that are left out.
    #[sea_orm(column_type = "JsonBinary")]
    pub exdates: Texts,
    /// What becomes of occurrences.
    pub events_become: EventsBecome,
    /// Where it stands.
    pub status: SeriesStatus,
    /// There is no occurrence from this wall time on: it was ended, or another series goes on from here.
    pub ends_before: Option<ChronoDateTime>,
    /// The series that this one goes on with.
    pub previous_id: Option<SeriesId>,
    /// When the next event is due to be made; none if nothing comes.
    pub look_at: Option<DateTimeUtc>,
    /// Why no events are made at the moment.
    pub stalled_because: Option<StallReason>,
    /// The account that made it, with whose rights its events are made.
    pub created_by: Option<AccountId>,
    /// Grows by one with every edit.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was last edited.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
