//! What may become of an account. Pure: rows in, rows out.

use ::entity::account::{AccountState, Model, Role};
use ::entity::ids::{AccountId, PersonId};
use ::entity::one_time_link::LinkPurpose;
use chrono::{DateTime, Utc};

use crate::access::Permit;
use crate::access::action::{ManageAccounts, OwnAccount};
use crate::problem::{Kind, Problem};

/// What a closed account is called.
const NOBODY: &str = "–";

/// What an account begins with.
pub struct New {
    /// What it may do.
    pub role: Role,
    /// The name that others see.
    pub display_name: String,
    /// The language of its letters.
    pub language: Option<String>,
    /// Who invited it.
    pub created_by: Option<AccountId>,
}

/// What somebody changes in the own account.
#[derive(Clone, Debug, Default)]
pub struct OwnChanges {
    /// The name that others see.
    pub display_name: Option<String>,
    /// The language of its letters; `Some(None)` takes it away.
    pub language: Option<Option<String>>,
}

/// The refusal of a second account with one address.
pub fn address_taken() -> Problem {
    Problem::of(Kind::Conflict).with_detail("There is an account with this e-mail address.")
}

/// Changes what is one's own. Gives the changed row and the names of what changed.
pub fn change_own(mut row: Model, _: &Permit<OwnAccount>, changes: OwnChanges) -> (Model, Vec<&'static str>) {
    let mut changed = Vec::new();
    if let Some(name) = changes.display_name.filter(|name| *name != row.display_name) {
        row.display_name = name;
        changed.push("display_name");
    }
    if let Some(language) = changes.language.filter(|language| *language != row.language) {
        row.language = language;
        changed.push("language");
    }
    (row, changed)
}

/// Says which person is behind an account.
pub fn link(mut row: Model, _: &Permit<ManageAccounts>, person: Option<PersonId>) -> Model {
    row.person_id = person;
    row
}

/// Gives another role. `other_admins` are the active ones beside this account.
///
/// # Errors
/// 409 where that takes away the last admin.
pub fn give_role(
    mut row: Model,
    _: &Permit<ManageAccounts>,
    role: Role,
    other_admins: u64,
) -> Result<Model, Problem> {
    if role != Role::Admin {
        keep_an_admin(&row, other_admins)?;
    }
    row.role = role;
    Ok(row)
}

/// Puts an account out of use. One that is suspended already stays so.
///
/// # Errors
/// 409 for the last admin, and for an account that was never used.
pub fn suspend(mut row: Model, _: &Permit<ManageAccounts>, other_admins: u64) -> Result<Model, Problem> {
    keep_an_admin(&row, other_admins)?;
    if row.state == AccountState::Suspended {
        return Err(Problem::wrong_state(allowed(&row)));
    }
    row.state = AccountState::Suspended;
    Ok(row)
}

/// Closes an account for good: what is left is an identifier, for what it made. `nobodys` takes the place of the hash by which
/// it was found.
///
/// # Errors
/// 409 for the last admin.
pub fn close(
    mut row: Model,
    nobodys: Vec<u8>,
    other_admins: u64,
    now: DateTime<Utc>,
) -> Result<Model, Problem> {
    keep_an_admin(&row, other_admins)?;
    row.state = AccountState::Suspended;
    row.closed_at = Some(now);
    NOBODY.clone_into(&mut row.display_name);
    (row.email_hash, row.sealed_email) = (nobodys, Vec::new());
    (row.language, row.password_hash, row.person_id) = (None, None, None);
    Ok(without_second_factor(row))
}

/// Whether anything can still be said of it.
///
/// # Errors
/// 409 once it is closed.
pub fn still_open(row: &Model) -> Result<(), Problem> {
    if row.closed_at.is_some() { Err(Problem::wrong_state(&[])) } else { Ok(()) }
}

/// Puts it to use again: to what it was.
///
/// # Errors
/// 409 if it is not suspended.
pub fn restore(mut row: Model, _: &Permit<ManageAccounts>) -> Result<Model, Problem> {
    if row.state != AccountState::Suspended || row.closed_at.is_some() {
        return Err(Problem::wrong_state(allowed(&row)));
    }
    row.state = if row.password_hash.is_some() { AccountState::Active } else { AccountState::Invited };
    Ok(row)
}

/// Takes a lost second factor away from somebody else.
///
/// # Errors
/// 403 for one's own, which takes a code; 409 if there is none.
pub fn take_second_factor(row: Model, permit: &Permit<ManageAccounts>) -> Result<Model, Problem> {
    if permit.by().account() == Some(row.id) {
        let detail =
            "Your own second factor is taken away with `POST /v1/me/totp/remove`, or by another admin.";
        return Err(Problem::of(Kind::Forbidden).with_detail(detail));
    }
    match row.totp_confirmed_at {
        Some(_) => Ok(without_second_factor(row)),
        None => Err(Problem::wrong_state(allowed(&row))),
    }
}

/// The account as it is without its second factor.
pub fn without_second_factor(mut row: Model) -> Model {
    (row.sealed_totp, row.totp_confirmed_at, row.totp_step) = (None, None, None);
    row
}

/// Sets the password that somebody chose with a one-time token. An invited account is active from then on.
///
/// # Errors
/// 404 where the state no longer fits the token: it was suspended meanwhile, for example.
pub fn choose_password(mut row: Model, purpose: LinkPurpose, hash: String) -> Result<Model, Problem> {
    match (purpose, row.state) {
        (LinkPurpose::Invitation, AccountState::Invited) => row.state = AccountState::Active,
        (LinkPurpose::PasswordReset, AccountState::Active) => {}
        _ => return Err(super::links::unknown(purpose)),
    }
    row.password_hash = Some(hash);
    Ok(row)
}

/// What can be done to an account as it is.
const fn allowed(row: &Model) -> &'static [&'static str] {
    match row.state {
        _ if row.closed_at.is_some() => &[],
        AccountState::Invited | AccountState::Active => &["suspend"],
        AccountState::Suspended => &["restore"],
    }
}

/// Somebody must be left who can let others in.
fn keep_an_admin(row: &Model, other_admins: u64) -> Result<(), Problem> {
    let is_one = row.role == Role::Admin && row.state == AccountState::Active;
    match is_one && other_admins == 0 {
        true => Err(Problem::of(Kind::Conflict).with_detail("This is the last admin.")),
        false => Ok(()),
    }
}
