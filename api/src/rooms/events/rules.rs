//! What may become of an event: draft → (in review →) scheduled → held · cancelled.

use ::entity::event::EventStatus::{self, Cancelled, Draft, Held, InReview, Scheduled};
use ::entity::event::{self, RegistrationMode, Visibility};
use ::entity::kinds::Risk;
use ::entity::proposal::Guarded;
use ::entity::values::Headcount;
use chrono::{DateTime, TimeDelta, Utc};

use super::EventRecord;
use crate::access::Permit;
use crate::access::action::{Action as _, EditEvents, LockEventsDown, Reach, ScheduleEvents};
use crate::moment::When;
use crate::outbox::Fact;
use crate::problem::{Fault, Kind, Problem};
use crate::rooms::records::{lets_through, not_finer, shows_otherwise};

/// Whoever comes is asked again if an event moves further than this.
const ASKED_AGAIN: TimeDelta = TimeDelta::hours(1);

/// What can be done in a state.
const fn allowed(status: EventStatus) -> &'static [&'static str] {
    match status {
        Draft => &["submit", "schedule", "cancel", "delete"],
        InReview => &["schedule", "cancel", "delete"],
        Scheduled => &["reschedule", "complete", "cancel"],
        Held | Cancelled => &[],
    }
}

/// Has a draft wait for a moderator.
pub(super) fn submit(mut event: EventRecord, _: &Permit<EditEvents>) -> Result<EventRecord, Problem> {
    event.row.status = match event.row.status {
        Draft => InReview,
        other => return Err(Problem::wrong_state(allowed(other))),
    };
    Ok(event)
}

/// Schedules an event. At low risk, its own and its country's, that approves nothing; at more it does: staff that did not make it
/// decides.
pub(super) fn schedule(
    mut event: EventRecord,
    permit: &Permit<ScheduleEvents>,
    of_country: Risk,
) -> Result<EventRecord, Problem> {
    if event.row.risk.max(of_country) > Risk::Low && !lets_through(permit, event.row.created_by) {
        let detail = "An event of more than low risk is scheduled by a moderator who did not make it: submit it for review.";
        return Err(Problem::of(Kind::Forbidden).with_detail(detail));
    }
    event.row.status = match event.row.status {
        Draft | InReview => Scheduled,
        other => return Err(Problem::wrong_state(allowed(other))),
    };
    Ok(event)
}

/// Moves a scheduled event that has not begun into the future. Without another time it stays as it was.
pub(super) fn reschedule(
    before: &EventRecord,
    mut after: EventRecord,
    _: &Permit<EditEvents>,
    reason: Option<String>,
    now: DateTime<Utc>,
) -> Result<EventRecord, Problem> {
    if before.row.status != Scheduled {
        return Err(Problem::wrong_state(allowed(before.row.status)));
    }
    if !lies_ahead(&before.row, now) {
        let detail = "The event has begun. If its time was recorded wrongly, an edit corrects it.";
        return Err(Problem::of(Kind::Conflict).with_detail(detail));
    }
    may_move(&before.row, &after.row, now)?;
    if !same_time(&before.row, &after.row) {
        after.reasons.moved = reason;
    }
    Ok(after)
}

/// The fact that a scheduled event was moved; none if it was not, or if both times are over: then a record was corrected.
pub(super) fn moved(before: &event::Model, after: &event::Model, now: DateTime<Utc>) -> Option<Fact> {
    let concerns = lies_ahead(before, now) || lies_ahead(after, now);
    let moved = before.status == Scheduled && !same_time(before, after) && concerns;
    moved.then(|| rescheduled(after, before.starts_at))
}

/// The fact that an event no longer begins when it did.
pub(super) fn rescheduled(event: &event::Model, former_starts_at: Option<DateTime<Utc>>) -> Fact {
    let (event_id, starts_at) = (event.id.0, event.starts_at);
    let near = former_starts_at.zip(starts_at).is_some_and(|(a, b)| (a - b).abs() <= ASKED_AGAIN);
    Fact::EventRescheduled { event_id, former_starts_at, starts_at, reconfirm: !near }
}

fn same_time(one: &event::Model, other: &event::Model) -> bool {
    When::of_row(one) == When::of_row(other)
}

/// Whether an event is as it was made, still to come and not called off: then it goes along with its series.
pub(super) fn is_untouched(event: &event::Model, version: i64, now: DateTime<Utc>) -> bool {
    let to_come = matches!(event.status, Draft | InReview | Scheduled) && lies_ahead(event, now);
    to_come && event.version == version
}

/// Whether an event has not begun, as far as its time is known; of a day or month, whether it is not over.
fn lies_ahead(event: &event::Model, now: DateTime<Utc>) -> bool {
    match event.starts_at {
        Some(start) => start > now,
        None => {
            let span = When::of_row(event).understand().ok().and_then(|moment| moment.span());
            span.is_none_or(|(_, end)| end > now)
        }
    }
}

/// When an event begins at the earliest, as far as its time is known: a day begins fourteen hours before it does in UTC.
fn begins_at_the_earliest(event: &event::Model) -> Option<DateTime<Utc>> {
    event.starts_at.or_else(|| Some(When::of_row(event).understand().ok()?.span()?.0 - TimeDelta::hours(14)))
}

/// What people come to is moved to a time that is known and lies ahead.
fn may_move(before: &event::Model, after: &event::Model, now: DateTime<Utc>) -> Result<(), Problem> {
    let known = !matches!(When::of_row(after), When::Unknown {});
    if same_time(before, after) || (known && lies_ahead(after, now)) {
        return Ok(());
    }
    let fault =
        Fault::pointer("/when", "not_ahead", "must be known and in the future: the event is scheduled");
    Err(Problem::invalid_body(vec![fault]))
}

/// Records an event as held. Whoever does so approves the headcount.
pub(super) fn complete(
    mut event: EventRecord,
    _: &Permit<EditEvents>,
    headcount: Option<Headcount>,
    now: DateTime<Utc>,
) -> Result<EventRecord, Problem> {
    if event.row.status != Scheduled {
        return Err(Problem::wrong_state(allowed(event.row.status)));
    }
    if begins_at_the_earliest(&event.row).is_some_and(|start| start > now) {
        return Err(Problem::of(Kind::Conflict).with_detail("The event has not begun yet."));
    }
    event.row.status = Held;
    event.row.held_at = Some(now);
    event.row.headcount = headcount.or(event.row.headcount);
    event.row.headcount_approved = event.row.headcount.is_some();
    Ok(event)
}

/// Locks an event down, whatever state it is in.
pub(super) fn lock_down(
    mut event: EventRecord,
    _: &Permit<LockEventsDown>,
    now: DateTime<Utc>,
) -> Result<EventRecord, Problem> {
    if event.row.locked_down_at.is_some() {
        return Err(Problem::of(Kind::Conflict).with_detail("The event is locked down already."));
    }
    event.row.locked_down_at = Some(now);
    Ok(event)
}

/// Changes an event as a second person has decided; with the names of the members that change.
pub(super) fn decided(
    mut event: EventRecord,
    after: &Guarded,
    _: &Permit<EditEvents>,
) -> Result<(EventRecord, Vec<&'static str>), Problem> {
    let mut members = Vec::new();
    if let Some(risk) = after.risk {
        (event.row.risk, members) = (risk, vec!["risk"]);
    }
    if let Some(precision) = after.public_precision {
        event.row.public_precision = precision;
        members.push("public_precision");
    }
    if !members.is_empty() && event.row.status == Cancelled {
        return Err(Problem::wrong_state(allowed(Cancelled)));
    }
    if after.locked_down == Some(false) {
        event.row.locked_down_at = None;
        members.push("locked_down_at");
    }
    Ok((event, members))
}

/// Cancels an event.
pub(super) fn cancel(
    mut event: EventRecord,
    _: &Permit<EditEvents>,
    reason: Option<String>,
) -> Result<EventRecord, Problem> {
    match event.row.status {
        Scheduled => {}
        // What nobody let onto the public side does not get there by being called off.
        Draft | InReview => event.row.visibility = Visibility::Private,
        other => return Err(Problem::wrong_state(allowed(other))),
    }
    event.row.status = Cancelled;
    event.reasons.cancelled = reason;
    Ok(event)
}

/// What only a moderator may schedule stands as a moderator let it through. To come it can be moved and called off by those
/// who host it, and at any time be made safer.
fn stands_as_let_through(
    before: &EventRecord,
    after: &EventRecord,
    permit: &Permit<EditEvents>,
) -> Result<(), Problem> {
    let stands = may_be_told_otherwise(&before.row, permit);
    if stands.is_ok() {
        return Ok(());
    }
    let mut was = before.clone();
    if after.row.registration == RegistrationMode::Closed {
        was.row.registration = RegistrationMode::Closed;
    }
    let wider = after.row.visibility < was.row.visibility;
    match wider || shows_otherwise(&was, after).map_err(Problem::internal)? {
        true => stands,
        false => Ok(()),
    }
}

/// Whether what is public of an event may be changed by somebody.
///
/// # Errors
/// 403 of one that a moderator let through, for whoever could not.
pub fn may_be_told_otherwise<A>(event: &event::Model, permit: &Permit<A>) -> Result<(), Problem> {
    let let_through = event.risk > Risk::Low && matches!(event.status, Scheduled | Held);
    match let_through && !lets_through(permit, event.created_by) {
        true => Err(Problem::of(Kind::Forbidden).with_detail(
            "A moderator let this event through as it is: what is public of it, and when it was, a moderator changes.",
        )),
        false => Ok(()),
    }
}

/// The members by which an edit lowers the risk or shows the place more finely.
pub(super) fn less_safe(before: &EventRecord, after: &EventRecord) -> Vec<&'static str> {
    let lower = (after.row.risk < before.row.risk).then_some("risk");
    let finer = (after.row.public_precision < before.row.public_precision).then_some("public_precision");
    lower.into_iter().chain(finer).collect()
}

/// Lets an edit pass. Once it is no draft, lowering the risk or showing the place more finely takes a second person. What is
/// scheduled and has not begun moves only into the future.
pub(super) fn change(
    before: &EventRecord,
    after: EventRecord,
    permit: &Permit<EditEvents>,
    now: DateTime<Utc>,
) -> Result<EventRecord, Problem> {
    if before.row.status == Scheduled && lies_ahead(&before.row, now) {
        may_move(&before.row, &after.row, now)?;
    }
    match before.row.status {
        Draft => {}
        Cancelled => return Err(Problem::wrong_state(allowed(Cancelled))),
        InReview | Scheduled | Held => {
            stands_as_let_through(before, &after, permit)?;
            not_finer(before.row.public_precision, after.row.public_precision)?;
            if after.row.risk < before.row.risk {
                let detail = "`risk` is lowered only with the consent of a second person: propose it, with `POST /v1/proposals`.";
                return Err(Problem::of(Kind::Conflict).with_detail(detail));
            }
        }
    }
    Ok(after)
}

/// Whether an edit takes an event out of review: nobody schedules what its host wrote after they read it.
pub(super) fn is_submitted_anew(before: &EventRecord, permit: &Permit<EditEvents>) -> bool {
    before.row.status == InReview && ScheduleEvents::MAY.of(permit.by()) != Reach::All
}

/// Lets an event be removed that was never scheduled.
pub(super) fn remove(event: &EventRecord, _: &Permit<EditEvents>) -> Result<(), Problem> {
    match event.row.status {
        Draft | InReview => Ok(()),
        other => Err(Problem::wrong_state(allowed(other))),
    }
}

#[cfg(test)]
mod tests {
    use ::entity::account::Role::{Admin, Host, Moderator};
    use chrono::TimeDelta;

    use super::*;
    use crate::ids;
    use crate::rooms::bundle::{EventLine, Incoming};
    use crate::rooms::records::permit;

    fn event(status: EventStatus, risk: Risk) -> EventRecord {
        let line = serde_json::json!({"id": "e", "kind": "dialogue", "title": "Seeds", "language": "en", "format": "online",
            "when": {"precision": "minute", "starts_local": "2027-03-14T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 60},
            "place": {}, "status": status, "risk": risk});
        let line: EventLine = serde_json::from_value(line).unwrap();
        line.into_record(&mut Incoming::alone(ids::v4()))
    }

    #[test]
    fn hosts_schedule_what_is_harmless_and_staff_what_others_made() {
        let (_, host) = permit::<ScheduleEvents>(Host);
        let (moderator, staff) = permit::<ScheduleEvents>(Moderator);
        let by = |event, permit, of_country| match schedule(event, permit, of_country) {
            Ok(event) => Ok(event.row.status),
            Err(problem) => Err(problem.kind()),
        };
        assert_eq!(by(event(Draft, Risk::Low), &host, Risk::Low), Ok(Scheduled));
        assert_eq!(by(event(Draft, Risk::Moderate), &host, Risk::Low), Err(Kind::Forbidden));
        assert_eq!(by(event(Draft, Risk::Low), &host, Risk::Moderate), Err(Kind::Forbidden));
        assert_eq!(by(event(InReview, Risk::High), &staff, Risk::High), Ok(Scheduled));
        let mut own = event(InReview, Risk::Moderate);
        own.row.created_by = Some(moderator);
        assert_eq!(by(own, &staff, Risk::Low), Err(Kind::Forbidden));
        assert_eq!(by(event(Held, Risk::Low), &staff, Risk::Low), Err(Kind::WrongState));
    }

    #[test]
    fn an_event_is_held_once_it_has_begun() {
        let (_, permit) = permit::<EditEvents>(Host);
        let start = event(Scheduled, Risk::Low).row.starts_at.unwrap();
        let before = start - TimeDelta::seconds(1);
        let count = Some(Headcount { activist: Some(12), ..Default::default() });
        let early = complete(event(Scheduled, Risk::Low), &permit, count, before);
        assert_eq!(early.unwrap_err().kind(), Kind::Conflict);
        let held = complete(event(Scheduled, Risk::Low), &permit, count, start).unwrap().row;
        assert_eq!((held.status, held.held_at, held.headcount_approved), (Held, Some(start), true));
        let uncounted = complete(event(Scheduled, Risk::Low), &permit, None, start).unwrap().row;
        assert!(!uncounted.headcount_approved);
    }

    fn starting(local: &str, status: EventStatus) -> EventRecord {
        let when = serde_json::json!({"precision": "minute", "starts_local": local, "time_zone": "Africa/Juba", "duration_minutes": 60});
        let mut event = event(status, Risk::Low);
        let columns = When::columns(
            &serde_json::from_value::<When>(when.clone()).unwrap().understand().unwrap(),
            &serde_json::from_value(when).unwrap(),
        );
        event.row.starts_local = columns.wall.map(|wall| wall.local);
        event.row.starts_at = columns.instants.map(|instants| instants.0);
        event
    }

    #[test]
    fn what_has_not_begun_moves_into_the_future_and_by_more_than_an_hour_people_are_asked_again() {
        let (_, permit) = permit::<EditEvents>(Host);
        let before = starting("2027-03-14T18:00:00", Scheduled);
        let start = before.row.starts_at.unwrap();
        let an_hour_before = start - TimeDelta::hours(1);
        let to = |local| {
            reschedule(&before, starting(local, Scheduled), &permit, Some("Rain".into()), an_hour_before)
        };
        let asked = |local| match moved(&before.row, &to(local).unwrap().row, an_hour_before) {
            Some(Fact::EventRescheduled { reconfirm, former_starts_at, .. }) => {
                assert_eq!(former_starts_at, Some(start));
                Some(reconfirm)
            }
            _ => None,
        };
        assert_eq!(asked("2027-03-14T19:00:00"), Some(false));
        assert_eq!(asked("2027-03-14T19:00:01"), Some(true));
        assert_eq!(asked("2027-03-14T18:00:00"), None, "it is not moved at all");
        assert_eq!(to("2027-03-14T18:00:00").unwrap().reasons.moved, None);
        assert_eq!(to("2027-03-14T17:00:00").unwrap_err().kind(), Kind::InvalidBody);
        let late = reschedule(&before, starting("2028-03-14T18:00:00", Scheduled), &permit, None, start);
        assert_eq!(late.unwrap_err().kind(), Kind::Conflict);
        let draft = starting("2027-03-14T18:00:00", Draft);
        let refused = reschedule(&draft, before.clone(), &permit, None, an_hour_before);
        assert_eq!(refused.unwrap_err().kind(), Kind::WrongState);
        let past = starting("2020-03-14T18:00:00", Scheduled);
        let corrected = change(&past, starting("2019-03-14T18:00:00", Scheduled), &permit, start).unwrap();
        assert_eq!(moved(&past.row, &corrected.row, start), None, "nobody waits for what is over");
    }

    #[test]
    fn once_it_is_no_draft_an_edit_only_makes_it_safer() {
        let (_, permit) = permit::<EditEvents>(Admin);
        let passes = |status, from, to| {
            let before = event(status, from);
            let mut after = before.clone();
            after.row.risk = to;
            change(&before, after, &permit, DateTime::UNIX_EPOCH).is_ok()
        };
        assert!(passes(Draft, Risk::High, Risk::Low));
        assert!(passes(Scheduled, Risk::Low, Risk::High));
        assert!(!passes(Scheduled, Risk::High, Risk::Moderate));
        assert!(!passes(Cancelled, Risk::Low, Risk::Low));
        let cancelled = cancel(event(Scheduled, Risk::Low), &permit, Some("Rain".into())).unwrap();
        assert_eq!((cancelled.row.status, cancelled.reasons.cancelled.as_deref()), (Cancelled, Some("Rain")));
        assert_eq!(submit(cancelled, &permit).unwrap_err().kind(), Kind::WrongState);
    }
}
