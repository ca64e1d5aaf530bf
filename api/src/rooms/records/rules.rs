//! Rules that hold for records of every kind.

use ::entity::account::Role;
use ::entity::ids::AccountId;
use ::entity::kinds::{Moderation, Precision};

use crate::access::{Actor, Permit};
use crate::problem::{Kind, Problem};

/// Nobody approves what they made.
///
/// # Errors
/// 403 for whoever made the record.
pub fn not_by_its_maker<A>(permit: &Permit<A>, maker: Option<AccountId>) -> Result<(), Problem> {
    match maker.is_some() && permit.by().account() == maker {
        true => Err(made_by_oneself()),
        false => Ok(()),
    }
}

/// The refusal of whoever approves what they made.
pub fn made_by_oneself() -> Problem {
    Problem::of(Kind::Forbidden).with_detail("Somebody else has to approve what you made.")
}

/// What a second person decides about is what was proposed about.
///
/// # Errors
/// 409 if it has changed since.
pub fn unchanged_since(version: i64, proposed: i64) -> Result<(), Problem> {
    match version == proposed {
        true => Ok(()),
        false => Err(Problem::of(Kind::Conflict)
            .with_detail("It has changed since this was proposed: propose it anew.")),
    }
}

/// Whether somebody may let a record through: staff that did not make it.
pub fn lets_through<A>(permit: &Permit<A>, maker: Option<AccountId>) -> bool {
    let staff = matches!(permit.by(), Actor::Account(by) if matches!(by.role, Role::Moderator | Role::Admin));
    staff && not_by_its_maker(permit, maker).is_ok()
}

/// What a contribution belongs to is part of what was approved: it withholds it, and says when and where it was.
///
/// # Errors
/// 409 if an approved one would belong to something else.
pub fn stays_with<T: PartialEq>(status: Moderation, before: T, after: T) -> Result<(), Problem> {
    match status == Moderation::Approved && before != after {
        true => Err(Problem::of(Kind::Conflict)
            .with_detail("`event` and `initiative` are fixed once it is approved: record it anew instead.")),
        false => Ok(()),
    }
}

/// What is shown of a place becomes coarser at once, and finer only with a second person.
///
/// # Errors
/// 409 if it would become finer.
pub fn not_finer(before: Precision, after: Precision) -> Result<(), Problem> {
    match after < before {
        true => Err(Problem::of(Kind::Conflict)
            .with_detail("`public_precision` becomes finer only with the consent of a second person: propose it, with `POST /v1/proposals`.")),
        false => Ok(()),
    }
}

/// What can be done with a contribution in a state.
const fn allowed(status: Moderation) -> &'static [&'static str] {
    match status {
        Moderation::Draft => &["approve", "withdraw", "delete"],
        Moderation::Approved => &["withdraw"],
        Moderation::Withdrawn => &[],
    }
}

/// The state of a contribution after it was approved.
///
/// # Errors
/// 409 unless it is a draft.
pub fn approved(status: Moderation) -> Result<Moderation, Problem> {
    match status {
        Moderation::Draft => Ok(Moderation::Approved),
        other => Err(Problem::wrong_state(allowed(other))),
    }
}

/// The state of a contribution after it was withdrawn.
///
/// # Errors
/// 409 if it was before.
pub fn withdrawn(status: Moderation) -> Result<Moderation, Problem> {
    still_there(status).map(|()| Moderation::Withdrawn)
}

/// Whether a contribution can be edited.
///
/// # Errors
/// 409 if it was withdrawn.
pub fn still_there(status: Moderation) -> Result<(), Problem> {
    match status {
        Moderation::Withdrawn => Err(Problem::wrong_state(allowed(status))),
        Moderation::Draft | Moderation::Approved => Ok(()),
    }
}

/// Whether a contribution can be removed.
///
/// # Errors
/// 409 unless it is a draft.
pub fn only_a_draft(status: Moderation) -> Result<(), Problem> {
    match status {
        Moderation::Draft => Ok(()),
        other => Err(Problem::wrong_state(allowed(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_becomes_coarser_and_never_finer() {
        for (before, after, passes) in [
            (Precision::Country, Precision::Exact, false),
            (Precision::Hidden, Precision::Country, false),
            (Precision::Locality, Precision::Region, true),
            (Precision::Region, Precision::Region, true),
        ] {
            assert_eq!(not_finer(before, after).is_ok(), passes, "{before} to {after}");
        }
    }
}
