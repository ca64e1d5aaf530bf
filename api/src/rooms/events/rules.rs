//! What may become of an event: draft → (in review →) scheduled → held · cancelled.

use ::entity::account::Role;
use ::entity::event::EventStatus::{self, Cancelled, Draft, Held, InReview, Scheduled};
use ::entity::kinds::Risk;
use ::entity::values::Headcount;
use chrono::{DateTime, Utc};

use super::EventRecord;
use crate::access::action::{EditEvents, ScheduleEvents};
use crate::access::{Actor, Permit};
use crate::problem::{Kind, Problem};
use crate::rooms::records::{not_by_its_maker, not_finer};

/// What can be done in a state.
const fn allowed(status: EventStatus) -> &'static [&'static str] {
    match status {
        Draft => &["submit", "schedule", "cancel", "delete"],
        InReview => &["schedule", "cancel", "delete"],
        Scheduled => &["complete", "cancel"],
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

/// Schedules an event. At low risk that approves nothing; at more it does: staff that did not make it decides.
pub(super) fn schedule(
    mut event: EventRecord,
    permit: &Permit<ScheduleEvents>,
) -> Result<EventRecord, Problem> {
    if event.row.risk > Risk::Low {
        let staff =
            matches!(permit.by(), Actor::Account(by) if matches!(by.role, Role::Moderator | Role::Admin));
        if !staff {
            let detail = "An event of more than low risk is scheduled by a moderator: submit it for review.";
            return Err(Problem::of(Kind::Forbidden).with_detail(detail));
        }
        not_by_its_maker(permit, event.row.created_by)?;
    }
    event.row.status = match event.row.status {
        Draft | InReview => Scheduled,
        other => return Err(Problem::wrong_state(allowed(other))),
    };
    Ok(event)
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
    if event.row.starts_at.is_some_and(|start| start > now) {
        return Err(Problem::of(Kind::Conflict).with_detail("The event has not begun yet."));
    }
    event.row.status = Held;
    event.row.held_at = Some(now);
    event.row.headcount = headcount.or(event.row.headcount);
    event.row.headcount_approved = event.row.headcount.is_some();
    Ok(event)
}

/// Cancels an event.
pub(super) fn cancel(
    mut event: EventRecord,
    _: &Permit<EditEvents>,
    reason: Option<String>,
) -> Result<EventRecord, Problem> {
    event.row.status = match event.row.status {
        Draft | InReview | Scheduled => Cancelled,
        other => return Err(Problem::wrong_state(allowed(other))),
    };
    event.row.cancel_reason = reason;
    Ok(event)
}

/// Lets an edit pass. Once it is no draft, lowering the risk or showing the place more finely takes a second person.
pub(super) fn change(
    before: &EventRecord,
    after: EventRecord,
    _: &Permit<EditEvents>,
) -> Result<EventRecord, Problem> {
    match before.row.status {
        Draft => {}
        Cancelled => return Err(Problem::wrong_state(allowed(Cancelled))),
        InReview | Scheduled | Held => {
            not_finer(before.row.public_precision, after.row.public_precision)?;
            if after.row.risk < before.row.risk {
                let detail = "`risk` is lowered only with the consent of a second person.";
                return Err(Problem::of(Kind::Conflict).with_detail(detail));
            }
        }
    }
    Ok(after)
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
        assert_eq!(schedule(event(Draft, Risk::Low), &host).unwrap().row.status, Scheduled);
        assert_eq!(schedule(event(Draft, Risk::Moderate), &host).unwrap_err().kind(), Kind::Forbidden);
        assert_eq!(schedule(event(InReview, Risk::High), &staff).unwrap().row.status, Scheduled);
        let mut own = event(InReview, Risk::Moderate);
        own.row.created_by = Some(moderator);
        assert_eq!(schedule(own, &staff).unwrap_err().kind(), Kind::Forbidden);
        assert_eq!(schedule(event(Held, Risk::Low), &staff).unwrap_err().kind(), Kind::WrongState);
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

    #[test]
    fn once_it_is_no_draft_an_edit_only_makes_it_safer() {
        let (_, permit) = permit::<EditEvents>(Admin);
        let passes = |status, from, to| {
            let before = event(status, from);
            let mut after = before.clone();
            after.row.risk = to;
            change(&before, after, &permit).is_ok()
        };
        assert!(passes(Draft, Risk::High, Risk::Low));
        assert!(passes(Scheduled, Risk::Low, Risk::High));
        assert!(!passes(Scheduled, Risk::High, Risk::Moderate));
        assert!(!passes(Cancelled, Risk::Low, Risk::Low));
        let cancelled = cancel(event(Scheduled, Risk::Low), &permit, Some("Rain".into())).unwrap();
        assert_eq!((cancelled.row.status, cancelled.row.cancel_reason.as_deref()), (Cancelled, Some("Rain")));
        assert_eq!(submit(cancelled, &permit).unwrap_err().kind(), Kind::WrongState);
    }
}
