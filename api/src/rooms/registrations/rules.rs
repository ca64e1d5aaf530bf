//! What may become of a registration: unverified → pending → confirmed ⇄ waitlisted (→ offered) → attended · absent; and
//! declined, cancelled, expired. Pure.

use ::entity::event::{self, EventStatus};
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

/// Whether an event takes this registration. Hosts enter people until it begins, whoever may register otherwise.
///
/// # Errors
/// 409 if it is over, cancelled, or not for everybody.
pub fn takes(event: &event::Model, by_host: bool, now: DateTime<Utc>) -> Result<(), Problem> {
    let end = if by_host { publishing::begins(event) } else { publishing::registration_ends(event) };
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
    let span = publishing::span(event).filter(|_| planned);
    match span {
        Some((begins, ends)) if begins - AROUND <= now && now <= ends + AROUND => Ok(()),
        _ => refuse("It is told from 24 hours before the event to 24 hours after it."),
    }
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
