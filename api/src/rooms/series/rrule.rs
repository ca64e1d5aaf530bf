//! Recurrence rules: the part of RFC 5545 §3.3.10 that people meet by. What is not part of it is refused by name.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, Timelike, Utc, Weekday};

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    freq: Freq,
    interval: u32,
    /// How many occurrences there are.
    pub count: Option<u32>,
    /// The last instant that an occurrence may have.
    pub until: Option<Until>,
    by_day: Vec<(i32, Weekday)>,
    by_month_day: Vec<i32>,
    by_month: Vec<u32>,
    by_set_pos: Vec<i32>,
    week_start: Weekday,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freq {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// Until when a rule goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// An instant.
    Instant(DateTime<Utc>),
    /// A wall time, in the zone of the series.
    Local(NaiveDateTime),
    /// The end of a day there.
    Day(NaiveDate),
}

/// What is wrong with a rule: the part, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part} {must}")]
pub struct RuleFault {
    part: &'static str,
    must: &'static str,
}

const fn fault(part: &'static str, must: &'static str) -> RuleFault {
    RuleFault { part, must }
}

/// The parts that are understood.
const PARTS: [&str; 9] =
    ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"];
/// The parts of the standard that are not.
const OTHERS: [&str; 5] = ["BYSECOND", "BYMINUTE", "BYHOUR", "BYYEARDAY", "BYWEEKNO"];

impl Rule {
    /// Reads a rule, such as `FREQ=MONTHLY;BYDAY=1TU`, without the `RRULE:` before it.
    ///
    /// # Errors
    /// Every part that is unknown, repeated, out of bounds or does not fit the others.
    pub fn parse(text: &str) -> Result<Self, Vec<RuleFault>> {
        let mut given: [Option<&str>; PARTS.len()] = [None; PARTS.len()];
        let mut faults = Vec::new();
        for part in text.split(';') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match PARTS.iter().position(|known| *known == name) {
                Some(at) if given[at].is_none() => given[at] = Some(value),
                Some(at) => faults.push(fault(PARTS[at], "is given twice")),
                None => faults.push(match OTHERS.iter().find(|other| **other == name) {
                    Some(&other) => fault(other, "is not supported"),
                    None => fault("A part", "is none of FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST"),
                }),
            }
        }
        let [freq, interval, count, until, by_day, by_month_day, by_month, by_set_pos, week_start] = given;
        let mut reader = Reader(faults);
        let rule = Self {
            freq: reader.read(freq, freq_of, fault("FREQ", "must be DAILY, WEEKLY, MONTHLY or YEARLY"), Freq::Daily),
            interval: reader.read(interval, |t| number(t, 1, 1000), fault("INTERVAL", "must be 1 to 1000"), 1),
            count: count.map(|t| {
                reader.read(Some(t), |t| number(t, 1, 2000), fault("COUNT", "must be 1 to 2000"), 1)
            }),
            until: until.and_then(|t| {
                let must = "must be a date (20270314), a wall time (20270314T190000) or an instant (20270314T170000Z)";
                reader.read(Some(t), |t| until_of(t).map(Some), fault("UNTIL", must), None)
            }),
            by_day: reader.list(by_day, day_of, fault("BYDAY", "must be days such as MO, or 2TU and -1FR, none twice")),
            by_month_day: reader.list(by_month_day, |t| signed(t, 31), fault("BYMONTHDAY", "must be 1 to 31 or -31 to -1, none twice")),
            by_month: reader.list(by_month, |t| number(t, 1, 12), fault("BYMONTH", "must be 1 to 12, none twice")),
            by_set_pos: reader.list(by_set_pos, |t| signed(t, 366), fault("BYSETPOS", "must be 1 to 366 or -366 to -1, none twice")),
            week_start: reader.read(week_start, weekday, fault("WKST", "must be a day such as MO"), Weekday::Mon),
        };
        if freq.is_none() {
            reader.0.push(fault("FREQ", "is required"));
        }
        reader.0.extend(rule.contradictions());
        match reader.0.is_empty() {
            true => Ok(rule),
            false => Err(reader.0),
        }
    }

    fn contradictions(&self) -> Vec<RuleFault> {
        let mut found = Vec::new();
        if self.count.is_some() && self.until.is_some() {
            found.push(fault("UNTIL", "must not be given beside COUNT"));
        }
        if self.freq == Freq::Weekly && !self.by_month_day.is_empty() {
            found.push(fault("BYMONTHDAY", "must not be given with FREQ=WEEKLY"));
        }
        let most = match self.freq {
            Freq::Daily | Freq::Weekly => 0,
            Freq::Yearly if self.by_month.is_empty() => 53,
            Freq::Monthly | Freq::Yearly => 5,
        };
        if self.by_day.iter().any(|(nth, _)| nth.abs() > most) {
            found.push(fault(
                "BYDAY",
                "counts days of a month (up to 5) or year (up to 53), with FREQ=MONTHLY or YEARLY",
            ));
        }
        let by_nothing = self.by_day.is_empty() && self.by_month_day.is_empty() && self.by_month.is_empty();
        if !self.by_set_pos.is_empty() && by_nothing {
            found.push(fault("BYSETPOS", "must be given beside BYDAY, BYMONTHDAY or BYMONTH"));
        }
        found
    }

    /// The dates that the rule gives from `start` to `last`, in order, whatever COUNT and UNTIL say.
    pub fn dates(&self, start: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let begun = (0_u32..).map_while(move |nth| self.period(start, nth));
        begun.take_while(move |(first, _)| *first <= last).flat_map(move |(first, end)| {
            let days = first.iter_days().take_while(move |day| *day < end);
            let fitting: Vec<NaiveDate> = days.filter(|day| self.fits(*day, start)).collect();
            self.chosen(fitting).into_iter().filter(move |day| (start..=last).contains(day))
        })
    }

    /// The nth day, week, month or year: its first day, and the first day after it.
    fn period(&self, start: NaiveDate, nth: u32) -> Option<(NaiveDate, NaiveDate)> {
        let steps = nth.checked_mul(self.interval)?;
        match self.freq {
            Freq::Daily => {
                let first = start.checked_add_days(Days::new(steps.into()))?;
                Some((first, first.succ_opt()?))
            }
            Freq::Weekly => {
                let first = start.week(self.week_start).checked_first_day()?;
                let first = first.checked_add_days(Days::new(u64::from(steps) * 7))?;
                Some((first, first.checked_add_days(Days::new(7))?))
            }
            Freq::Monthly => {
                let first = start.with_day(1)?.checked_add_months(Months::new(steps))?;
                Some((first, first.checked_add_months(Months::new(1))?))
            }
            Freq::Yearly => {
                let first = start.with_ordinal(1)?.checked_add_months(Months::new(steps.checked_mul(12)?))?;
                Some((first, first.checked_add_months(Months::new(12))?))
            }
        }
    }

    fn fits(&self, day: NaiveDate, start: NaiveDate) -> bool {
        if !self.by_month.is_empty() && !self.by_month.contains(&day.month()) {
            return false;
        }
        if self.by_day.is_empty() && self.by_month_day.is_empty() {
            // What the rule does not say is as in the first occurrence.
            return match self.freq {
                Freq::Daily => true,
                Freq::Weekly => day.weekday() == start.weekday(),
                Freq::Monthly => day.day() == start.day(),
                Freq::Yearly => {
                    day.day() == start.day() && (!self.by_month.is_empty() || day.month() == start.month())
                }
            };
        }
        let of_month = day.day().cast_signed();
        let from_end = of_month - i32::from(day.num_days_in_month()) - 1;
        let by_month_day = self.by_month_day.is_empty()
            || self.by_month_day.iter().any(|wanted| *wanted == of_month || *wanted == from_end);
        by_month_day && (self.by_day.is_empty() || self.by_day.iter().any(|by| self.is_nth(day, *by)))
    }

    /// Whether a day is such a weekday, and the nth of the month or year where that is asked.
    fn is_nth(&self, day: NaiveDate, (nth, weekday): (i32, Weekday)) -> bool {
        let of_year = self.freq == Freq::Yearly && self.by_month.is_empty();
        let (place, length) = match of_year {
            true => (day.ordinal0().cast_signed(), if day.leap_year() { 366 } else { 365 }),
            false => (day.day0().cast_signed(), i32::from(day.num_days_in_month())),
        };
        let (from_start, from_end) = (place / 7 + 1, -((length - 1 - place) / 7 + 1));
        day.weekday() == weekday && (nth == 0 || nth == from_start || nth == from_end)
    }

    /// The days of a period at the places of BYSETPOS.
    fn chosen(&self, days: Vec<NaiveDate>) -> Vec<NaiveDate> {
        if self.by_set_pos.is_empty() {
            return days;
        }
        let places = (1_i32..).zip(&days).filter(|(place, _)| {
            let from_end = place - days.len() as i32 - 1;
            self.by_set_pos.iter().any(|wanted| wanted == place || *wanted == from_end)
        });
        places.map(|(_, day)| *day).collect()
    }
}

/// The same rule with another COUNT.
pub fn with_count(text: &str, count: u32) -> String {
    let parts = text.split(';').map(|part| match part.starts_with("COUNT=") {
        true => format!("COUNT={count}"),
        false => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(";")
}

/// Reads parts and collects what is wrong with them.
struct Reader(Vec<RuleFault>);

impl Reader {
    fn read<T>(
        &mut self,
        text: Option<&str>,
        read: impl Fn(&str) -> Option<T>,
        wrong: RuleFault,
        otherwise: T,
    ) -> T {
        let Some(text) = text else { return otherwise };
        read(text).unwrap_or_else(|| {
            self.0.push(wrong);
            otherwise
        })
    }

    fn list<T: PartialEq>(
        &mut self,
        text: Option<&str>,
        read: impl Fn(&str) -> Option<T>,
        wrong: RuleFault,
    ) -> Vec<T> {
        let Some(text) = text else { return Vec::new() };
        let mut all = Vec::new();
        for item in text.split(',') {
            match read(item).filter(|item| !all.contains(item)) {
                Some(item) => all.push(item),
                None => {
                    self.0.push(wrong);
                    break;
                }
            }
        }
        all
    }
}

fn freq_of(text: &str) -> Option<Freq> {
    match text {
        "DAILY" => Some(Freq::Daily),
        "WEEKLY" => Some(Freq::Weekly),
        "MONTHLY" => Some(Freq::Monthly),
        "YEARLY" => Some(Freq::Yearly),
        _ => None,
    }
}

fn number(text: &str, least: u32, most: u32) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| digits && (least..=most).contains(n))
}

fn signed(text: &str, most: u32) -> Option<i32> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    number(digits, 1, most).map(|n| sign * n.cast_signed())
}

fn weekday(text: &str) -> Option<Weekday> {
    const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let at = DAYS.iter().position(|day| *day == text)?;
    Weekday::try_from(u8::try_from(at).ok()?).ok()
}

fn day_of(text: &str) -> Option<(i32, Weekday)> {
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth = if nth.is_empty() { 0 } else { signed(nth, 53)? };
    Some((nth, weekday(day)?))
}

fn until_of(text: &str) -> Option<Until> {
    let local = |text: &str| {
        let read = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok();
        read.filter(|time| time.nanosecond() < 1_000_000_000)
    };
    match (text.len(), text.strip_suffix('Z')) {
        (8, None) => NaiveDate::parse_from_str(text, "%Y%m%d").ok().map(Until::Day),
        (15, None) => local(text).map(Until::Local),
        (16, Some(text)) => local(text).map(|time| Until::Instant(time.and_utc())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Vec<String> {
        Rule::parse(text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    fn dates(rule: &str, start: &str, last: &str) -> Vec<String> {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let rule = Rule::parse(rule).unwrap();
        rule.dates(day(start), day(last)).map(|day| day.to_string()).collect()
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_named() {
        for (rule, part) in [
            ("", "A part is none"),
            ("INTERVAL=2", "FREQ is required"),
            ("FREQ=HOURLY", "FREQ must be"),
            ("freq=DAILY", "A part is none"),
            ("FREQ=DAILY;FREQ=DAILY", "FREQ is given twice"),
            ("FREQ=DAILY;INTERVAL=0", "INTERVAL must be"),
            ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL must be"),
            ("FREQ=DAILY;COUNT=0", "COUNT must be"),
            ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "UNTIL must not"),
            ("FREQ=DAILY;UNTIL=20270230", "UNTIL must be"),
            ("FREQ=DAILY;UNTIL=20270101T190000+01", "UNTIL must be"),
            ("FREQ=WEEKLY;BYDAY=XX", "BYDAY must be"),
            ("FREQ=WEEKLY;BYDAY=MO,MO", "BYDAY must be"),
            ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY counts"),
            ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY counts"),
            ("FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY must not"),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY must be"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY must be"),
            ("FREQ=YEARLY;BYMONTH=13", "BYMONTH must be"),
            ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS must be given beside"),
            ("FREQ=DAILY;BYHOUR=3", "BYHOUR is not supported"),
            ("FREQ=WEEKLY;WKST=1", "WKST must be"),
        ] {
            assert!(refused(rule).iter().any(|said| said.starts_with(part)), "{rule}: {:?}", refused(rule));
        }
        assert_eq!(refused("INTERVAL=0;COUNT=x").len(), 3, "all faults at once");
    }

    #[test]
    fn a_rule_gives_dates() {
        let last_friday = dates("FREQ=MONTHLY;BYDAY=-1FR", "2027-01-29", "2027-04-30");
        assert_eq!(last_friday, ["2027-01-29", "2027-02-26", "2027-03-26", "2027-04-30"]);
        let last_work_day =
            dates("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2027-01-29", "2027-03-31");
        assert_eq!(last_work_day, ["2027-01-29", "2027-02-26", "2027-03-31"]);
        assert_eq!(
            dates("FREQ=MONTHLY", "2027-01-31", "2027-05-31"),
            ["2027-01-31", "2027-03-31", "2027-05-31"]
        );
        // The two examples of the standard for WKST.
        let by_monday = dates("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO", "1997-08-05", "1997-08-24");
        assert_eq!(by_monday, ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]);
        let by_sunday = dates("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "1997-08-05", "1997-08-31");
        assert_eq!(by_sunday, ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]);
        let leap = dates("FREQ=YEARLY", "2024-02-29", "2033-01-01");
        assert_eq!(leap, ["2024-02-29", "2028-02-29", "2032-02-29"]);
        assert_eq!(
            dates("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2024-01-01", "2200-01-01"),
            Vec::<String>::new()
        );
    }
}
