//! The rules of a zone (RFC 5545 §3.6.5) for the years that need them: each change of the clocks one by one, because the
//! rules by which they follow one another are not in the zone data, and change.

use std::collections::BTreeSet;

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeZone as _};
use chrono_tz::{OffsetComponents as _, OffsetName as _, Tz, TzOffset};

use super::lines::Lines;
use super::local;

/// From one change of the clocks to the next.
struct Observance {
    /// The wall time at which it begins, by the clocks that were right before.
    onset: NaiveDateTime,
    before: TzOffset,
    since: TzOffset,
}

/// Writes what the clocks of a zone do in these years.
pub(super) fn write(lines: &mut Lines, name: &str, zone: Tz, years: &BTreeSet<i32>) {
    lines.raw("BEGIN", "VTIMEZONE");
    lines.raw("TZID", name);
    for (first, last) in runs(years) {
        observances(zone, first, last).iter().for_each(|observance| observance.write(lines));
    }
    lines.raw("END", "VTIMEZONE");
}

/// Years that follow one another, as the first and the last of each run.
fn runs(years: &BTreeSet<i32>) -> Vec<(i32, i32)> {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    for &year in years {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == year => *last = year,
            _ => runs.push((year, year)),
        }
    }
    runs
}

/// What is in force when the first year begins anywhere on earth, and every change until the last one has ended.
fn observances(zone: Tz, first: i32, last: i32) -> Vec<Observance> {
    let midnight = |year, month, day| {
        NaiveDate::from_ymd_opt(year, month, day).map(|date| date.and_time(NaiveTime::MIN))
    };
    let Some((mut at, end)) = midnight(first - 1, 12, 31).zip(midnight(last + 1, 1, 2)) else {
        return Vec::new();
    };
    let mut before = zone.offset_from_utc_datetime(&at);
    let mut found = vec![Observance::new(at, before, before)];
    while at < end {
        // Clocks do not change twice within a day.
        let next = at + Duration::days(1);
        let since = zone.offset_from_utc_datetime(&next);
        if since != before {
            found.push(Observance::new(change(zone, at, next), before, since));
            before = since;
        }
        at = next;
    }
    found
}

/// The first second of UTC after `old` at which the clocks are no longer what they were then; by `new` they are not.
fn change(zone: Tz, mut old: NaiveDateTime, mut new: NaiveDateTime) -> NaiveDateTime {
    let before = zone.offset_from_utc_datetime(&old);
    while new - old > Duration::seconds(1) {
        let between = old + Duration::seconds((new - old).num_seconds() / 2);
        if zone.offset_from_utc_datetime(&between) == before {
            old = between;
        } else {
            new = between;
        }
    }
    new
}

impl Observance {
    /// One that begins at an instant of UTC.
    fn new(at: NaiveDateTime, before: TzOffset, since: TzOffset) -> Self {
        Self { onset: at + before.fix(), before, since }
    }

    fn write(&self, lines: &mut Lines) {
        let kind = if self.since.dst_offset() > Duration::zero() { "DAYLIGHT" } else { "STANDARD" };
        lines.raw("BEGIN", kind);
        lines.raw("DTSTART", &local(self.onset));
        lines.raw("TZOFFSETFROM", &offset(self.before));
        lines.raw("TZOFFSETTO", &offset(self.since));
        if let Some(name) = self.since.abbreviation() {
            lines.text("TZNAME", name);
        }
        lines.raw("END", kind);
    }
}

/// `+0545`, with seconds where there are any.
fn offset(of: TzOffset) -> String {
    let seconds = of.fix().local_minus_utc();
    let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let (hours, minutes, rest) = (size / 3600, size / 60 % 60, size % 60);
    match rest {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        _ => format!("{sign}{hours:02}{minutes:02}{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind, onset and offset of each observance.
    fn told(zone: Tz, years: &[i32]) -> Vec<String> {
        let mut lines = Lines::default();
        write(&mut lines, zone.name(), zone, &years.iter().copied().collect());
        let text = lines.finish();
        let value = |part: &str, name: &str| {
            let line = part.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.strip_prefix(':')).unwrap_or_default().to_owned()
        };
        let parts = text.split("BEGIN:").filter(|part| part.contains("TZOFFSETTO"));
        parts
            .map(|part| {
                let [from, to] = ["TZOFFSETFROM", "TZOFFSETTO"].map(|name| value(part, name));
                format!("{} {} {from} {to}", &part[..1], value(part, "DTSTART"))
            })
            .collect()
    }

    #[test]
    fn every_change_of_the_clocks_is_told_by_the_clocks_before() {
        assert_eq!(told(Tz::Africa__Juba, &[2027]), ["S 20261231T020000 +0200 +0200"]);
        // The clocks of South Sudan went back for good in February 2021.
        assert_eq!(
            told(Tz::Africa__Juba, &[2021]),
            ["S 20201231T030000 +0300 +0300", "S 20210201T000000 +0300 +0200"]
        );
        assert_eq!(
            told(Tz::Europe__London, &[2027]),
            [
                "S 20261231T000000 +0000 +0000",
                "D 20270328T010000 +0000 +0100",
                "S 20271031T020000 +0100 +0000"
            ]
        );
        assert_eq!(
            told(Tz::Australia__Lord_Howe, &[2027]),
            [
                "D 20261231T110000 +1100 +1100",
                "S 20270404T020000 +1100 +1030",
                "D 20271003T020000 +1030 +1100"
            ]
        );
    }

    #[test]
    fn years_apart_each_begin_with_what_is_in_force() {
        assert_eq!(
            told(Tz::Asia__Tehran, &[2021, 2024, 2025]),
            [
                "S 20201231T033000 +0330 +0330",
                "D 20210322T000000 +0330 +0430",
                "S 20210922T000000 +0430 +0330",
                "S 20231231T033000 +0330 +0330"
            ]
        );
    }
}
