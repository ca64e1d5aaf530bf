//! Expanding a rule that somebody else's calendar has.

use std::collections::BTreeSet;

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

use super::plan::Plan;
use super::rrule::Rule;

/// The most occurrences of one rule.
const MOST: usize = 400;
/// How far behind its beginning a rule is followed that has no end.
const FAR: TimeDelta = TimeDelta::days(731);

/// The wall times of a rule (RFC 5545 §3.3.10) that begins at `start`: those of two years, and no more than 400.
///
/// # Errors
/// What is wrong with the rule.
pub fn wall_times(
    start: NaiveDateTime,
    zone: Tz,
    rule: &str,
    exdates: BTreeSet<NaiveDateTime>,
) -> Result<Vec<NaiveDateTime>, String> {
    let rule = Rule::parse(rule)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let plan = Plan { start, zone, minutes: 60, rule, exdates, ends_before: None };
    let slots = plan.slots(start + FAR).filter(|slot| slot.takes_place());
    Ok(slots.take(MOST).map(|slot| slot.recurrence).collect())
}
