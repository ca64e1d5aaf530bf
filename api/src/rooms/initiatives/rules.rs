//! What may become of an initiative: draft → published → archived.

use ::entity::ids::OrganisationId;
use ::entity::initiative::InitiativeStatus::{self, Archived, Draft, Published};
use ::entity::initiative::Model;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::InitiativeRecord;
use crate::access::Permit;
use crate::access::action::{Action as _, EditInitiatives, PublishInitiatives, Reach};
use crate::problem::{Kind, Problem};
use crate::rooms::records::{not_by_its_maker, not_finer};

/// How long an initiative counts as confirmed.
const YEAR: TimeDelta = TimeDelta::days(365);

/// What can be done in a state.
const fn allowed(status: InitiativeStatus) -> &'static [&'static str] {
    match status {
        Draft => &["publish", "delete"],
        Published => &["archive"],
        Archived => &[],
    }
}

/// Lets an initiative onto the map, which confirms it. Nobody approves what they made.
pub(super) fn publish(
    mut initiative: InitiativeRecord,
    permit: &Permit<PublishInitiatives>,
    today: NaiveDate,
) -> Result<InitiativeRecord, Problem> {
    not_by_its_maker(permit, initiative.row.created_by)?;
    initiative.row.confirmed_on = Some(today);
    initiative.row.status = match initiative.row.status {
        Draft => Published,
        other => return Err(Problem::wrong_state(allowed(other))),
    };
    Ok(initiative)
}

/// Takes an initiative off the map for good. Nobody is asked about it any more.
pub(super) fn archive(
    mut initiative: InitiativeRecord,
    _: &Permit<PublishInitiatives>,
) -> Result<InitiativeRecord, Problem> {
    initiative.row.status = match initiative.row.status {
        Published => Archived,
        other => return Err(Problem::wrong_state(allowed(other))),
    };
    initiative.contact = None;
    Ok(initiative)
}

/// Lets an edit pass. What the public sees of a place becomes finer only with a second person, and who answers for what is on
/// the map is for those to say who may put it there.
pub(super) fn change(
    before: &InitiativeRecord,
    after: InitiativeRecord,
    permit: &Permit<EditInitiatives>,
) -> Result<InitiativeRecord, Problem> {
    if before.row.status != Draft {
        not_finer(before.row.public_precision, after.row.public_precision)?;
        let answers = |record: &InitiativeRecord| (record.row.confirmed_on, record.contact.clone());
        if answers(before) != answers(&after) && PublishInitiatives::MAY.of(permit.by()) != Reach::All {
            let detail = "Who is asked about it and whether it is still so is not for you to say.";
            return Err(Problem::of(Kind::Forbidden).with_detail(detail));
        }
    }
    Ok(after)
}

/// The organisations that an edit takes off an initiative, unless those decide who may put it on the map.
pub(super) fn left_out(
    before: &InitiativeRecord,
    after: &InitiativeRecord,
    permit: &Permit<EditInitiatives>,
) -> Vec<OrganisationId> {
    match PublishInitiatives::MAY.of(permit.by()) {
        Reach::All => Vec::new(),
        _ => before.organisations.iter().copied().filter(|id| !after.organisations.contains(id)).collect(),
    }
}

/// The organisations that lose an initiative with its removal, unless whoever made it or a moderator removes it.
pub(super) fn left_behind(
    initiative: &InitiativeRecord,
    permit: &Permit<EditInitiatives>,
) -> Vec<OrganisationId> {
    let maker = initiative.row.created_by.is_some() && initiative.row.created_by == permit.by().account();
    match maker || PublishInitiatives::MAY.of(permit.by()) == Reach::All {
        true => Vec::new(),
        false => initiative.organisations.clone(),
    }
}

/// Nobody takes from others what they carry together.
///
/// # Errors
/// 403 if one of the organisations that lose it is another one's.
pub(super) fn none_of_others(others: &[OrganisationId]) -> Result<(), Problem> {
    let detail = "An organisation is taken off an initiative by itself, or by a moderator.";
    match others.is_empty() {
        true => Ok(()),
        false => Err(Problem::of(Kind::Forbidden).with_detail(detail)),
    }
}

/// Lets something happen to an initiative that only happens to what is on the map.
///
/// # Errors
/// 409 if it is not, or no longer.
pub fn still_on_the_map(row: &Model) -> Result<(), Problem> {
    match row.status {
        Published => Ok(()),
        Draft | Archived => Err(Problem::wrong_state(&[])),
    }
}

/// Whether an edit of these members leaves what an import may go on to change as it was.
pub(super) fn says_nothing_of_it(changed: &[&str]) -> bool {
    !changed.is_empty() && changed.iter().all(|member| matches!(*member, "contact" | "confirmed"))
}

/// When the contact of an initiative is first asked again: a year after it was confirmed or, where it never was, recorded.
pub fn ask_at(row: &Model) -> Option<DateTime<Utc>> {
    let confirmed = row.confirmed_on.map(|on| on.and_time(NaiveTime::MIN).and_utc());
    (row.status == Published).then(|| confirmed.unwrap_or(row.created_at) + YEAR)
}

/// Lets an initiative be removed that was never on the map.
pub(super) fn remove(initiative: &InitiativeRecord, _: &Permit<EditInitiatives>) -> Result<(), Problem> {
    match initiative.row.status {
        Draft => Ok(()),
        other => Err(Problem::wrong_state(allowed(other))),
    }
}

#[cfg(test)]
mod tests {
    use ::entity::account::Role::{Admin, Host, Moderator};

    use super::*;
    use crate::ids;
    use crate::problem::Kind;
    use crate::rooms::bundle::{Incoming, InitiativeLine};
    use crate::rooms::records::permit;

    fn initiative(status: InitiativeStatus) -> InitiativeRecord {
        let line = serde_json::json!({"id": "i", "title": "Seeds", "language": "en", "status": status});
        let line: InitiativeLine = serde_json::from_value(line).unwrap();
        line.into_record(&mut Incoming::alone(ids::v4()))
    }

    #[test]
    fn a_draft_is_published_by_somebody_else_and_archived_for_good() {
        let (maker, permit) = permit::<PublishInitiatives>(Moderator);
        let today = NaiveDate::MIN;
        let published = publish(initiative(Draft), &permit, today).unwrap();
        assert_eq!((published.row.status, published.row.confirmed_on), (Published, Some(today)));
        assert_eq!(archive(published.clone(), &permit).unwrap().row.status, Archived);
        assert_eq!(publish(published, &permit, today).unwrap_err().kind(), Kind::WrongState);
        assert_eq!(archive(initiative(Archived), &permit).unwrap_err().kind(), Kind::WrongState);
        let mut own = initiative(Draft);
        own.row.created_by = Some(maker);
        assert_eq!(publish(own, &permit, today).unwrap_err().kind(), Kind::Forbidden);
    }

    #[test]
    fn a_contact_is_asked_a_year_after_the_last_confirmation_and_never_about_a_draft() {
        let mut row = initiative(Published).row;
        assert_eq!(ask_at(&row), Some(row.created_at + YEAR));
        row.confirmed_on = NaiveDate::from_ymd_opt(2026, 3, 1);
        assert_eq!(ask_at(&row).unwrap().to_rfc3339(), "2027-03-01T00:00:00+00:00");
        row.status = Draft;
        assert_eq!(ask_at(&row), None);
    }

    #[test]
    fn what_is_on_the_map_is_confirmed_by_those_who_may_put_it_there() {
        let confirmed = |role| {
            let before = initiative(Published);
            let mut after = before.clone();
            after.row.confirmed_on = Some(NaiveDate::MIN);
            change(&before, after, &permit::<EditInitiatives>(role).1).is_ok()
        };
        assert_eq!([Host, Moderator, Admin].map(confirmed), [false, true, true]);
    }

    #[test]
    fn only_a_draft_is_removed_or_shown_more_finely() {
        let (_, permit) = permit::<EditInitiatives>(Admin);
        let finer = |status| {
            let before = initiative(status);
            let mut after = before.clone();
            after.row.public_precision = ::entity::kinds::Precision::Exact;
            change(&before, after, &permit).is_ok()
        };
        assert_eq!([Draft, Published, Archived].map(finer), [true, false, false]);
        let removed = |status| remove(&initiative(status), &permit).is_ok();
        assert_eq!([Draft, Published, Archived].map(removed), [true, false, false]);
    }
}
