//! What callers read.

use ::entity::event::{self, EventStatus};
use ::entity::ids::{EventId, SeriesId};
use ::entity::series::{self, EventsBecome, SeriesStatus, StallReason};
use ::entity::series_occurrence;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::plan::{Plan, Slot, written};
use super::store::Series;
use super::template::SeriesTemplateOut;

/// A series.
#[derive(Serialize, ToSchema)]
pub(super) struct SeriesOut {
    /// Identifier.
    id: SeriesId,
    /// What its events are, without what is sealed.
    template: SeriesTemplateOut,
    /// The wall time of the first occurrence.
    starts_local: String,
    /// The IANA zone.
    time_zone: String,
    /// How long each lasts, in minutes.
    duration_minutes: i32,
    /// The recurrence rule (RFC 5545 §3.3.10).
    rrule: String,
    /// Wall times that are left out.
    exdates: Vec<String>,
    /// What becomes of an occurrence ninety days ahead.
    events_become: EventsBecome,
    /// Where it stands.
    status: SeriesStatus,
    /// There is no occurrence from this wall time on.
    ends_before: Option<String>,
    /// The series that this one goes on with.
    previous: Option<SeriesId>,
    /// Why no events are made of it at the moment. An edit that mends it has them made.
    stalled_because: Option<StallReason>,
    /// Grows by one with every edit; the `ETag` is made of it.
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last edited.
    updated_at: DateTime<Utc>,
    links: SeriesLinks,
}

/// Where a series is.
#[derive(Serialize, ToSchema)]
struct SeriesLinks {
    /// The series.
    #[serde(rename = "self")]
    this: String,
    /// Its occurrences.
    occurrences: String,
}

/// The address of a series.
pub(super) fn path(id: SeriesId) -> String {
    format!("/v1/series/{id}")
}

impl From<Series> for SeriesOut {
    fn from(series: Series) -> Self {
        let Series { row, template } = series;
        let series::Model {
            id,
            sealed_template: _,
            starts_local,
            time_zone,
            duration_minutes,
            rrule,
            exdates,
            events_become,
            status,
            ends_before,
            previous_id,
            look_at: _,
            stalled_because,
            created_by: _,
            version,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            template: template.into(),
            starts_local: written(starts_local),
            time_zone,
            duration_minutes,
            rrule,
            exdates: exdates.0,
            events_become,
            status,
            ends_before: ends_before.map(written),
            previous: previous_id,
            stalled_because,
            version,
            created_at,
            updated_at,
            links: SeriesLinks { this: path(id), occurrences: format!("{}/occurrences", path(id)) },
        }
    }
}

/// Where an occurrence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OccurrenceStatus {
    /// It is yet to become an event, or was over before it could.
    Planned,
    /// A clock change skips its wall time: it does not take place, unless it is moved.
    Skipped,
    /// Its event is being prepared.
    Draft,
    /// Its event waits for a moderator.
    InReview,
    /// Its event will take place.
    Scheduled,
    /// Its event took place.
    Held,
    /// It will not take place, or its event was removed.
    Cancelled,
}

impl From<EventStatus> for OccurrenceStatus {
    fn from(status: EventStatus) -> Self {
        match status {
            EventStatus::Draft => Self::Draft,
            EventStatus::InReview => Self::InReview,
            EventStatus::Scheduled => Self::Scheduled,
            EventStatus::Held => Self::Held,
            EventStatus::Cancelled => Self::Cancelled,
        }
    }
}

/// An occurrence of a series.
#[derive(Serialize, ToSchema)]
pub(super) struct OccurrenceOut {
    /// The wall time that the rule gives it (RFC 5545's `RECURRENCE-ID`): by this it is known, wherever it is moved.
    recurrence: String,
    /// Where it stands.
    status: OccurrenceStatus,
    /// The wall time at which it begins.
    starts_local: String,
    /// The IANA zone.
    time_zone: String,
    /// How long it lasts, in minutes.
    duration_minutes: i32,
    /// The first instant; `null` if it is skipped.
    starts_at: Option<DateTime<Utc>>,
    /// The instant after the last.
    ends_at: Option<DateTime<Utc>>,
    /// Whether it was moved.
    moved: bool,
    /// The event that it became.
    event: Option<EventId>,
    /// The wall times next to the one that a clock change skips.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    candidates: Vec<String>,
}

impl OccurrenceOut {
    /// By what it is known.
    pub(super) fn key(&self) -> &str {
        &self.recurrence
    }

    /// What the rule says of it, what else is known, and the event that it became.
    pub(super) fn of(
        plan: &Plan,
        slot: &Slot,
        known: Option<&series_occurrence::Model>,
        event: Option<&event::Model>,
    ) -> Self {
        let moved = known.and_then(|row| row.starts_local.zip(row.duration_minutes));
        let (local, minutes) = moved.unwrap_or((slot.recurrence, plan.minutes));
        let gone = known.is_some_and(|row| row.is_cancelled || (row.made_at.is_some() && event.is_none()));
        let skipped = slot.skipped.filter(|_| moved.is_none() && event.is_none());
        let status = match (event, skipped) {
            (Some(event), _) => event.status.into(),
            (None, _) if gone => OccurrenceStatus::Cancelled,
            (None, Some(_)) => OccurrenceStatus::Skipped,
            (None, None) => OccurrenceStatus::Planned,
        };
        let instants = skipped.is_none().then(|| plan.instants(local, minutes));
        let planned = Self {
            recurrence: written(slot.recurrence),
            status,
            starts_local: written(local),
            time_zone: plan.zone.name().to_owned(),
            duration_minutes: minutes,
            starts_at: instants.map(|(start, _)| start),
            ends_at: instants.map(|(_, end)| end),
            moved: local != slot.recurrence,
            event: event.map(|event| event.id),
            candidates: skipped.into_iter().flatten().map(written).collect(),
        };
        match event {
            Some(event) => planned.of_event(event, slot.recurrence),
            None => planned,
        }
    }

    /// With the time that its event has by now.
    fn of_event(self, event: &event::Model, recurrence: NaiveDateTime) -> Self {
        let Some(local) = event.starts_local else { return self };
        Self {
            starts_local: written(local),
            time_zone: event.time_zone.clone().unwrap_or(self.time_zone),
            duration_minutes: event.duration_minutes.unwrap_or(self.duration_minutes),
            starts_at: event.starts_at,
            ends_at: event.ends_at,
            moved: local != recurrence,
            ..self
        }
    }
}
