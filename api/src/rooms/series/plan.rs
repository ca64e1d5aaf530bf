//! When a series takes place: its rule in local wall time, clock changes included.
//!
//! What the rule gives is a wall time, and stays one: 19:00 is 19:00 on either side of a clock change. A wall time that a
//! clock change skips is no occurrence and is not counted (RFC 5545 §3.3.10); of one that occurs twice it is the first.

use std::collections::BTreeSet;

use ::entity::series;
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::rrule::{Rule, Until};
use crate::moment::{WallTime, WhenFault};

/// When a series takes place.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The first wall time.
    pub start: NaiveDateTime,
    /// The zone of all wall times.
    pub zone: Tz,
    /// How long each lasts.
    pub minutes: i32,
    /// How it recurs.
    pub rule: Rule,
    /// Wall times that are left out.
    pub exdates: BTreeSet<NaiveDateTime>,
    /// There is no occurrence from this wall time on.
    pub ends_before: Option<NaiveDateTime>,
}

/// A wall time that the rule gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The wall time, by which the occurrence is known whatever becomes of it.
    pub recurrence: NaiveDateTime,
    /// The two wall times nearest to it, if a clock change skips it: then it is no occurrence.
    pub skipped: Option<[NaiveDateTime; 2]>,
}

impl Slot {
    /// Whether it is an occurrence.
    pub const fn takes_place(&self) -> bool {
        self.skipped.is_none()
    }
}

impl Plan {
    /// Reads it back from a row; nothing if it makes no sense.
    pub fn of_row(row: &series::Model) -> Option<Self> {
        Some(Self {
            start: row.starts_local,
            zone: row.time_zone.parse().ok()?,
            minutes: row.duration_minutes,
            rule: Rule::parse(&row.rrule).ok()?,
            exdates: row.exdates.0.iter().filter_map(|text| wall_time(text)).collect(),
            ends_before: row.ends_before,
        })
    }

    /// Every wall time up to and including `last`, in order; those of exception dates are left out.
    pub fn slots(&self, last: NaiveDateTime) -> impl Iterator<Item = Slot> {
        let time = self.start.time();
        let mut left = self.rule.count.unwrap_or(u32::MAX);
        self.rule
            .dates(self.start.date(), last.date())
            .map(move |date| date.and_time(time))
            .take_while(move |recurrence| *recurrence <= last && self.goes_on(*recurrence))
            .map(move |recurrence| Slot { recurrence, skipped: self.skipped(recurrence) })
            .take_while(move |slot| {
                let takes_place = u32::from(slot.takes_place());
                // Behind the last that counts there are none that do not.
                let goes_on = left > 0;
                left = left.saturating_sub(takes_place);
                goes_on
            })
            .filter(move |slot| !self.exdates.contains(&slot.recurrence))
    }

    /// Whether there is an occurrence at a wall time, and how the clocks stand then.
    pub fn slot(&self, recurrence: NaiveDateTime) -> Option<Slot> {
        self.slots(recurrence).last().filter(|slot| slot.recurrence == recurrence)
    }

    /// How many occurrences there are before a wall time, exception dates counted: what COUNT counts.
    pub fn counted_before(&self, recurrence: NaiveDateTime) -> u32 {
        let all = Self { exdates: BTreeSet::new(), ..self.clone() };
        let before = all.slots(recurrence).filter(|slot| slot.recurrence < recurrence && slot.takes_place());
        u32::try_from(before.count()).unwrap_or(u32::MAX)
    }

    /// The first instant of an occurrence, and the one after the last.
    pub fn instants(&self, recurrence: NaiveDateTime, minutes: i32) -> (DateTime<Utc>, DateTime<Utc>) {
        let wall = self.wall(recurrence, minutes);
        wall.instants().unwrap_or_else(|_| wall.nearest_instants())
    }

    /// What the clocks show at an instant.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.zone).naive_local()
    }

    const fn wall(&self, local: NaiveDateTime, minutes: i32) -> WallTime {
        WallTime { local, zone: self.zone, offset: None, minutes }
    }

    fn skipped(&self, recurrence: NaiveDateTime) -> Option<[NaiveDateTime; 2]> {
        match self.wall(recurrence, self.minutes).instants() {
            Err(WhenFault::Skipped { before, after }) => Some([before, after]),
            _ => None,
        }
    }

    fn goes_on(&self, recurrence: NaiveDateTime) -> bool {
        let in_time = match self.rule.until {
            None => true,
            Some(Until::Local(last)) => recurrence <= last,
            Some(Until::Day(last)) => recurrence.date() <= last,
            Some(Until::Instant(last)) => self.instants(recurrence, self.minutes).0 <= last,
        };
        in_time && self.ends_before.is_none_or(|end| recurrence < end)
    }

    /// The wall time that is surely later than the instant everywhere: rules are walked as far as this.
    pub fn behind(&self, at: DateTime<Utc>) -> NaiveDateTime {
        self.local(at) + Duration::days(2)
    }
}

/// Reads a wall time as callers write it.
pub fn wall_time(text: &str) -> Option<NaiveDateTime> {
    use chrono::{Datelike as _, Timelike as _};
    let read = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok()?;
    let fits = text.len() == 19 && (1900..=2300).contains(&read.year()) && read.nanosecond() < 1_000_000_000;
    fits.then_some(read)
}

/// A wall time as callers write it.
pub fn written(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%dT%H:%M:%S").to_string()
}
