//! From what is asked to the zones that have a say.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate, NaiveTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;

use super::fair::{Hours, Question, Weighted};
use super::wire::{HoursIn, ParticipantIn, ScheduleIn};
use crate::http::json::{fault, step};
use crate::problem::{Fault, Problem};
use crate::reference;

/// Days of a period at most.
const LONGEST: i64 = 366;
/// Zones at most, once countries are taken apart.
const MOST: usize = 50;
/// What a weight of one is divided into, so that the parts of a country's weight are whole numbers.
const WHOLE: u64 = 1000;

/// The zones by which each country that was named counts.
pub(super) type Countries = BTreeMap<String, Vec<&'static str>>;

/// Understands a question.
///
/// # Errors
/// 422 with all that is wrong with it.
pub(super) fn settle(asked: ScheduleIn) -> Result<(Question, Countries), Problem> {
    let mut faults = Vec::new();
    let length = (asked.to - asked.from).num_days() + 1;
    if length < 1 {
        faults.push(fault("/to", "out_of_order", "must not be before `from`"));
    } else if length > LONGEST {
        faults.push(fault("/to", "out_of_range", "must be at most a year after `from`"));
    } else if i64::from(asked.sessions) > length {
        faults.push(fault("/sessions", "out_of_range", "must not be more than there are days"));
    }
    let days = usize::try_from(length.clamp(1, LONGEST)).unwrap_or(1);
    let hours =
        asked.preferred_local.as_ref().map_or_else(Hours::default, |hours| preferred(hours, &mut faults));
    let mut countries = Countries::new();
    let zones = zones(&asked, days, &mut countries, &mut faults);
    if !faults.is_empty() {
        return Err(Problem::invalid_body(faults));
    }
    let question = Question {
        zones,
        hours,
        minutes: asked.duration_minutes,
        from: asked.from,
        days,
        sessions: asked.sessions as usize,
        earlier: asked.earlier,
    };
    Ok((question, countries))
}

fn preferred(hours: &HoursIn, faults: &mut Vec<Fault>) -> Hours {
    let quarter = |text: &str| {
        let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
        hour.parse::<usize>().unwrap_or(0) * 4 + minute.parse::<usize>().unwrap_or(0) / 15
    };
    let hours = Hours { from: quarter(&hours.from), to: quarter(&hours.to) };
    if hours.from >= hours.to {
        faults.push(fault("/preferred_local/to", "out_of_order", "must be later than `from`"));
    }
    hours
}

/// Each zone once, in the order of names, with the weights of all who are there.
fn zones(
    asked: &ScheduleIn,
    days: usize,
    countries: &mut Countries,
    faults: &mut Vec<Fault>,
) -> Vec<Weighted> {
    let mut weights: BTreeMap<&'static str, (Tz, u64)> = BTreeMap::new();
    for (number, participant) in asked.participants.iter().enumerate() {
        let pointer = step("/participants", &number.to_string());
        match of(participant, asked.from, days) {
            Ok(zones) => {
                let weight = u64::from(participant.weight) * WHOLE / zones.len().max(1) as u64;
                for zone in &zones {
                    weights.entry(zone.name()).or_insert((*zone, 0)).1 += weight;
                }
                if let Some(code) = &participant.country {
                    countries.insert(code.0.clone(), zones.iter().map(|zone| zone.name()).collect());
                }
            }
            Err((member, code, detail)) => faults.push(fault(&format!("{pointer}{member}"), code, detail)),
        }
    }
    if weights.len() > MOST {
        let detail = "must come to 50 zones at most: a country with several clocks counts as several";
        faults.push(fault("/participants", "too_many", detail));
    }
    weights.into_values().map(|(zone, weight)| Weighted { zone, weight }).collect()
}

/// A member, a code and what is expected instead.
type Refusal = (&'static str, &'static str, &'static str);

/// The zones of a participant.
fn of(participant: &ParticipantIn, from: NaiveDate, days: usize) -> Result<Vec<Tz>, Refusal> {
    match (&participant.country, &participant.time_zone) {
        (None, Some(name)) => {
            let detail = "must be a time zone of the IANA database, such as `Africa/Juba`";
            let zone = name.parse().map_err(|_| ("/time_zone", "unknown_time_zone", detail))?;
            Ok(vec![zone])
        }
        (Some(code), None) => {
            let detail = "must be a country of ISO 3166-1 where people live";
            let zones = different(reference::zones(&code.0), from, days);
            if zones.is_empty() { Err(("/country", "unknown_country", detail)) } else { Ok(zones) }
        }
        _ => Err(("", "not_one_of", "must have either `country` or `time_zone`")),
    }
}

/// The first of those zones whose clocks agree at noon of every day.
fn different(zones: &[Tz], from: NaiveDate, days: usize) -> Vec<Tz> {
    let clocks = |zone: Tz| {
        let noon = from.and_time(NaiveTime::MIN) + Duration::hours(12);
        let each = (0..days).map(move |day| noon + Duration::days(i64::try_from(day).unwrap_or(0)));
        each.map(move |at| zone.offset_from_utc_datetime(&at).fix().local_minus_utc())
    };
    let mut found: Vec<Tz> = Vec::new();
    for &zone in zones {
        if !found.iter().any(|&other| clocks(other).eq(clocks(zone))) {
            found.push(zone);
        }
    }
    found
}
