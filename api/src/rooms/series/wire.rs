//! What callers send.

use ::entity::series::{EventsBecome, SeriesStatus};
use chrono::{NaiveDate, NaiveDateTime};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::out::{OccurrenceOut, SeriesOut};
use super::plan::wall_time;
use super::template::SeriesTemplateIn;
use crate::rooms::records::{Edit, Mergeable};

/// A series as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SeriesIn {
    /// What its events are.
    pub(super) template: SeriesTemplateIn,
    /// The wall time of the first occurrence. It stays the wall time of all, across clock changes.
    #[schema(pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$", example = "2027-03-14T19:00:00")]
    pub(super) starts_local: String,
    /// The IANA zone.
    #[schema(min_length = 1, max_length = 64, example = "America/Santiago")]
    pub(super) time_zone: String,
    /// How long each lasts, in minutes.
    #[schema(minimum = 1, maximum = 44_640)]
    pub(super) duration_minutes: i32,
    /// The recurrence rule (RFC 5545 §3.3.10) with FREQ (DAILY, WEEKLY, MONTHLY, YEARLY), INTERVAL, COUNT or UNTIL, BYDAY,
    /// BYMONTHDAY, BYMONTH, BYSETPOS and WKST; `starts_local` is its first occurrence. UNTIL is a date, a wall time or an
    /// instant. A wall time that a clock change skips is no occurrence and is not counted.
    #[schema(
        min_length = 1,
        max_length = 500,
        pattern = "^[A-Z0-9=;,+-]+$",
        example = "FREQ=MONTHLY;BYDAY=2TU"
    )]
    pub(super) rrule: String,
    /// Wall times that the rule gives and that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 500)]
    pub(super) exdates: Vec<WallTimeText>,
    /// What becomes of an occurrence ninety days ahead.
    #[serde(default = "draft")]
    #[schema(default = "draft")]
    pub(super) events_become: EventsBecome,
}

/// A wall time, to the second, without an offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = SeriesWallTime, pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$", example = "2027-03-14T19:00:00")]
pub(super) struct WallTimeText(pub(super) String);

fn draft() -> EventsBecome {
    EventsBecome::Draft
}

impl Mergeable for SeriesIn {
    const SEALED: &'static [&'static [&'static str]] = &[
        &["template", "place", "venue"],
        &["template", "place", "point"],
        &["template", "online", "join_url"],
        &["template", "online", "instructions"],
    ];
}

/// An edit of a series: what is left out stays, `null` clears.
pub(super) type SeriesPatch = Edit<SeriesIn>;

/// From where on a series is another, and what is other about it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SeriesSplitIn {
    /// An occurrence: the wall time that the rule gives it.
    pub(super) from: WallTimeText,
    /// What changes from then on. What is left out stays.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) changes: Option<SeriesPatch>,
}

/// How a series ends.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SeriesEndIn {
    /// Whether the events that were made of it and have not begun are cancelled. Otherwise they stay.
    #[serde(default)]
    pub(super) cancel_events: bool,
}

/// To when an occurrence is moved.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OccurrenceRescheduleIn {
    /// The wall time at which it begins instead, in the zone of the series.
    pub(super) starts_local: WallTimeText,
    /// How long it lasts then, in minutes; as long as all if not said.
    #[serde(default)]
    #[schema(nullable = false, minimum = 1, maximum = 44_640)]
    pub(super) duration_minutes: Option<i32>,
}

/// A page of series.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct SeriesPage {
    /// The series.
    items: Vec<SeriesOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// A page of occurrences.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct OccurrencePage {
    /// The occurrences, in the order of the wall times that the rule gives them.
    items: Vec<OccurrenceOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which series.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SeriesPath {
    /// The series.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) series_id: Uuid,
}

/// Which occurrence.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OccurrencePath {
    /// The series.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) series_id: Uuid,
    /// The wall time that the rule gives it, such as `2027-03-14T19:00:00`.
    #[serde(deserialize_with = "recurrence")]
    #[param(value_type = String, pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$")]
    pub(super) recurrence: NaiveDateTime,
}

fn recurrence<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    wall_time(&text).ok_or_else(|| D::Error::custom("must be a wall time such as 2027-03-14T19:00:00"))
}

/// Which series are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SeriesFilter {
    /// States, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 2)]
    pub(super) status: Vec<SeriesStatus>,
}

/// Which occurrences are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OccurrencePeriod {
    /// A date in the zone of the series, of the years 1900 to 2310: the rule gives it that day or a later one. Today if not said.
    #[param(
        nullable = false,
        pattern = "^(19[0-9]{2}|2[0-2][0-9]{2}|230[0-9]|2310)-",
        example = "2027-01-01"
    )]
    pub(super) from: Option<NaiveDate>,
    /// A date there: the rule gives it that day or an earlier one. A year after `from` if not said, ten years at most.
    #[param(nullable = false, example = "2027-12-31")]
    pub(super) to: Option<NaiveDate>,
}
