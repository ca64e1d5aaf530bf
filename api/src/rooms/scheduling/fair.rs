//! Times that are fair to people on many clocks. Pure: no database, no HTTP, no present time, whole numbers only, so the same
//! question has the same answer on every machine.
//!
//! **Burden.** What a quarter of an hour costs somebody depends on their clock ([`Hours::cost`]): nothing in the preferred
//! hours, 250 by day, up to 1000 deep in the night. The burden of a session on a zone is the mean of its quarters, 0 to 1000.
//!
//! **Rotation.** Sessions are placed one after the other. Of all starts in a session's period that one is taken which adds
//! least to the sum of the fourth powers of what every zone has borne so far, each zone with its weight. A zone that has
//! borne much makes a further burden dear, so the night goes round; by squares it would still be the same one's ten times
//! of twelve, where that is a little better for all together.
//!
//! **Fairness.** [`fairness`] judges sessions that are given, whoever placed them.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Offset as _, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;

/// Minutes of a quarter of an hour, in which burdens are counted.
const QUARTER: i32 = 15;
/// Quarters of a day.
const QUARTERS: usize = 96;
/// Minutes from one start that is tried to the next.
const STEP: i64 = 30;
/// Starts told for each session, the best first.
const SLOTS: usize = 3;
/// Minutes that the starts told for one session differ at least by, as times of day.
const APART: i64 = 60;
/// The hours in which people are awake; whoever meets outside of them is named.
const AWAKE: std::ops::Range<usize> = 7 * 4..22 * 4;

/// A session: when it begins, and for how many minutes it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The first instant.
    pub starts_at: DateTime<Utc>,
    /// How long it lasts, in minutes.
    pub minutes: i32,
}

/// The preferred hours of the day, by everybody's own clock, in quarters of an hour since midnight: `from`, and the one after
/// the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The first quarter.
    pub from: usize,
    /// The quarter after the last, 96 at most.
    pub to: usize,
}

impl Default for Hours {
    /// Nine in the morning to nine in the evening.
    fn default() -> Self {
        Self { from: 9 * 4, to: 21 * 4 }
    }
}

/// What sessions do to the people of one zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneBurden {
    /// The zone.
    pub zone: Tz,
    /// All burdens together, in thousandths.
    pub total: u64,
    /// How many of the sessions are not wholly between 7 and 22 o'clock there.
    pub outside: usize,
}

/// How evenly sessions burden the zones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fairness {
    /// Zone by zone, as they were given.
    pub zones: Vec<ZoneBurden>,
    /// 0 to 1000: one thousand less the difference between the greatest and the smallest mean burden of a zone. At 1000 all
    /// bear the same, which may be nothing; at 0 some zone is always up in the deepest night while another never leaves its
    /// preferred hours. How many people there are in a zone does not matter to it: few are not to be sacrificed to many.
    pub index: u64,
}

/// Judges sessions by the default [`Hours`]: what each zone bears, and how evenly. Without sessions or zones all is even.
pub fn fairness(sessions: &[Session], zones: &[Tz]) -> Fairness {
    judge(Hours::default(), sessions, zones)
}

/// The same by other preferred hours.
pub fn judge(hours: Hours, sessions: &[Session], zones: &[Tz]) -> Fairness {
    let zones: Vec<ZoneBurden> = zones
        .iter()
        .map(|&zone| {
            let total = sessions.iter().map(|session| hours.burden(session, zone)).sum();
            let outside = sessions.iter().filter(|session| is_outside(session, zone)).count();
            ZoneBurden { zone, total, outside }
        })
        .collect();
    let totals = || zones.iter().map(|burden| burden.total);
    let apart = totals().max().unwrap_or(0) - totals().min().unwrap_or(0);
    let index = 1000_u64.saturating_sub(apart / (sessions.len().max(1) as u64));
    Fairness { zones, index }
}

/// Whether a session is not wholly between 7 and 22 o'clock in a zone.
pub fn is_outside(session: &Session, zone: Tz) -> bool {
    quarters(start_there(session.starts_at, zone), session.minutes).any(|quarter| !AWAKE.contains(&quarter))
}

impl Hours {
    /// What a quarter of an hour costs, in thousandths: nothing in the preferred hours; else 250 between 7 and 22 o'clock, 500
    /// an hour before and after that, 750 another hour further, 1000 from midnight to five.
    pub fn cost(self, quarter: usize) -> u64 {
        match quarter / 4 {
            _ if (self.from..self.to).contains(&quarter) => 0,
            7..22 => 250,
            6 | 22 => 500,
            5 | 23 => 750,
            _ => 1000,
        }
    }

    /// The burden of a session on a zone, 0 to 1000.
    pub fn burden(self, session: &Session, zone: Tz) -> u64 {
        self.mean(start_there(session.starts_at, zone), session.minutes)
    }

    /// Whether a session is wholly in the preferred hours of a zone.
    pub fn suit(self, session: &Session, zone: Tz) -> bool {
        self.burden(session, zone) == 0
    }

    fn mean(self, first: usize, minutes: i32) -> u64 {
        let (sum, number) = quarters(first, minutes)
            .fold((0, 0), |(sum, number), quarter| (sum + self.cost(quarter), number + 1));
        sum / number
    }
}

/// The quarter of the local day in which an instant lies.
fn start_there(at: DateTime<Utc>, zone: Tz) -> usize {
    let local = at.with_timezone(&zone);
    (local.hour() * 4 + local.minute() / 15) as usize
}

/// The quarters of local days that a session touches. That clocks may change meanwhile is left aside.
fn quarters(first: usize, minutes: i32) -> impl Iterator<Item = usize> {
    let number = (minutes.max(1) + QUARTER - 1) / QUARTER;
    (0..usize::try_from(number).unwrap_or(1)).map(move |more| (first + more) % QUARTERS)
}

/// A zone and how much it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighted {
    /// The zone.
    pub zone: Tz,
    /// Its weight: twice as much counts as two zones.
    pub weight: u64,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Who takes part.
    pub zones: Vec<Weighted>,
    /// The preferred hours.
    pub hours: Hours,
    /// How long each session lasts, in minutes.
    pub minutes: i32,
    /// The first day, in UTC.
    pub from: NaiveDate,
    /// How many days there are; at least as many as sessions.
    pub days: usize,
    /// How many sessions.
    pub sessions: usize,
    /// When the sessions before began, which were as long.
    pub earlier: Vec<DateTime<Utc>>,
}

/// A session's possible starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The first day of its period, in UTC.
    pub from: NaiveDate,
    /// The last day of its period.
    pub to: NaiveDate,
    /// Its starts, the best first. The sessions after it count on the first.
    pub slots: Vec<Slot>,
}

/// A start, with what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The start.
    pub starts_at: DateTime<Utc>,
    /// The burden on each zone, as they were given, 0 to 1000.
    pub burdens: Vec<u64>,
}

/// A start that is tried: what it adds to the sum, how far it is from the middle of its period, and when it is.
type Tried = (u128, i64, DateTime<Utc>);

/// Places sessions: the days are shared out among them in order, and each finds its time where what went before leaves it
/// fairest.
pub fn suggest(asked: &Question) -> Vec<Placed> {
    let before: Vec<Session> =
        asked.earlier.iter().map(|&starts_at| Session { starts_at, minutes: asked.minutes }).collect();
    let names: Vec<Tz> = asked.zones.iter().map(|weighted| weighted.zone).collect();
    let mut borne: Vec<u64> =
        judge(asked.hours, &before, &names).zones.iter().map(|zone| zone.total).collect();
    let costs: Vec<u64> = (0..QUARTERS).map(|first| asked.hours.mean(first, asked.minutes)).collect();
    let mut placed = Vec::new();
    for number in 0..asked.sessions {
        let [first, after] = [number, number + 1].map(|number| number * asked.days / asked.sessions);
        let day = |offset: usize| asked.from + Duration::days(i64::try_from(offset).unwrap_or(0));
        let (from, to) = (day(first), day(after.max(first + 1) - 1));
        let slots = best(&tried(asked, &costs, &borne, from, to));
        let burdens = |starts_at: DateTime<Utc>| {
            names.iter().map(|&zone| costs[start_there(starts_at, zone)]).collect::<Vec<u64>>()
        };
        let slots: Vec<Slot> =
            slots.into_iter().map(|starts_at| Slot { starts_at, burdens: burdens(starts_at) }).collect();
        if let Some(chosen) = slots.first() {
            borne.iter_mut().zip(&chosen.burdens).for_each(|(sum, burden)| *sum += burden);
        }
        placed.push(Placed { from, to, slots });
    }
    placed
}

/// Every start from one day to another.
fn tried(asked: &Question, costs: &[u64], borne: &[u64], from: NaiveDate, to: NaiveDate) -> Vec<Tried> {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let middle = midnight(from) + (midnight(to) - midnight(from)) / 2 + Duration::hours(12);
    let mut tried = Vec::new();
    for day in from.iter_days().take_while(|day| *day <= to) {
        let begun = midnight(day);
        let clocks: Vec<Clock> = asked.zones.iter().map(|weighted| Clock::of(weighted.zone, begun)).collect();
        for minute in (0..24 * 60).step_by(STEP as usize) {
            let starts_at = begun + Duration::minutes(minute);
            let each = asked.zones.iter().zip(&clocks).zip(borne);
            let added = each.map(|((weighted, clock), borne)| {
                let (borne, burden) =
                    (u128::from(*borne), u128::from(costs[clock.quarter(starts_at, minute)]));
                u128::from(weighted.weight) * ((borne + burden).pow(4) - borne.pow(4))
            });
            tried.push((added.sum(), (starts_at - middle).num_minutes().abs(), starts_at));
        }
    }
    tried
}

/// The best few, no two of them at about the same time of day.
fn best(tried: &[Tried]) -> Vec<DateTime<Utc>> {
    let mut tried = tried.to_vec();
    tried.sort_unstable();
    let minute = |at: DateTime<Utc>| i64::from(at.hour() * 60 + at.minute());
    let mut best: Vec<DateTime<Utc>> = Vec::new();
    for (_, _, at) in tried {
        let near = |other: &DateTime<Utc>| {
            let apart = (minute(at) - minute(*other)).rem_euclid(24 * 60);
            apart.min(24 * 60 - apart) < APART
        };
        if best.len() < SLOTS && !best.iter().any(near) {
            best.push(at);
        }
    }
    best
}

/// A zone's clock on one day, looked up once where it does not change.
enum Clock {
    /// Minutes east of UTC, all day.
    Steady(i64),
    /// To be looked up.
    Changing(Tz),
}

impl Clock {
    fn of(zone: Tz, begun: DateTime<Utc>) -> Self {
        let at = |hours| {
            let at = begun + Duration::hours(hours);
            i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()) / 60
        };
        if at(0) == at(24) { Self::Steady(at(0)) } else { Self::Changing(zone) }
    }

    /// The quarter of the local day, so many minutes after midnight in UTC.
    fn quarter(&self, starts_at: DateTime<Utc>, minute: i64) -> usize {
        match *self {
            Self::Steady(east) => {
                usize::try_from((minute + east).rem_euclid(24 * 60) / i64::from(QUARTER)).unwrap_or(0)
            }
            Self::Changing(zone) => start_there(starts_at, zone),
        }
    }
}

#[cfg(test)]
mod tests;
