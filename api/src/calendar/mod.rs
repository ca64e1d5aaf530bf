//! Calendar files (RFC 5545), written from plain values: this knows no HTTP, no database and no clock, so both sides of the
//! house use it.
//!
//! A file carries a link and never an address: it is copied to telephones and other people's servers, where nothing can be
//! taken back. So an [`Entry`] has a title, a time, a text and at most a coarse place; whoever fills it answers for what is
//! in it.
//!
//! The same values give the same bytes, always, so an entity tag can be made from them. [`lines`] folds and escapes,
//! [`zones`] writes the rules of the zones that are named.

mod lines;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, MappedLocalTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use lines::Lines;

/// The years for which the zone data here knows when clocks change. Whatever is before or after is written in UTC.
const KNOWN_YEARS: std::ops::RangeInclusive<i32> = 1970..=2099;
/// How long a subscriber may wait before asking again.
const REFRESH: &str = "PT1H";

/// A calendar file.
#[derive(Clone, Debug)]
pub struct Calendar<'a> {
    /// What a subscriber's calendar is called, in which language (BCP 47); none in a file of one event, which joins a
    /// calendar that has a name already.
    pub name: Option<(&'a str, &'a str)>,
    /// What is in it.
    pub entries: Vec<Entry>,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The event.
    pub id: Uuid,
    /// Grows with every change; of two files with one event the one with the greater number is right.
    pub sequence: i64,
    /// When that change was.
    pub changed_at: DateTime<Utc>,
    /// Whether it will take place.
    pub status: Status,
    /// When it takes place.
    pub time: Time,
    /// The language of title and text (BCP 47).
    pub language: String,
    /// The title; empty where it has none.
    pub title: String,
    /// A text.
    pub text: Option<String>,
    /// What the place is called, as coarsely as may be.
    pub place: Option<String>,
    /// The address of a page about it, a whole one.
    pub link: Option<String>,
}

/// Whether an event will take place (RFC 5545 §3.8.1.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Perhaps.
    Tentative,
    /// It will, or it did.
    Confirmed,
    /// It will not.
    Cancelled,
}

/// When an event takes place. What is known less well than to the day has no place in a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// On a day, wherever that is.
    Day(NaiveDate),
    /// Between two instants.
    Span {
        /// The first instant.
        starts_at: DateTime<Utc>,
        /// The instant after the last.
        ends_at: DateTime<Utc>,
        /// The zone whose wall time is meant; UTC tells none.
        zone: Tz,
    },
}

/// What an event is called in every calendar there is, for ever. It names no host, so a server may move.
pub fn uid(event: Uuid) -> String {
    format!("{event}@event.solidarity")
}

impl Calendar<'_> {
    /// The file.
    pub fn write(&self) -> String {
        let mut lines = Lines::default();
        lines.raw("BEGIN", "VCALENDAR");
        lines.raw("VERSION", "2.0");
        lines.raw("PRODID", "-//Solidarity//Calendar//EN");
        lines.raw("CALSCALE", "GREGORIAN");
        lines.raw("METHOD", "PUBLISH");
        if let Some((language, name)) = self.name {
            lines.text(&format!("NAME;LANGUAGE={language}"), name);
            lines.text("X-WR-CALNAME", name);
            lines.raw("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
            lines.raw("X-PUBLISHED-TTL", REFRESH);
        }
        for (name, (zone, years)) in self.zones() {
            zones::write(&mut lines, name, zone, &years);
        }
        self.entries.iter().for_each(|entry| entry.write(&mut lines));
        lines.raw("END", "VCALENDAR");
        lines.finish()
    }

    /// The zones that are named, and the years for which their rules are needed.
    fn zones(&self) -> BTreeMap<&'static str, (Tz, BTreeSet<i32>)> {
        let mut zones = BTreeMap::new();
        for entry in &self.entries {
            let Time::Span { starts_at, ends_at, zone } = entry.time else { continue };
            let Some(start) = wall_time(starts_at, zone) else { continue };
            let end = wall_time(ends_at, zone).unwrap_or(start);
            let (_, years) = zones.entry(zone.name()).or_insert_with(|| (zone, BTreeSet::new()));
            years.extend(start.year()..=end.year());
        }
        zones
    }
}

impl Entry {
    /// What is left of an event of which nothing may be told: that it does not take place. Instead of its time it has the day
    /// of that change, so that it lies where it was in no calendar.
    pub fn called_off(id: Uuid, sequence: i64, changed_at: DateTime<Utc>) -> Self {
        Self {
            id,
            sequence,
            changed_at,
            status: Status::Cancelled,
            time: Time::Day(changed_at.date_naive()),
            language: String::new(),
            title: String::new(),
            text: None,
            place: None,
            link: None,
        }
    }

    fn write(&self, lines: &mut Lines) {
        let changed = utc(self.changed_at);
        lines.raw("BEGIN", "VEVENT");
        lines.raw("UID", &uid(self.id));
        // The moment of the change and not of the writing, or no two answers would be the same.
        lines.raw("DTSTAMP", &changed);
        lines.raw("LAST-MODIFIED", &changed);
        lines.raw("SEQUENCE", &self.sequence.clamp(0, i32::MAX.into()).to_string());
        lines.raw("STATUS", self.status.word());
        self.time.write(lines);
        let in_language = |name: &str| format!("{name};LANGUAGE={}", self.language);
        if !self.title.is_empty() {
            lines.text(&in_language("SUMMARY"), &self.title);
        }
        if let Some(text) = &self.text {
            lines.text(&in_language("DESCRIPTION"), text);
        }
        if let Some(place) = &self.place {
            lines.text(&in_language("LOCATION"), place);
        }
        if let Some(link) = &self.link {
            lines.raw("URL", link);
        }
        lines.raw("END", "VEVENT");
    }
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Tentative => "TENTATIVE",
            Self::Confirmed => "CONFIRMED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl Time {
    fn write(self, lines: &mut Lines) {
        match self {
            Self::Day(day) => {
                let date = |day: NaiveDate| day.format("%Y%m%d").to_string();
                lines.raw("DTSTART;VALUE=DATE", &date(day));
                // The first day on which it is over.
                lines.raw("DTEND;VALUE=DATE", &date(day.checked_add_days(Days::new(1)).unwrap_or(day)));
            }
            Self::Span { starts_at, ends_at, zone } => {
                let start = wall_time(starts_at, zone);
                let end = start.and_then(|_| wall_time(ends_at, zone));
                for (name, at, wall) in [("DTSTART", starts_at, start), ("DTEND", ends_at, end)] {
                    match wall {
                        Some(wall) => lines.raw(&format!("{name};TZID={}", zone.name()), &local(wall)),
                        None => lines.raw(name, &utc(at)),
                    }
                }
            }
        }
    }
}

/// The wall time of an instant, if the zone has it once only: programs disagree about one that occurs twice.
fn wall_time(at: DateTime<Utc>, zone: Tz) -> Option<NaiveDateTime> {
    let wall = at.with_timezone(&zone).naive_local();
    let once = matches!(zone.from_local_datetime(&wall), MappedLocalTime::Single(_));
    let told = !matches!(zone, Tz::UTC | Tz::Etc__UTC) && KNOWN_YEARS.contains(&wall.year());
    (once && told).then_some(wall)
}

fn local(wall: NaiveDateTime) -> String {
    wall.format("%Y%m%dT%H%M%S").to_string()
}

fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn entry(time: Time) -> Entry {
        Entry {
            id: Uuid::from_u128(7),
            sequence: 3,
            changed_at: at("2026-01-02T03:04:05.678Z"),
            status: Status::Confirmed,
            time,
            language: "en".into(),
            title: "Seeds, soil; hope".into(),
            text: None,
            place: None,
            link: Some("https://example.org/a,b".into()),
        }
    }

    fn span(starts_at: &str, zone: Tz) -> Time {
        let starts_at = at(starts_at);
        Time::Span { starts_at, ends_at: starts_at + chrono::TimeDelta::hours(1), zone }
    }

    fn file(time: Time) -> String {
        Calendar { name: None, entries: vec![entry(time)] }.write()
    }

    #[test]
    fn a_day_is_written_as_a_date_without_a_zone() {
        let expected = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Solidarity//Calendar//EN\r\nCALSCALE:GREGORIAN\r\n\
            METHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:00000000-0000-0000-0000-000000000007@event.solidarity\r\n\
            DTSTAMP:20260102T030405Z\r\nLAST-MODIFIED:20260102T030405Z\r\nSEQUENCE:3\r\nSTATUS:CONFIRMED\r\n\
            DTSTART;VALUE=DATE:20270314\r\nDTEND;VALUE=DATE:20270315\r\nSUMMARY;LANGUAGE=en:Seeds\\, soil\\; hope\r\n\
            URL:https://example.org/a,b\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(file(Time::Day(NaiveDate::from_ymd_opt(2027, 3, 14).unwrap())), expected);
    }

    #[test]
    fn a_wall_time_comes_with_the_rules_of_its_zone() {
        let text = file(span("2027-03-14T16:00:00Z", Tz::Africa__Juba));
        assert!(text.contains(
            "DTSTART;TZID=Africa/Juba:20270314T180000\r\nDTEND;TZID=Africa/Juba:20270314T190000\r\n"
        ));
        assert_eq!(text.matches("BEGIN:VTIMEZONE\r\nTZID:Africa/Juba\r\n").count(), 1);
        let two = Calendar {
            name: Some(("es", "Eventos")),
            entries: vec![
                entry(span("2027-03-14T16:00:00Z", Tz::Africa__Juba)),
                entry(span("2027-04-14T16:00:00Z", Tz::Africa__Juba)),
            ],
        };
        let text = two.write();
        assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1);
        assert!(text.contains(
            "NAME;LANGUAGE=es:Eventos\r\nX-WR-CALNAME:Eventos\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n"
        ));
    }

    #[test]
    fn what_a_zone_would_not_say_clearly_is_written_in_utc() {
        for (starts_at, zone) in [
            ("2027-03-14T16:00:00Z", Tz::UTC),
            // 01:30 occurs twice in London.
            ("2027-10-31T00:30:00Z", Tz::Europe__London),
            ("2027-10-31T01:30:00Z", Tz::Europe__London),
            ("1850-03-14T16:00:00Z", Tz::Europe__London),
            ("2150-03-14T16:00:00Z", Tz::Europe__London),
        ] {
            let text = file(span(starts_at, zone));
            let start = format!("DTSTART:{}\r\n", utc(at(starts_at)));
            assert!(text.contains(&start) && !text.contains("TZID"), "{starts_at} {zone}: {text}");
        }
        // Only its end occurs twice.
        let text = file(span("2027-10-30T23:30:00Z", Tz::Europe__London));
        assert!(
            text.contains("DTSTART;TZID=Europe/London:20271031T003000\r\nDTEND:20271031T003000Z\r\n"),
            "{text}"
        );
    }
}
