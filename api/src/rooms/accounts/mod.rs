//! Accounts of the campaign's staff, of hosts and of members.
//!
//! Nobody makes an account alone: an admin invites (`api`), the invited person chooses a password with a one-time token
//! (`links`), which is also how a forgotten one is replaced. `me` is what everybody does with the own account, `totp` the
//! second factor. E-mail addresses are sealed under a key per account and found by a keyed hash ([`Address`]).

mod address;
mod api;
mod filters;
mod held;
mod links;
mod me;
mod one_time;
mod policy;
mod rules;
mod store;
mod totp;
mod wire;

use ::entity::account::{self, AccountState, Model, Role};
use ::entity::ids::{AccountId, OrganisationId, PersonId};
use ::entity::person_organisation;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};
use secrecy::SecretString;
use uuid::Uuid;

pub use address::Address;
pub use held::{AccountArchive, archive};
pub use links::{Link, answer_reset_requests};
pub use me::know_password;
pub use store::has_address;
pub use totp::{Factor, spend};
pub use wire::{AccountPath, InviteIn};

use crate::access;
use crate::access::password::Passwords;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Db, Tx, find_in};
use crate::http::routes::Routes;
use crate::ids;
use crate::outbox::{Language, Letter, Message, Post, mail};
use crate::problem::Problem;
use crate::vault::Vault;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(me::get)
        .service(me::change)
        .service(me::password)
        .service(totp::enrol)
        .service(totp::confirm)
        .service(totp::remove)
        .service(api::list)
        .service(api::invite)
        .service(api::get)
        .service(api::change)
        .service(api::suspend)
        .service(api::restore)
        .service(totp::take_away)
        .service(links::accept)
        .service(links::request_reset)
        .service(links::complete_reset);
}

/// The account with this e-mail address.
///
/// # Errors
/// The database's.
pub async fn find<C: ConnectionTrait>(conn: &C, address: &Address) -> Result<Option<account::Model>, DbErr> {
    store::by_address(conn, address).await
}

/// The account as it is now, kept from changing until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn lock(tx: &Tx, id: AccountId) -> Result<Option<account::Model>, DbErr> {
    store::for_change(tx, id).await
}

/// Stores a hash that is dearer than the one before; the password is the same.
///
/// # Errors
/// The database's.
pub async fn renew_hash(tx: &Tx, account: &account::Model, hash: String) -> Result<(), DbErr> {
    store::set_hash(tx, account, hash).await
}

/// The accounts of a person, kept from changing until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn of_person(tx: &Tx, person: PersonId) -> Result<Vec<AccountId>, DbErr> {
    store::of_person(tx, person).await
}

/// Closes an account for good: nobody signs in with it any more, and nothing tells whose it was. Says whether it was
/// open. Where `keep_an_admin` says so, the last one of an admin stays.
///
/// # Errors
/// 409 for the last admin.
pub async fn close(tx: &Tx, id: AccountId, keep_an_admin: bool) -> Result<bool, Problem> {
    let others = if keep_an_admin { store::other_admins(tx, id).await? } else { u64::MAX };
    let open = store::for_change(tx, id).await?.filter(|row| row.closed_at.is_none());
    let Some(row) = open else { return Ok(false) };
    let nobodys = ids::v4().into_bytes().to_vec();
    let closed = rules::close(row, nobodys, others, tx.now())?;
    store::forget(tx, id).await?;
    store::save(tx, closed).await?;
    Ok(true)
}

/// Those of these accounts that are not closed.
///
/// # Errors
/// The database's.
pub async fn still_open<C: ConnectionTrait>(conn: &C, ids: Vec<Uuid>) -> Result<Vec<AccountId>, DbErr> {
    let rows = find_in::<account::Entity, _, _>(conn, account::Column::Id, ids).await?;
    Ok(rows.into_iter().filter(|row| row.closed_at.is_none()).map(|row| row.id).collect())
}

/// Whether two accounts are one person's, as far as somebody said so: what takes two takes two people.
///
/// # Errors
/// The database's.
pub async fn are_one_person(tx: &Tx, one: AccountId, other: AccountId) -> Result<bool, DbErr> {
    let people = store::people_of(tx, &[one, other]).await?;
    Ok(matches!(people[..], [Some(one), Some(other)] if one == other))
}

/// Suspends accounts again that a copy of the database brought back. Gives their number.
///
/// # Errors
/// The database's.
pub async fn suspend_again(tx: &Tx, accounts: &[Uuid]) -> Result<usize, DbErr> {
    let mut count = 0;
    for &id in accounts {
        let row = store::for_change(tx, AccountId(id)).await?;
        let Some(row) = row.filter(|row| row.state != AccountState::Suspended) else { continue };
        store::save(tx, Model { state: AccountState::Suspended, ..row }).await?;
        store::end_sessions(tx, AccountId(id), None).await?;
        audit::note(tx, Entry::new(By::System, Action::Suspend).on(Kind::Account, id)).await?;
        count += 1;
    }
    Ok(count)
}

/// The address of an account that is in use; none of any other.
///
/// # Errors
/// The database's or the vault's.
pub async fn address_of<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    id: AccountId,
) -> anyhow::Result<Option<String>> {
    match account::Entity::find_by_id(id).one(conn).await? {
        Some(row) if row.state == AccountState::Active => store::email(conn, vault, &row).await.map(Some),
        _ => Ok(None),
    }
}

/// Has accounts be nobody's in particular.
///
/// # Errors
/// The database's.
pub async fn unlink(tx: &Tx, by: By, accounts: &[AccountId]) -> Result<(), DbErr> {
    for &id in accounts {
        if let Some(mut row) = store::for_change(tx, id).await? {
            row.person_id = None;
            store::save(tx, row).await?;
            audit::note(tx, Entry::new(by, Action::Update).on(Kind::Account, id).fields(["person"])).await?;
        }
    }
    Ok(())
}

/// Removes links that no longer work and sessions that ended by themselves. Gives their number.
///
/// # Errors
/// The database's.
pub async fn tidy_up(db: &Db) -> Result<u64, DbErr> {
    db.write(async |tx| store::tidy_up(tx, access::session_idle()).await).await
}

/// Whether an account of this role signs in with a second factor only.
pub const fn needs_second_factor(role: Role) -> bool {
    matches!(role, Role::Admin | Role::Moderator)
}

/// Writes to every active admin.
///
/// # Errors
/// The database's or the vault's.
pub async fn write_to_admins(tx: &Tx, post: &Post, message: &Message) -> Result<(), Problem> {
    if post.is_off() {
        return Ok(());
    }
    for row in store::admins(tx).await? {
        let language = Language::of(row.language.as_deref().unwrap_or_default());
        let to = store::email(tx, post.vault(), &row).await?;
        mail(tx, post, Letter { to, language, message: message.clone() }).await?;
    }
    Ok(())
}

/// Writes to every active admin, and to those whose person belongs to an organisation.
///
/// # Errors
/// The database's or the vault's.
pub async fn write_to_organisation(
    tx: &Tx,
    post: &Post,
    organisation: OrganisationId,
    message: &Message,
) -> Result<(), Problem> {
    write_to_admins(tx, post, message).await?;
    if post.is_off() {
        return Ok(());
    }
    for row in of_organisation(tx, organisation).await? {
        let language = Language::of(row.language.as_deref().unwrap_or_default());
        let to = store::email(tx, post.vault(), &row).await?;
        mail(tx, post, Letter { to, language, message: message.clone() }).await?;
    }
    Ok(())
}

/// Every active account of a person who belongs to an organisation, but for admins.
async fn of_organisation(tx: &Tx, id: OrganisationId) -> Result<Vec<account::Model>, DbErr> {
    let belongs = Query::select()
        .column(person_organisation::Column::PersonId)
        .from(person_organisation::Entity)
        .and_where(person_organisation::Column::OrganisationId.eq(id))
        .to_owned();
    let accounts = account::Entity::find().filter(account::Column::PersonId.in_subquery(belongs));
    let accounts = accounts.filter(account::Column::Role.ne(Role::Admin));
    accounts.filter(account::Column::State.eq(AccountState::Active)).all(tx).await
}

/// A new account, for whoever has the command line.
pub struct Creation {
    /// Its e-mail address.
    pub address: Address,
    /// What it may do.
    pub role: Role,
    /// The name that others see.
    pub display_name: String,
    /// The hash of its password ([`Creation::password`]); without one the account is invited.
    pub hash: Option<String>,
}

impl Creation {
    /// With this password, if it may be one.
    ///
    /// # Errors
    /// 422 if the password is refused, and 503 if too many are being hashed.
    pub async fn password(mut self, passwords: &Passwords, password: &SecretString) -> Result<Self, Problem> {
        let words = vec![self.address.text().to_owned(), self.display_name.clone()];
        passwords.judge(password, "/password", false, words).await?;
        self.hash = Some(passwords.hash(password).await?);
        Ok(self)
    }
}

/// Makes an account without being asked who one is: for the command line. Without a password it gives a link.
///
/// # Errors
/// 409 if there is one with this address.
pub async fn create(db: &Db, post: &Post, creation: Creation) -> Result<(AccountId, Option<Link>), Problem> {
    let Creation { address, role, display_name, hash } = creation;
    db.write(async |tx| {
        if store::by_address(tx, &address).await?.is_some() {
            return Err(rules::address_taken());
        }
        let new = rules::New { role, display_name: display_name.clone(), language: None, created_by: None };
        let row = store::insert(tx, post.vault(), &address, new, hash.clone()).await?;
        let link = match hash {
            Some(_) => None,
            None => Some(links::invite(tx, post, &row, address.text()).await?),
        };
        let action = if link.is_some() { Action::Invite } else { Action::Create };
        audit::note(tx, Entry::new(By::System, action).on(Kind::Account, row.id)).await?;
        Ok::<_, Problem>((row.id, link))
    })
    .await
}
