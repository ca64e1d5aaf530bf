//! What a line of an event is made of: where, how it is joined, how it is delivered, when.

use ::entity::event::{self, WhenPrecision};
use ::entity::ids::GuideId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::parts::{CountryCode, WebAddress};
use crate::moment::{Moment, WallTime, When, offset_text};
use crate::reference::Point;

/// How something is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Everybody at once.
    Live,
    /// Everybody when they can.
    Asynchronous,
}

/// Where an event is. Venue and point are sealed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleEventPlace)]
pub struct EventPlace {
    /// The country; none for an event that is nowhere in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub country: Option<CountryCode>,
    /// The name of the province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub region: Option<String>,
    /// The name of the town or county.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub locality: Option<String>,
    /// The name or address of the house.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 500)]
    pub venue: Option<String>,
    /// The exact point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub point: Option<Point>,
}

/// How an online event is joined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleOnline)]
pub struct Online {
    /// The platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    pub platform: Option<String>,
    /// The link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub join_url: Option<WebAddress>,
    /// What else one must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 2000)]
    pub instructions: Option<String>,
}

impl Delivery {
    /// The word that is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Asynchronous => "asynchronous",
        }
    }

    /// Reads the stored word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Live, Self::Asynchronous].into_iter().find(|d| d.word() == word)
    }
}

/// The dialogue guide that an event has its questions of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventGuide {
    /// The guide.
    #[schema(value_type = uuid::Uuid)]
    pub id: GuideId,
    /// The number of a published version.
    #[schema(minimum = 1, maximum = 100_000)]
    pub version: i32,
}

/// A moment as an event's columns hold it.
pub struct Columns {
    /// How much is known.
    pub precision: WhenPrecision,
    /// The date, where the hour is not known.
    pub date: Option<String>,
    /// The wall time.
    pub wall: Option<WallTime>,
    /// The first instant, and the one after the last.
    pub instants: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl When {
    /// Its columns.
    pub fn columns(moment: &Moment, written: &When) -> Columns {
        let dated = |precision| Columns {
            precision,
            date: match written {
                When::Day { date } | When::Month { date } | When::Year { date } => Some(date.clone()),
                When::Minute { .. } | When::Unknown {} => None,
            },
            wall: None,
            instants: None,
        };
        match *moment {
            Moment::Minute { wall, starts_at, ends_at } => Columns {
                precision: WhenPrecision::Minute,
                date: None,
                wall: Some(wall),
                instants: Some((starts_at, ends_at)),
            },
            Moment::Day(_) => dated(WhenPrecision::Day),
            Moment::Month(_) => dated(WhenPrecision::Month),
            Moment::Year(_) => dated(WhenPrecision::Year),
            Moment::Unknown => {
                Columns { precision: WhenPrecision::Unknown, date: None, wall: None, instants: None }
            }
        }
    }

    /// Reads it back from a row.
    pub fn of_row(row: &event::Model) -> Self {
        let date = row.when_date.clone().unwrap_or_default();
        match (row.when_precision, row.starts_local, &row.time_zone, row.duration_minutes) {
            (WhenPrecision::Minute, Some(local), Some(zone), Some(minutes)) => Self::Minute {
                starts_local: local.format("%Y-%m-%dT%H:%M:%S").to_string(),
                time_zone: zone.clone(),
                duration_minutes: minutes,
                utc_offset: row.utc_offset.map(offset_text),
            },
            (WhenPrecision::Day, ..) => Self::Day { date },
            (WhenPrecision::Month, ..) => Self::Month { date },
            (WhenPrecision::Year, ..) => Self::Year { date },
            _ => Self::Unknown {},
        }
    }
}
