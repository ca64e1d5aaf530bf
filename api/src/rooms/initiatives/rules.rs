//! What may become of an initiative: draft → published → archived.

use ::entity::initiative::InitiativeStatus::{self, Archived, Draft, Published};

use super::InitiativeRecord;
use crate::access::Permit;
use crate::access::action::{EditInitiatives, PublishInitiatives};
use crate::problem::Problem;
use crate::rooms::records::{not_by_its_maker, not_finer};

/// What can be done in a state.
const fn allowed(status: InitiativeStatus) -> &'static [&'static str] {
    match status {
        Draft => &["publish", "delete"],
        Published => &["archive"],
        Archived => &[],
    }
}

/// Lets an initiative onto the map. Nobody approves what they made.
pub(super) fn publish(
    mut initiative: InitiativeRecord,
    permit: &Permit<PublishInitiatives>,
) -> Result<InitiativeRecord, Problem> {
    not_by_its_maker(permit, initiative.row.created_by)?;
    initiative.row.status = match initiative.row.status {
        Draft => Published,
        other => return Err(Problem::wrong_state(allowed(other))),
    };
    Ok(initiative)
}

/// Takes an initiative off the map for good.
pub(super) fn archive(
    mut initiative: InitiativeRecord,
    _: &Permit<PublishInitiatives>,
) -> Result<InitiativeRecord, Problem> {
    initiative.row.status = match initiative.row.status {
        Published => Archived,
        other => return Err(Problem::wrong_state(allowed(other))),
    };
    Ok(initiative)
}

/// Lets an edit pass. What the public sees of a place becomes finer only with a second person.
pub(super) fn change(
    before: &InitiativeRecord,
    after: InitiativeRecord,
    _: &Permit<EditInitiatives>,
) -> Result<InitiativeRecord, Problem> {
    if before.row.status != Draft {
        not_finer(before.row.public_precision, after.row.public_precision)?;
    }
    Ok(after)
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
    use ::entity::account::Role::{Admin, Moderator};

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
        let published = publish(initiative(Draft), &permit).unwrap();
        assert_eq!(published.row.status, Published);
        assert_eq!(archive(published.clone(), &permit).unwrap().row.status, Archived);
        assert_eq!(publish(published, &permit).unwrap_err().kind(), Kind::WrongState);
        assert_eq!(archive(initiative(Archived), &permit).unwrap_err().kind(), Kind::WrongState);
        let mut own = initiative(Draft);
        own.row.created_by = Some(maker);
        assert_eq!(publish(own, &permit).unwrap_err().kind(), Kind::Forbidden);
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
