//! Whether a body is a series: its times, its rule, and what its events are. All faults at once.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use super::plan::{Plan, wall_time};
use super::rrule::Rule;
use super::wire::SeriesIn;
use crate::access::action::EditEvents;
use crate::access::{Allowed, Permit};
use crate::db::Tx;
use crate::http::json::{fault, step};
use crate::ids;
use crate::moment::When;
use crate::problem::{Fault, Place, Problem};
use crate::rooms::events::{self, EventIn, HostId};
use crate::rooms::records::{self, Written as _};

/// What a body was understood as.
pub(super) struct Checked {
    /// When it takes place.
    pub(super) plan: Plan,
    /// Who hosts and co-hosts its events.
    pub(super) hosts: Vec<HostId>,
}

/// Understands a body. What its template names must be the caller's to name, or have been named `before`.
///
/// # Errors
/// 422 with every fault.
pub(super) async fn check(
    tx: &Tx,
    who: &Allowed<EditEvents>,
    permit: &Permit<EditEvents>,
    body: &SeriesIn,
    before: Option<&SeriesIn>,
) -> Result<Checked, Problem> {
    let mut faults = Vec::new();
    let plan = planned(body, &mut faults);
    let first = When::Minute {
        starts_local: body.starts_local.clone(),
        time_zone: body.time_zone.clone(),
        duration_minutes: body.duration_minutes,
        utc_offset: None,
    };
    let when = match first.understand() {
        Ok(_) => first,
        Err(why) => {
            let at = step("", why.member());
            if !faults.iter().any(|f: &Fault| f.at == Place::Pointer(format!("#{at}"))) {
                faults.push(fault(&at, "invalid_time", why.to_string()));
            }
            When::Unknown {}
        }
    };
    let former = before.map(|before| EventIn::of_template(&before.template, &when)).transpose()?;
    let former = former.as_ref().map(|former| former.names()).unwrap_or_default();
    let event = EventIn::of_template(&body.template, &when)?;
    let event = records::read_again(tx, who, permit, ids::v4(), event, &former).await;
    let event = match event {
        Ok(event) => events::with_questions(tx, None, event).await,
        refused => refused,
    };
    let hosts = match event {
        Ok(event) => event.hosts.iter().map(|(_, host)| *host).collect(),
        Err(problem) if !problem.faults().is_empty() => {
            faults.extend(problem.faults().iter().map(|fault| at("/template", fault)));
            Vec::new()
        }
        Err(problem) => return Err(problem),
    };
    match plan.filter(|_| faults.is_empty()) {
        Some(plan) => Ok(Checked { plan, hosts }),
        None => Err(Problem::invalid_body(faults)),
    }
}

/// The same problem, its faults where they are in a larger body.
pub(super) fn under(problem: Problem, pointer: &str) -> Problem {
    match problem.faults() {
        [] => problem,
        faults => Problem::invalid_body(faults.iter().map(|fault| at(pointer, fault)).collect()),
    }
}

fn at(pointer: &str, fault: &Fault) -> Fault {
    let at = match &fault.at {
        Place::Pointer(within) => Place::Pointer(within.replacen('#', &format!("#{pointer}"), 1)),
        other => other.clone(),
    };
    Fault { at, ..fault.clone() }
}

fn planned(body: &SeriesIn, faults: &mut Vec<Fault>) -> Option<Plan> {
    let start = wall_time(&body.starts_local);
    if start.is_none() {
        faults.push(fault("/starts_local", "invalid_time", NO_WALL_TIME));
    }
    let zone = body.time_zone.parse::<Tz>();
    if zone.is_err() {
        faults.push(fault("/time_zone", "invalid_time", "is not a time zone of the IANA database"));
    }
    let mut exdates = BTreeSet::new();
    for (at, text) in body.exdates.iter().enumerate() {
        match wall_time(&text.0) {
            Some(time) => drop(exdates.insert(time)),
            None => faults.push(fault(&step("/exdates", &at.to_string()), "invalid_time", NO_WALL_TIME)),
        }
    }
    let rule = match Rule::parse(&body.rrule) {
        Ok(rule) => Some(rule),
        Err(wrong) => {
            faults.extend(wrong.iter().map(|wrong| fault("/rrule", "invalid_rule", wrong.to_string())));
            None
        }
    };
    let (start, zone, rule) = (start?, zone.ok()?, rule?);
    let minutes = body.duration_minutes;
    let plan = Plan { start, zone, minutes, rule, exdates: BTreeSet::new(), ends_before: None };
    if plan.slot(start).is_none() {
        let detail = "must be the first occurrence that the rule gives";
        faults.push(fault("/starts_local", "not_in_rule", detail));
    }
    Some(Plan { exdates, ..plan })
}

/// What a wall time must be.
pub(super) const NO_WALL_TIME: &str =
    "is not a wall time such as 2027-03-14T19:00:00, of the years 1900 to 2300";
