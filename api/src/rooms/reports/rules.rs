//! What may become of a report: open → closed. Pure.

use ::entity::ids::AccountId;
use ::entity::report::{Model, ReportOutcome, ReportStatus};
use chrono::{DateTime, TimeDelta, Utc};

use crate::access::Permit;
use crate::access::action::HandleReports;
use crate::problem::{Kind, Problem};

/// For how long a claim keeps others away.
const CLAIM: TimeDelta = TimeDelta::hours(1);

/// Takes a report to look into.
///
/// # Errors
/// 409 if it is closed, or somebody else is looking into it.
pub(super) fn claim(
    row: Model,
    _: &Permit<HandleReports>,
    by: AccountId,
    now: DateTime<Utc>,
) -> Result<Model, Problem> {
    still_open(&row, by, now)?;
    Ok(Model { claimed_by: Some(by), claimed_until: Some(now + CLAIM), ..row })
}

/// Closes a report.
///
/// # Errors
/// 409 if it is closed, or somebody else is looking into it.
pub(super) fn close(
    row: Model,
    _: &Permit<HandleReports>,
    by: AccountId,
    outcome: ReportOutcome,
    now: DateTime<Utc>,
) -> Result<Model, Problem> {
    still_open(&row, by, now)?;
    let (claimed_by, claimed_until) = (None, None);
    let (outcome, closed_by, closed_at) = (Some(outcome), Some(by), Some(now));
    Ok(Model {
        status: ReportStatus::Closed,
        claimed_by,
        claimed_until,
        outcome,
        closed_by,
        closed_at,
        ..row
    })
}

fn still_open(row: &Model, by: AccountId, now: DateTime<Utc>) -> Result<(), Problem> {
    if row.status == ReportStatus::Closed {
        return Err(Problem::wrong_state(&["hide", "unhide"]));
    }
    let others = row.claimed_by.is_some_and(|claimed_by| claimed_by != by);
    match others && row.claimed_until.is_some_and(|until| until > now) {
        true => Err(Problem::of(Kind::Conflict).with_detail("Somebody else is looking into it.")),
        false => Ok(()),
    }
}
