//! What may become of a submission. Pure: rows in, rows out.

use ::entity::ids::{AccountId, InitiativeId, SubmissionId};
use ::entity::submission::{Model, RejectionReason, SubmissionStatus as Status};
use chrono::{DateTime, TimeDelta, Utc};

use crate::access::Permit;
use crate::access::action::ReviewSubmissions;
use crate::problem::{Kind, Problem};

/// How long a claim holds.
const LEASE: TimeDelta = TimeDelta::minutes(30);

type Review = Permit<ReviewSubmissions>;

/// How a submission ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It became this initiative, or part of it.
    Approved(InitiativeId),
    /// It was turned down.
    Rejected(RejectionReason),
    /// This initiative is it already.
    DuplicateOf(InitiativeId),
    /// This submission asked for it before.
    DuplicateOfSubmission(SubmissionId),
    /// It asks for nothing.
    Spam,
}

/// Whether it is still open.
pub const fn is_open(status: Status) -> bool {
    matches!(status, Status::Received | Status::InReview | Status::ChangesRequested)
}

/// What a reviewer can do in this state, as the last segments of the addresses.
pub const fn allowed(status: Status) -> &'static [&'static str] {
    match status {
        Status::Received | Status::InReview => {
            &["claim", "request-changes", "messages", "approve", "reject", "mark-duplicate", "mark-spam"]
        }
        Status::ChangesRequested => {
            &["claim", "messages", "approve", "reject", "mark-duplicate", "mark-spam"]
        }
        Status::Approved | Status::Rejected | Status::Duplicate | Status::Spam | Status::Withdrawn => &[],
    }
}

/// What the submitter can do in this state; `edit` is `PATCH`.
pub const fn allowed_to_submitter(status: Status) -> &'static [&'static str] {
    match status {
        Status::Received | Status::ChangesRequested => &["edit", "messages", "withdraw"],
        Status::InReview => &["messages", "withdraw"],
        Status::Approved | Status::Rejected | Status::Duplicate | Status::Spam | Status::Withdrawn => &[],
    }
}

/// The claim that holds now: whose, and until when.
pub fn claim_of(row: &Model, now: DateTime<Utc>) -> Option<(AccountId, DateTime<Utc>)> {
    row.claimed_by.zip(row.claimed_until).filter(|(_, until)| *until > now)
}

/// Takes it to review, or goes on doing so.
///
/// # Errors
/// 409 if it is closed or somebody else reviews it, 403 for one's own.
pub fn claim(mut row: Model, permit: &Review, now: DateTime<Utc>) -> Result<Model, Problem> {
    let reviewer = reviewer(&row, permit, "claim", now)?;
    row.claimed_by = Some(reviewer);
    row.claimed_until = Some(now + LEASE);
    if row.status == Status::Received {
        row.status = Status::InReview;
    }
    Ok(row)
}

/// Gives it back to the queue.
///
/// # Errors
/// 409 if one does not review it.
pub fn release(mut row: Model, permit: &Review, now: DateTime<Utc>) -> Result<Model, Problem> {
    let reviewer = reviewer(&row, permit, "claim", now)?;
    if row.claimed_by != Some(reviewer) {
        return Err(Problem::of(Kind::Conflict).with_detail("You have not claimed this."));
    }
    let_go(&mut row);
    Ok(row)
}

/// Asks the submitter for something. The claim ends: it is the submitter's turn.
///
/// # Errors
/// 409 in another state or while somebody else reviews it, 403 for one's own.
pub fn request_changes(mut row: Model, permit: &Review, now: DateTime<Utc>) -> Result<Model, Problem> {
    reviewer(&row, permit, "request-changes", now)?;
    row.status = Status::ChangesRequested;
    let_go(&mut row);
    Ok(row)
}

/// Writes to the submitter without asking for anything.
///
/// # Errors
/// 409 if it is closed, 403 for one's own.
pub fn write_to(row: Model, permit: &Review) -> Result<Model, Problem> {
    not_own(&row, permit)?;
    in_state(allowed(row.status), "messages")?;
    Ok(row)
}

/// Decides. `verb` is the last segment of the address.
///
/// # Errors
/// 409 if it is closed or somebody else reviews it, 403 for one's own.
pub fn decide(
    mut row: Model,
    permit: &Review,
    verb: &'static str,
    decision: Decision,
    now: DateTime<Utc>,
) -> Result<Model, Problem> {
    row.decided_by = Some(reviewer(&row, permit, verb, now)?);
    match decision {
        Decision::Approved(id) => {
            row.status = Status::Approved;
            row.initiative_id = Some(id);
        }
        Decision::Rejected(reason) => {
            row.status = Status::Rejected;
            row.reason_code = Some(reason);
        }
        Decision::DuplicateOf(id) => {
            row.status = Status::Duplicate;
            row.initiative_id = Some(id);
        }
        Decision::DuplicateOfSubmission(id) => {
            row.status = Status::Duplicate;
            row.duplicate_of = Some(id);
        }
        Decision::Spam => row.status = Status::Spam,
    }
    close(&mut row, now);
    Ok(row)
}

/// Whether a decision would be let through: asked before the work that comes with it.
///
/// # Errors
/// Those of [`decide`].
pub fn may_decide(
    row: &Model,
    permit: &Review,
    verb: &'static str,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    reviewer(row, permit, verb, now).map(drop)
}

/// The submitter changes what is asked for. What waited for that goes back to review.
///
/// # Errors
/// 409 while it is reviewed and when it is closed.
pub fn edit(mut row: Model) -> Result<Model, Problem> {
    in_state(allowed_to_submitter(row.status), "edit")?;
    answered(&mut row);
    Ok(row)
}

/// The submitter writes. What waited for that goes back to review.
///
/// # Errors
/// 409 when it is closed.
pub fn answer(mut row: Model) -> Result<Model, Problem> {
    in_state(allowed_to_submitter(row.status), "messages")?;
    answered(&mut row);
    Ok(row)
}

/// The submitter takes it back.
///
/// # Errors
/// 409 when it is closed.
pub fn withdraw(mut row: Model, now: DateTime<Utc>) -> Result<Model, Problem> {
    in_state(allowed_to_submitter(row.status), "withdraw")?;
    row.status = Status::Withdrawn;
    close(&mut row, now);
    Ok(row)
}

fn answered(row: &mut Model) {
    if row.status == Status::ChangesRequested {
        row.status = Status::InReview;
    }
}

fn close(row: &mut Model, now: DateTime<Utc>) {
    row.closed_at = Some(now);
    let_go(row);
}

fn let_go(row: &mut Model) {
    row.claimed_by = None;
    row.claimed_until = None;
}

/// The account that may do this now.
fn reviewer(
    row: &Model,
    permit: &Review,
    verb: &'static str,
    now: DateTime<Utc>,
) -> Result<AccountId, Problem> {
    let account = not_own(row, permit)?;
    in_state(allowed(row.status), verb)?;
    match claim_of(row, now) {
        Some((other, _)) if other != account => {
            Err(Problem::of(Kind::Conflict).with_detail("Somebody else is reviewing this submission."))
        }
        _ => Ok(account),
    }
}

/// Nobody decides what they submitted themselves.
fn not_own(row: &Model, permit: &Review) -> Result<AccountId, Problem> {
    let account = permit.by().account().ok_or(Problem::of(Kind::Unauthenticated))?;
    match row.submitted_by == Some(account) {
        true => {
            Err(Problem::of(Kind::Forbidden).with_detail("Nobody reviews what they submitted themselves."))
        }
        false => Ok(account),
    }
}

fn in_state(allowed: &'static [&'static str], verb: &str) -> Result<(), Problem> {
    if allowed.contains(&verb) { Ok(()) } else { Err(Problem::wrong_state(allowed)) }
}
