//! What may become of a registration: unverified → pending → confirmed ⇄ waitlisted (→ offered) → attended · absent; and
//! declined, cancelled, expired. Pure.

use ::entity::event::{self, EventStatus, RegistrationMode, WhenPrecision};
use ::entity::ids::InvitationId;
use ::entity::registration::RegistrationStatus::{
    self as Status, Absent, Attended, Cancelled, Confirmed, Declined, Expired, Offered, Pending, Unverified,
    Waitlisted,
};
use ::entity::values::RegistrationQuestion;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

use crate::http::json::{fault, step};
use crate::problem::{Fault, Kind, Problem};
use crate::publishing;

/// How long somebody has to confirm their address; the seat is held meanwhile.
pub const TO_VERIFY: TimeDelta = TimeDelta::minutes(30);
/// How long an offered seat is held.
pub const TO_ACCEPT: TimeDelta = TimeDelta::hours(24);
/// How long before and after an event its place is told, and people are checked in.
pub const AROUND: TimeDelta = TimeDelta::hours(24);
/// When people are reminded unless the host says otherwise: minutes before the event begins.
pub const REMINDERS: [u16; 3] = [7 * DAY, DAY, 2 * 60];
/// Minutes of a day.
const DAY: u16 = 24 * 60;
/// Letters to one address about one event, as long as none is answered.
pub const LETTERS: usize = 3;

/// What a host can do in this state, as the last segments of the addresses.
pub const fn allowed(status: Status) -> &'static [&'static str] {
    match status {
        Unverified => &["cancel"],
        Pending | Waitlisted => &["confirm", "decline", "cancel"],
        Offered => &["confirm", "cancel"],
        Confirmed => &["cancel", "check-in", "mark-absent"],
        Attended => &["mark-absent"],
        Absent => &["check-in"],
        Declined | Cancelled | Expired => &[],
    }
}

/// What the registrant can do in this state; `edit` is `PATCH`.
pub const fn allowed_to_registrant(status: Status) -> &'static [&'static str] {
    match status {
        Unverified => &["verify", "edit", "cancel"],
        Pending | Waitlisted | Confirmed => &["edit", "cancel"],
        Offered => &["accept", "edit", "cancel"],
        Attended | Absent | Declined | Cancelled | Expired => &[],
    }
}

/// Lets a host's verb pass.
///
/// # Errors
/// 409 in another state.
pub fn host_may(status: Status, verb: &str) -> Result<(), Problem> {
    in_state(allowed(status), verb)
}

/// Lets a registrant's verb pass.
///
/// # Errors
/// 409 in another state.
pub fn registrant_may(status: Status, verb: &str) -> Result<(), Problem> {
    in_state(allowed_to_registrant(status), verb)
}

fn in_state(allowed: &'static [&'static str], verb: &str) -> Result<(), Problem> {
    if allowed.contains(&verb) { Ok(()) } else { Err(Problem::wrong_state(allowed)) }
}

/// How somebody comes to register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A host enters them.
    Host,
    /// With a code.
    Invited(InvitationId),
    /// As everybody may.
    Open,
}

/// Whether an event takes this registration. Hosts enter people until it begins, whoever may register otherwise.
///
/// # Errors
/// 409 if it is over, cancelled, or not for everybody.
pub fn takes(event: &event::Model, way: Way, now: DateTime<Utc>) -> Result<(), Problem> {
    let begins = publishing::begins(event);
    let end = match way {
        Way::Host => begins,
        Way::Invited(_) if event.registration == RegistrationMode::ByInvitation => {
            begins.map(|begins| event.registration_closes_at.map_or(begins, |closes| closes.min(begins)))
        }
        Way::Invited(_) | Way::Open => publishing::registration_ends(event),
    };
    match end {
        Some(end) if end > now => Ok(()),
        _ => Err(Problem::of(Kind::RegistrationClosed)),
    }
}

/// Whether people are checked in now.
///
/// # Errors
/// 409 before the day of the event.
pub fn door_is_open(event: &event::Model, now: DateTime<Utc>) -> Result<(), Problem> {
    let begun = publishing::begins(event).is_some_and(|begins| begins - AROUND <= now);
    match event.status {
        EventStatus::Held => Ok(()),
        EventStatus::Scheduled if begun => Ok(()),
        _ => Err(Problem::of(Kind::Conflict)
            .with_detail("People are checked in from 24 hours before the event begins.")),
    }
}

/// Whether the place and the way to join are told to somebody who has a seat.
///
/// # Errors
/// 403 without a seat, and before and after the time around the event.
pub fn told_where(event: &event::Model, status: Status, now: DateTime<Utc>) -> Result<(), Problem> {
    let refuse = |detail| Err(Problem::of(Kind::Forbidden).with_detail(detail));
    if !matches!(status, Confirmed | Attended) {
        return refuse("It is told to those who have a seat.");
    }
    let planned = matches!(event.status, EventStatus::Scheduled | EventStatus::Held);
    let planned = planned && event.locked_down_at.is_none();
    let span = publishing::span(event).filter(|_| planned);
    match span {
        Some((begins, ends)) if begins - AROUND <= now && now <= ends + AROUND => Ok(()),
        _ => refuse("It is told from 24 hours before the event to 24 hours after it."),
    }
}

/// What people are to be reminded of now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DueReminders {
    /// How long before the event the reminder is that is due, in minutes.
    pub minutes: Option<u16>,
    /// When the next one is.
    pub next: Option<DateTime<Utc>>,
}

/// Which reminder became due between `since` and `now`: of several the last. One that is late by more than half of its time
/// is none any more. An event of which only the day is known has those that are a day before it or longer.
pub fn reminders(
    offsets: &[u16],
    event: &event::Model,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> DueReminders {
    let least = match event.when_precision {
        WhenPrecision::Minute => 0,
        WhenPrecision::Day => DAY,
        _ => return DueReminders::default(),
    };
    let Some(begins) = publishing::begins(event) else { return DueReminders::default() };
    let at = |minutes: u16| begins - TimeDelta::minutes(minutes.into());
    let told = offsets.iter().copied().filter(|minutes| *minutes >= least);
    let due = |minutes: &u16| {
        let late = now - at(*minutes);
        since <= at(*minutes)
            && late >= TimeDelta::zero()
            && late * 2 <= TimeDelta::minutes((*minutes).into())
    };
    DueReminders { minutes: told.clone().filter(due).min(), next: told.map(at).filter(|at| *at > now).min() }
}

/// What is wrong with answers to these questions.
pub fn faults(questions: &[RegistrationQuestion], answers: &BTreeMap<String, String>) -> Vec<Fault> {
    let asked = |id: &str| questions.iter().any(|question| question.id == id);
    let unknown = answers.keys().filter(|id| !asked(id)).map(|id| {
        fault(&step("/answers", id), "unknown_reference", "must be a question that this event asks")
    });
    let given = |id: &str| answers.get(id).is_some_and(|text| !text.trim().is_empty());
    let missing = questions.iter().filter(|question| question.required && !given(&question.id));
    let missing = missing.map(|question| fault(&step("/answers", &question.id), "required", "is required"));
    unknown.chain(missing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_over_and_what_was_attended_is_not_taken_back() {
        for status in [Declined, Cancelled, Expired] {
            assert!(allowed(status).is_empty() && allowed_to_registrant(status).is_empty());
        }
        assert!(host_may(Confirmed, "check-in").is_ok());
        assert_eq!(host_may(Pending, "check-in").unwrap_err().kind(), Kind::WrongState);
        assert_eq!(registrant_may(Attended, "cancel").unwrap_err().kind(), Kind::WrongState);
        assert!(registrant_may(Offered, "accept").is_ok() && registrant_may(Waitlisted, "accept").is_err());
    }

    fn event(when: serde_json::Value) -> event::Model {
        use crate::rooms::bundle::{EventLine, Incoming};
        let line = serde_json::json!({"id": "e", "kind": "dialogue", "title": "Seeds", "language": "en",
            "format": "online", "when": when, "place": {}, "status": "scheduled"});
        let line: EventLine = serde_json::from_value(line).unwrap();
        line.into_record(&mut Incoming::alone(crate::ids::v4())).row
    }

    #[test]
    fn of_reminders_that_were_missed_the_last_is_written_unless_it_is_too_late() {
        let when = serde_json::json!({"precision": "minute", "starts_local": "2027-03-14T18:00:00",
            "time_zone": "UTC", "duration_minutes": 60});
        let event = event(when);
        let begins = event.starts_at.unwrap();
        let ask = |since: i64, now: i64| {
            let before = |minutes| begins - TimeDelta::minutes(minutes);
            let due = reminders(&REMINDERS, &event, before(since), before(now));
            (due.minutes, due.next.map(|at| (begins - at).num_minutes()))
        };
        assert_eq!(ask(20_000, 10_081), (None, Some(10_080)));
        assert_eq!(ask(10_080, 10_080), (Some(10_080), Some(1440)), "at the very minute");
        assert_eq!(ask(20_000, 5041), (Some(10_080), Some(1440)), "late, and still of use");
        assert_eq!(ask(20_000, 5039), (None, Some(1440)), "too late");
        assert_eq!(ask(20_000, 1430), (Some(1440), Some(120)), "of two the last");
        assert_eq!(ask(1439, 1430), (None, Some(120)), "that was before anybody had to be reminded");
        assert_eq!(ask(120, 60), (Some(120), None));
        assert_eq!(ask(120, 0), (None, None));
    }

    #[test]
    fn where_only_the_day_is_known_nobody_is_reminded_by_the_hour() {
        let day = event(serde_json::json!({"precision": "day", "date": "2027-03-14"}));
        let midnight = "2027-03-14T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
        let due = reminders(&REMINDERS, &day, midnight - TimeDelta::days(9), midnight - TimeDelta::days(1));
        assert_eq!(due, DueReminders { minutes: Some(DAY), next: None });
        let month = event(serde_json::json!({"precision": "month", "date": "2027-03"}));
        assert_eq!(reminders(&REMINDERS, &month, DateTime::UNIX_EPOCH, midnight), DueReminders::default());
    }

    #[test]
    fn answers_are_to_questions_that_are_asked() {
        let question =
            |id: &str, required| RegistrationQuestion { id: id.into(), text: "?".into(), required };
        let asked = [question("meals", true), question("news", false)];
        let codes = |answers: &[(&str, &str)]| {
            let answers = answers.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
            faults(&asked, &answers).iter().map(|fault| fault.code).collect::<Vec<_>>()
        };
        assert!(codes(&[("meals", "all")]).is_empty());
        assert_eq!(codes(&[("news", "yes")]), ["required"]);
        assert_eq!(codes(&[("meals", " "), ("shoes", "42")]), ["unknown_reference", "required"]);
    }
}
