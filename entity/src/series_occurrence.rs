//! What is known of one occurrence of a series beyond its rule.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{EventId, SeriesId};

/// A row of `series_occurrence`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "series_occurrence")]
pub struct Model {
    /// The series.
    #[sea_orm(primary_key, auto_increment = false)]
    pub series_id: SeriesId,
    /// The wall time that the rule gives it (RFC 5545's `RECURRENCE-ID`), whatever became of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub recurrence: ChronoDateTime,
    /// The event that it became, as long as that is there.
    pub event_id: Option<EventId>,
    /// The event's version then: if it has another one, somebody edited it.
    pub event_version: Option<i64>,
    /// When it became an event.
    pub made_at: Option<DateTimeUtc>,
    /// The wall time it was moved to before it became an event.
    pub starts_local: Option<ChronoDateTime>,
    /// How long it lasts then.
    pub duration_minutes: Option<i32>,
    /// Whether it was cancelled before it became an event.
    pub is_cancelled: bool,
}

impl ActiveModelBehavior for ActiveModel {}
