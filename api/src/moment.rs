//! When something takes place: from a wall time in a zone down to "nobody knows".
//!
//! A future event keeps the intention, wall time and IANA zone; instants are derived from it and derived anew when the
//! rules of the zone change. Records of the past often have no day, and none is invented.

use chrono::{
    DateTime, Datelike, Days, Duration, Months, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;
use entity::event::WhenPrecision;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The release of the time zone database this program was built with.
pub const ZONE_DATA: &str = chrono_tz::IANA_TZDB_VERSION;

/// When an event takes place, as it is written by a caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "precision", rename_all = "snake_case", deny_unknown_fields)]
pub enum When {
    /// Wall time in a zone.
    #[schema(title = "WhenMinute")]
    Minute {
        /// The wall time, to the second, without an offset.
        #[schema(pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$", example = "2027-03-14T18:00:00")]
        starts_local: String,
        /// The IANA zone.
        #[schema(min_length = 1, max_length = 64, example = "Africa/Juba")]
        time_zone: String,
        /// How long it lasts, in minutes.
        #[schema(minimum = 1, maximum = 44_640)]
        duration_minutes: i32,
        /// Which one is meant of a wall time that occurs twice, as `+02:00`. Without it, the first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, pattern = r"^[+-]\d{2}:\d{2}$", example = "+02:00")]
        utc_offset: Option<String>,
    },
    /// The day is known.
    #[schema(title = "WhenDay")]
    Day {
        /// `YYYY-MM-DD`.
        #[schema(pattern = r"^\d{4}-\d{2}-\d{2}$", example = "2021-06-12")]
        date: String,
    },
    /// The month is known.
    #[schema(title = "WhenMonth")]
    Month {
        /// `YYYY-MM`.
        #[schema(pattern = r"^\d{4}-\d{2}$", example = "2021-06")]
        date: String,
    },
    /// The year is known.
    #[schema(title = "WhenYear")]
    Year {
        /// `YYYY`.
        #[schema(pattern = r"^\d{4}$", example = "2021")]
        date: String,
    },
    /// Nothing is known.
    #[schema(title = "WhenUnknown")]
    Unknown {},
}

/// Why a [`When`] cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhenFault {
    /// No such calendar date, or a year outside 2–9998.
    #[error("is not a date of the years 0002 to 9998")]
    Date,
    /// No such wall time.
    #[error("is not a wall time such as 2027-03-14T18:00:00, of the years 0002 to 9998")]
    WallTime,
    /// No such zone.
    #[error("is not a time zone of the IANA database")]
    Zone,
    /// A clock change skips this wall time.
    #[error("does not occur: the clocks change then; did you mean {} or {}?", before.format("%Y-%m-%dT%H:%M:%S"), after.format("%Y-%m-%dT%H:%M:%S"))]
    Skipped {
        /// The wall time as far before the change as was asked after it.
        before: NaiveDateTime,
        /// The wall time the clocks would show.
        after: NaiveDateTime,
    },
    /// The offset is not one the zone has at that wall time.
    #[error("is not an offset of that zone at that wall time")]
    Offset,
}

impl WhenFault {
    /// The member of `when` that is at fault.
    pub fn member(&self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::WallTime | Self::Skipped { .. } => "starts_local",
            Self::Zone => "time_zone",
            Self::Offset => "utc_offset",
        }
    }
}

/// A wall time that has been understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallTime {
    /// The wall time.
    pub local: NaiveDateTime,
    /// The zone.
    pub zone: Tz,
    /// The offset that was asked for, in seconds east of UTC.
    pub offset: Option<i32>,
    /// How long it lasts, in minutes.
    pub minutes: i32,
}

/// A [`When`] that has been understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Wall time in a zone, with its instants.
    Minute {
        /// The intention.
        wall: WallTime,
        /// The first instant.
        starts_at: DateTime<Utc>,
        /// The instant after the last.
        ends_at: DateTime<Utc>,
    },
    /// A day.
    Day(NaiveDate),
    /// A month, as its first day.
    Month(NaiveDate),
    /// A year, as its first day.
    Year(NaiveDate),
    /// Nothing is known.
    Unknown,
}

impl WallTime {
    /// The first and last instant, by the zone data of this program.
    ///
    /// # Errors
    /// [`WhenFault::Skipped`] if a clock change skips the wall time, [`WhenFault::Offset`] if the offset does not fit.
    pub fn instants(&self) -> Result<(DateTime<Utc>, DateTime<Utc>), WhenFault> {
        let found = self.zone.from_local_datetime(&self.local);
        let start = match (found, self.offset) {
            (chrono::LocalResult::None, _) => return Err(self.skipped()),
            (chrono::LocalResult::Single(t), None) | (chrono::LocalResult::Ambiguous(t, _), None) => t,
            (chrono::LocalResult::Single(t), Some(offset)) => [t]
                .into_iter()
                .find(|t| t.offset().fix().local_minus_utc() == offset)
                .ok_or(WhenFault::Offset)?,
            (chrono::LocalResult::Ambiguous(a, b), Some(offset)) => [a, b]
                .into_iter()
                .find(|t| t.offset().fix().local_minus_utc() == offset)
                .ok_or(WhenFault::Offset)?,
        };
        let start = start.with_timezone(&Utc);
        Ok((start, start + Duration::minutes(self.minutes.into())))
    }

    /// The instants, or those of the nearest wall time that exists: for records that were valid when they were made and
    /// whose zone has changed its rules since.
    pub fn nearest_instants(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let mut wall = Self { offset: None, ..*self };
        for _ in 0..48 {
            if let Ok(instants) = wall.instants() {
                return instants;
            }
            wall.local += Duration::minutes(30);
        }
        let start = self.local.and_utc();
        (start, start + Duration::minutes(self.minutes.into()))
    }

    fn skipped(&self) -> WhenFault {
        // A gap is shorter than a day: the offsets a day before and after are those on its two sides.
        let offset_at =
            |local: NaiveDateTime| self.zone.offset_from_utc_datetime(&local).fix().local_minus_utc();
        let (old, new) =
            (offset_at(self.local - Duration::days(1)), offset_at(self.local + Duration::days(1)));
        let gap = Duration::seconds(i64::from((new - old).abs()));
        WhenFault::Skipped { before: self.local - gap, after: self.local + gap }
    }
}

impl When {
    /// Understands it.
    ///
    /// # Errors
    /// See [`WhenFault`].
    pub fn understand(&self) -> Result<Moment, WhenFault> {
        match self {
            Self::Minute { starts_local, time_zone, duration_minutes, utc_offset } => {
                let local = NaiveDateTime::parse_from_str(starts_local, "%Y-%m-%dT%H:%M:%S")
                    .ok()
                    .filter(|t| (2..=9998).contains(&t.year()) && t.nanosecond() < 1_000_000_000)
                    .ok_or(WhenFault::WallTime)?;
                let zone = time_zone.parse::<Tz>().map_err(|_| WhenFault::Zone)?;
                let offset = utc_offset.as_deref().map(parse_offset).transpose()?;
                let wall = WallTime { local, zone, offset, minutes: *duration_minutes };
                let (starts_at, ends_at) = wall.instants()?;
                Ok(Moment::Minute { wall, starts_at, ends_at })
            }
            Self::Day { date } => first_day(date, "").map(Moment::Day),
            Self::Month { date } => first_day(date, "-01").map(Moment::Month),
            Self::Year { date } => first_day(date, "-01-01").map(Moment::Year),
            Self::Unknown {} => Ok(Moment::Unknown),
        }
    }
}

impl Moment {
    /// The earliest instant it may mean, and the one after the latest. A date without a zone is taken as UTC.
    pub fn span(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let days = |from: NaiveDate, until: Option<NaiveDate>| {
            let at = |d: NaiveDate| d.and_time(chrono::NaiveTime::MIN).and_utc();
            Some((at(from), at(until.unwrap_or(NaiveDate::MAX))))
        };
        match *self {
            Self::Minute { starts_at, ends_at, .. } => Some((starts_at, ends_at)),
            Self::Day(d) => days(d, d.checked_add_days(Days::new(1))),
            Self::Month(d) => days(d, d.checked_add_months(Months::new(1))),
            Self::Year(d) => days(d, d.checked_add_months(Months::new(12))),
            Self::Unknown => None,
        }
    }

    /// The same, with nothing finer than the month told.
    pub fn month_only(&self) -> Self {
        let month = |d: NaiveDate| d.with_day(1).map_or(Self::Unknown, Self::Month);
        match *self {
            Self::Minute { wall, .. } => month(wall.local.date()),
            Self::Day(d) => month(d),
            other => other,
        }
    }
}

/// Reads a moment back from an event's columns; nothing if they make no sense together.
pub fn from_columns(
    precision: WhenPrecision,
    date: Option<&str>,
    starts_local: Option<NaiveDateTime>,
    time_zone: Option<&str>,
    offset: Option<i32>,
    minutes: Option<i32>,
    instants: Option<(DateTime<Utc>, DateTime<Utc>)>,
) -> Option<Moment> {
    match precision {
        WhenPrecision::Minute => {
            let wall =
                WallTime { local: starts_local?, zone: time_zone?.parse().ok()?, offset, minutes: minutes? };
            let (starts_at, ends_at) = instants?;
            Some(Moment::Minute { wall, starts_at, ends_at })
        }
        WhenPrecision::Day => first_day(date?, "").ok().map(Moment::Day),
        WhenPrecision::Month => first_day(date?, "-01").ok().map(Moment::Month),
        WhenPrecision::Year => first_day(date?, "-01-01").ok().map(Moment::Year),
        WhenPrecision::Unknown => Some(Moment::Unknown),
    }
}

/// `+05:45` in seconds east of UTC.
fn parse_offset(text: &str) -> Result<i32, WhenFault> {
    let (sign, rest) = match text.as_bytes() {
        [b'+', ..] => (1, &text[1..]),
        [b'-', ..] => (-1, &text[1..]),
        _ => return Err(WhenFault::Offset),
    };
    let (hours, minutes) = rest.split_once(':').ok_or(WhenFault::Offset)?;
    let number = |t: &str| t.parse::<i32>().ok().filter(|n| (0..60).contains(n)).ok_or(WhenFault::Offset);
    Ok(sign * (number(hours)? * 3600 + number(minutes)? * 60))
}

/// Seconds east of UTC as `+05:45`.
pub fn offset_text(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
}

fn first_day(date: &str, rest: &str) -> Result<NaiveDate, WhenFault> {
    let shape_fits = date.len() + rest.len() == 10 && date.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day = NaiveDate::parse_from_str(&format!("{date}{rest}"), "%Y-%m-%d").ok();
    day.filter(|d| shape_fits && (2..=9998).contains(&d.year())).ok_or(WhenFault::Date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(local: &str, zone: &str, offset: Option<&str>) -> Result<Moment, WhenFault> {
        When::Minute {
            starts_local: local.into(),
            time_zone: zone.into(),
            duration_minutes: 90,
            utc_offset: offset.map(Into::into),
        }
        .understand()
    }

    fn start(moment: Result<Moment, WhenFault>) -> String {
        match moment.unwrap() {
            Moment::Minute { starts_at, .. } => starts_at.to_rfc3339(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_wall_time_that_occurs_twice_is_the_first_unless_the_offset_says() {
        let twice = "2026-10-25T02:30:00";
        assert_eq!(start(minute(twice, "Europe/Lisbon", None)), "2026-10-25T02:30:00+00:00");
        assert_eq!(start(minute(twice, "Europe/Berlin", None)), "2026-10-25T00:30:00+00:00");
        assert_eq!(start(minute(twice, "Europe/Berlin", Some("+01:00"))), "2026-10-25T01:30:00+00:00");
        assert_eq!(minute(twice, "Europe/Berlin", Some("+05:00")), Err(WhenFault::Offset));
    }

    #[test]
    fn a_wall_time_that_is_skipped_names_two_candidates() {
        let fault = minute("2026-03-29T02:30:00", "Europe/Berlin", None).unwrap_err();
        let at = |t: &str| t.parse::<NaiveDateTime>().unwrap();
        assert_eq!(
            fault,
            WhenFault::Skipped { before: at("2026-03-29T01:30:00"), after: at("2026-03-29T03:30:00") }
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for date in ["2021-02-29", "0000-01-01", "2021-6-01", "+021-06-01", "10000-01-01", ""] {
            assert_eq!(When::Day { date: date.into() }.understand(), Err(WhenFault::Date), "{date}");
        }
        assert_eq!(When::Month { date: "2021-13".into() }.understand(), Err(WhenFault::Date));
        assert_eq!(When::Year { date: "21".into() }.understand(), Err(WhenFault::Date));
        assert_eq!(minute("2027-03-14T25:00:00", "Africa/Juba", None), Err(WhenFault::WallTime));
        assert_eq!(
            minute("2016-12-31T23:59:60", "UTC", None),
            Err(WhenFault::WallTime),
            "engines disagree on leap seconds"
        );
        assert_eq!(minute("2027-03-14T18:00:00", "Africa/Yei", None), Err(WhenFault::Zone));
    }

    #[test]
    fn the_month_alone_hides_day_and_hour() {
        let day = When::Day { date: "2024-05-18".into() }.understand().unwrap();
        assert_eq!(day.month_only(), When::Month { date: "2024-05".into() }.understand().unwrap());
        let (from, until) = day.month_only().span().unwrap();
        assert_eq!(
            (from.to_rfc3339(), until.to_rfc3339()),
            ("2024-05-01T00:00:00+00:00".into(), "2024-06-01T00:00:00+00:00".into())
        );
        assert_eq!(Moment::Unknown.month_only().span(), None);
    }

    #[test]
    fn an_offset_is_written_as_it_is_read() {
        for text in ["+02:00", "-03:30", "+05:45", "+00:00"] {
            assert_eq!(offset_text(parse_offset(text).unwrap()), text);
        }
    }
}
