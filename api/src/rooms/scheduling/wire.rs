//! What callers send and read.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::clocks::Countries;
use super::fair::{Placed, Question, Session, Slot, is_outside, judge};
use crate::rooms::bundle::CountryCode;

/// Who wants to meet, how often and when.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScheduleIn {
    /// Who takes part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub participants: Vec<ParticipantIn>,
    /// An event of one's own: the time zones of those who have seats take part as well, as far as they said and at least
    /// eleven of them have the same one. Each counts once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub registrants_of: Option<Uuid>,
    /// How long each session lasts, in minutes.
    #[schema(minimum = 15, maximum = 720, example = 90)]
    pub duration_minutes: i32,
    /// The first day on which a session may begin, in UTC.
    #[schema(example = "2027-03-01")]
    pub from: NaiveDate,
    /// The last day, at most a year later.
    #[schema(example = "2027-05-31")]
    pub to: NaiveDate,
    /// How many sessions; not more than there are days.
    #[serde(default = "one")]
    #[schema(default = 1, minimum = 1, maximum = 52)]
    pub sessions: u32,
    /// The hours that people prefer, by their own clocks; from nine to nine if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub preferred_local: Option<HoursIn>,
    /// When earlier sessions began, as long as these: who was awake at night then is spared now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 104)]
    pub earlier: Vec<DateTime<Utc>>,
}

fn one() -> u32 {
    1
}

/// Somebody who takes part, by a country or by a time zone.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScheduleParticipant)]
pub(super) struct ParticipantIn {
    /// The country, all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub country: Option<CountryCode>,
    /// The time zone (IANA).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 64, example = "Africa/Juba")]
    pub time_zone: Option<String>,
    /// How much it counts beside the others. It is no number of people and stands in no answer.
    #[serde(default = "one")]
    #[schema(default = 1, minimum = 1, maximum = 10)]
    pub weight: u32,
}

/// Hours of the day.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScheduleHours)]
pub(super) struct HoursIn {
    /// The beginning, at a quarter of an hour.
    #[schema(pattern = "^([01][0-9]|2[0-3]):(00|15|30|45)$", example = "09:00")]
    pub from: String,
    /// The end.
    #[schema(pattern = "^(([01][0-9]|2[0-3]):(00|15|30|45)|24:00)$", example = "21:00")]
    pub to: String,
}

/// Times for sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScheduleOut {
    /// Session by session, in order.
    sessions: Vec<ScheduledSession>,
    /// What each zone bears if the first start of every session is taken, earlier sessions included.
    zones: Vec<ZoneShare>,
    /// How even that is, 0 to 1: one less the difference between the greatest and the smallest mean burden of a zone. At 1 all
    /// bear the same; at 0 one zone is always up in the deepest night and another never leaves its preferred hours. A zone
    /// of few counts as much as one of many.
    #[schema(minimum = 0, maximum = 1, example = 0.93)]
    fairness: f64,
    /// The zones by which each country counted.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    countries: Countries,
}

/// A session and when it could begin.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduledSession {
    /// Its place among the sessions, from 1.
    #[schema(minimum = 1)]
    number: usize,
    /// The first day of its part of the period, in UTC.
    from: NaiveDate,
    /// The last day of its part.
    to: NaiveDate,
    /// Starts, the fairest first.
    slots: Vec<ScheduleSlot>,
}

/// A start, and why it stands where it does.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduleSlot {
    /// The first instant.
    starts_at: DateTime<Utc>,
    /// The instant after the last.
    ends_at: DateTime<Utc>,
    /// The mean burden of all zones by their weights, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    burden: f64,
    /// Zones where it is not wholly between 7 and 22 o'clock.
    outside: Vec<&'static str>,
    /// What it means on each clock.
    zones: Vec<ScheduleClock>,
}

/// What a start means on one clock.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduleClock {
    /// The zone.
    #[schema(example = "Africa/Juba")]
    time_zone: &'static str,
    /// The wall time of the beginning.
    #[schema(example = "2027-03-14T18:00:00")]
    starts_local: String,
    /// The wall time of the end.
    ends_local: String,
    /// 0 in the preferred hours, 1 deep in the night.
    #[schema(minimum = 0, maximum = 1)]
    burden: f64,
}

/// What a zone bears.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScheduleShare)]
struct ZoneShare {
    /// The zone.
    time_zone: &'static str,
    /// All burdens together.
    #[schema(minimum = 0)]
    burden: f64,
    /// How many sessions are not wholly between 7 and 22 o'clock there.
    #[schema(minimum = 0)]
    outside: usize,
}

/// Thousandths as a number.
fn decimal(thousandths: u64) -> f64 {
    thousandths as f64 / 1000.0
}

impl ScheduleOut {
    /// Says what was found.
    pub fn of(asked: &Question, placed: &[Placed], countries: Countries) -> Self {
        let session = |starts_at| Session { starts_at, minutes: asked.minutes };
        let firsts = placed.iter().filter_map(|placed| placed.slots.first()).map(|slot| slot.starts_at);
        let all: Vec<Session> = asked.earlier.iter().copied().chain(firsts).map(session).collect();
        let zones: Vec<_> = asked.zones.iter().map(|weighted| weighted.zone).collect();
        let fair = judge(asked.hours, &all, &zones);
        let share = |zone: &super::ZoneBurden| ZoneShare {
            time_zone: zone.zone.name(),
            burden: decimal(zone.total),
            outside: zone.outside,
        };
        let sessions = placed.iter().enumerate().map(|(place, placed)| ScheduledSession {
            number: place + 1,
            from: placed.from,
            to: placed.to,
            slots: placed.slots.iter().map(|slot| ScheduleSlot::of(asked, slot)).collect(),
        });
        Self {
            sessions: sessions.collect(),
            zones: fair.zones.iter().map(share).collect(),
            fairness: decimal(fair.index),
            countries,
        }
    }
}

impl ScheduleSlot {
    fn of(asked: &Question, slot: &Slot) -> Self {
        let session = Session { starts_at: slot.starts_at, minutes: asked.minutes };
        let ends_at = slot.starts_at + Duration::minutes(asked.minutes.into());
        let (mut burden, mut weights) = (0, 0);
        for (weighted, each) in asked.zones.iter().zip(&slot.burdens) {
            burden += weighted.weight * each;
            weights += weighted.weight;
        }
        let zones = asked.zones.iter().zip(&slot.burdens).map(|(weighted, burden)| {
            let wall =
                |at: DateTime<Utc>| at.with_timezone(&weighted.zone).format("%Y-%m-%dT%H:%M:%S").to_string();
            ScheduleClock {
                time_zone: weighted.zone.name(),
                starts_local: wall(slot.starts_at),
                ends_local: wall(ends_at),
                burden: decimal(*burden),
            }
        });
        let outside = asked.zones.iter().filter(|weighted| is_outside(&session, weighted.zone));
        Self {
            starts_at: slot.starts_at,
            ends_at,
            burden: decimal(burden / weights.max(1)),
            outside: outside.map(|weighted| weighted.zone.name()).collect(),
            zones: zones.collect(),
        }
    }
}
