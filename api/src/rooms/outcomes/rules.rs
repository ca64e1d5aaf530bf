//! What may become of an outcome: draft → approved → withdrawn.

use ::entity::kinds::Moderation;

use super::OutcomeRecord;
use crate::access::Permit;
use crate::access::action::{ApproveOutcomes, EditOutcomes};
use crate::problem::Problem;
use crate::rooms::records::{approved, not_by_its_maker, only_a_draft, stays_with, still_there, withdrawn};

/// Approves it. Nobody approves what they made.
pub(super) fn approve(
    mut outcome: OutcomeRecord,
    permit: &Permit<ApproveOutcomes>,
) -> Result<OutcomeRecord, Problem> {
    not_by_its_maker(permit, outcome.row.created_by)?;
    outcome.row.status = approved(outcome.row.status)?;
    Ok(outcome)
}

/// Takes it back for good; no text is kept.
pub(super) fn withdraw(
    mut outcome: OutcomeRecord,
    _: &Permit<EditOutcomes>,
) -> Result<OutcomeRecord, Problem> {
    outcome.row.status = withdrawn(outcome.row.status)?;
    Ok(silenced(outcome))
}

/// An outcome that says nothing any more.
pub(super) fn silenced(mut outcome: OutcomeRecord) -> OutcomeRecord {
    outcome.row.status = Moderation::Withdrawn;
    outcome.row.text = String::new();
    outcome.row.language = "und".to_owned();
    outcome.row.translations = Default::default();
    (outcome.followed_by, outcome.themes) = Default::default();
    outcome
}

/// Lets an edit pass, unless it was withdrawn. Of which event it is, is fixed once it is approved.
pub(super) fn change(
    before: &OutcomeRecord,
    after: OutcomeRecord,
    _: &Permit<EditOutcomes>,
) -> Result<OutcomeRecord, Problem> {
    still_there(before.row.status)?;
    stays_with(before.row.status, before.row.event_id, after.row.event_id)?;
    Ok(after)
}

/// Lets a draft be removed.
pub(super) fn remove(outcome: &OutcomeRecord, _: &Permit<EditOutcomes>) -> Result<(), Problem> {
    only_a_draft(outcome.row.status)
}
