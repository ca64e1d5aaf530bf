//! What may be proposed, and who decides. Pure.

use ::entity::ids::AccountId;
use ::entity::proposal::{Guarded, Model, ProposalStatus};
use chrono::{DateTime, Utc};

use crate::access::Permit;
use crate::access::action::{DecideProposals, Propose};
use crate::http::json::fault;
use crate::problem::{Fault, Kind, Problem};

/// Where a proposal stands: whose time is over has expired, whether or not a worker has written that.
pub(super) fn status(row: &Model, now: DateTime<Utc>) -> ProposalStatus {
    match row.status {
        ProposalStatus::Open if row.expires_at <= now => ProposalStatus::Expired,
        status => status,
    }
}

/// Whether what would change shows more than now, and nothing else. One who proposes what needs no second person would wait for
/// nothing.
///
/// # Errors
/// 422 with every fault.
pub(super) fn shows_more(before: &Guarded, after: &Guarded) -> Result<(), Problem> {
    let mut faults: Vec<Fault> = Vec::new();
    if after == &Guarded::default() {
        faults.push(fault("/changes", "required", "must say what is to change"));
    }
    let mut refuse = |pointer, detail| faults.push(fault(pointer, "not_for_two", detail));
    if after.risk.is_some() && after.risk >= before.risk {
        refuse("/changes/risk", "must be lower than it is: raising it needs nobody else");
    }
    if after.public_precision.is_some() && after.public_precision >= before.public_precision {
        refuse("/changes/public_precision", "must be finer than it is: coarser needs nobody else");
    }
    match (after.locked_down, before.locked_down) {
        (Some(true), _) => refuse("/changes/locked_down", "must be false: a lockdown needs nobody else"),
        (Some(false), Some(false) | None) => {
            refuse("/changes/locked_down", "must end a lockdown, and there is none")
        }
        _ => {}
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Problem::invalid_body(faults)),
    }
}

/// Lets a second person decide.
///
/// # Errors
/// 409 unless it is open, 403 for whoever proposed it.
pub(super) fn decide(
    mut row: Model,
    _: &Permit<DecideProposals>,
    by: AccountId,
    verdict: ProposalStatus,
    now: DateTime<Utc>,
) -> Result<Model, Problem> {
    still_open(&row, now)?;
    if row.proposed_by == by {
        return Err(proposed_by_oneself());
    }
    (row.status, row.decided_by, row.decided_at) = (verdict, Some(by), Some(now));
    Ok(row)
}

/// The refusal of whoever decides what they proposed.
pub(super) fn proposed_by_oneself() -> Problem {
    Problem::of(Kind::Forbidden).with_detail("Somebody else has to decide what you proposed.")
}

/// Lets whoever proposed it take it back.
///
/// # Errors
/// 409 unless it is open, 403 for everybody else.
pub(super) fn withdraw(
    mut row: Model,
    _: &Permit<Propose>,
    by: AccountId,
    now: DateTime<Utc>,
) -> Result<Model, Problem> {
    still_open(&row, now)?;
    if row.proposed_by != by {
        return Err(Problem::of(Kind::Forbidden).with_detail("It is taken back by whoever proposed it."));
    }
    (row.status, row.decided_at) = (ProposalStatus::Withdrawn, Some(now));
    Ok(row)
}

fn still_open(row: &Model, now: DateTime<Utc>) -> Result<(), Problem> {
    match status(row, now) {
        ProposalStatus::Open => Ok(()),
        _ => Err(Problem::wrong_state(&[])),
    }
}

#[cfg(test)]
mod tests {
    use ::entity::kinds::{Precision, Risk};

    use super::*;

    fn faults(before: Guarded, after: Guarded) -> Vec<String> {
        let refused = shows_more(&before, &after).err();
        refused.iter().flat_map(|problem| problem.faults()).map(|fault| format!("{:?}", fault.at)).collect()
    }

    #[test]
    fn only_what_shows_more_is_for_two() {
        let now = Guarded {
            risk: Some(Risk::High),
            public_precision: Some(Precision::Region),
            locked_down: Some(true),
        };
        let risk = |risk| Guarded { risk: Some(risk), ..Guarded::default() };
        let precision = |precision| Guarded { public_precision: Some(precision), ..Guarded::default() };
        let locked = |locked| Guarded { locked_down: Some(locked), ..Guarded::default() };
        for shows in [risk(Risk::Low), risk(Risk::Moderate), precision(Precision::Exact), locked(false)] {
            assert!(faults(now, shows).is_empty(), "{shows:?}");
        }
        for hides in [
            risk(Risk::High),
            risk(Risk::Severe),
            precision(Precision::Country),
            locked(true),
            Guarded::default(),
        ] {
            assert_eq!(faults(now, hides).len(), 1, "{hides:?}");
        }
        let free = Guarded { locked_down: Some(false), ..now };
        assert_eq!(faults(free, locked(false)).len(), 1);
    }
}
