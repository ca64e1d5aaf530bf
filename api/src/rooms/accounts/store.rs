//! Queries about accounts.

use ::entity::account::{self, AccountState, Role};
use ::entity::ids::{AccountId, PersonId};
use ::entity::one_time_link;
use ::entity::{data_key, password_reset_request, recovery_code, second_factor_removal, session};
use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};

use super::Address;
use super::filters::Sought;
use super::rules::New;
use crate::db::{Tx, delete_in, insert_all};
use crate::ids;
use crate::vault::{Keyring, Vault};

const TABLE: &str = "account";
const REMOVALS: &str = "second_factor_removal";
/// How many accounts are looked through at once for a name.
const PORTION: usize = 500;

/// By its identifier.
pub(super) async fn by_id<C: ConnectionTrait>(
    conn: &C,
    id: AccountId,
) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find_by_id(id).one(conn).await
}

/// By its e-mail address.
pub(super) async fn by_address<C: ConnectionTrait>(
    conn: &C,
    address: &Address,
) -> Result<Option<account::Model>, DbErr> {
    by_hash(conn, address.hash()).await
}

/// By the keyed hash of its e-mail address.
pub(super) async fn by_hash<C: ConnectionTrait>(
    conn: &C,
    hash: &[u8],
) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find().filter(account::Column::EmailHash.eq(hash.to_vec())).one(conn).await
}

/// Whether this is the address of an account.
///
/// # Errors
/// The database's or the vault's.
pub async fn has_address<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    account: AccountId,
    email: &str,
) -> anyhow::Result<bool> {
    let hash = *Address::new(vault, email)?.hash();
    Ok(by_id(conn, account).await?.is_some_and(|row| row.email_hash[..] == hash[..]))
}

/// By its identifier, kept from changing until the transaction ends.
pub(super) async fn for_change(tx: &Tx, id: AccountId) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// Those of a person, kept from changing until the transaction ends.
pub(super) async fn of_person(tx: &Tx, person: PersonId) -> Result<Vec<AccountId>, DbErr> {
    let linked = account::Entity::find().filter(account::Column::PersonId.eq(person));
    let rows = linked.order_by_asc(account::Column::Id).lock_exclusive().all(tx).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Who is behind each of these accounts.
pub(super) async fn people_of(tx: &Tx, accounts: &[AccountId]) -> Result<Vec<Option<PersonId>>, DbErr> {
    let rows = account::Entity::find().select_only().column(account::Column::PersonId);
    rows.filter(account::Column::Id.is_in(accounts.iter().copied())).into_tuple().all(tx).await
}

/// One page of the accounts that fit, in the order of identifiers, and one more if there is a next page.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    fits: Condition,
    sought: Option<&Sought>,
    mut after: Option<AccountId>,
    limit: u8,
) -> Result<Vec<account::Model>, DbErr> {
    let most = usize::from(limit) + 1;
    let portion = if sought.is_some() { PORTION } else { most };
    let mut found = Vec::new();
    loop {
        let mut query = account::Entity::find().filter(fits.clone());
        if let Some(after) = after {
            query = query.filter(account::Column::Id.gt(after));
        }
        let rows = query.order_by_asc(account::Column::Id).limit(portion as u64).all(conn).await?;
        let is_last = rows.len() < portion;
        after = rows.last().map(|row| row.id);
        found.extend(rows.into_iter().filter(|row| sought.is_none_or(|sought| sought.is(row))));
        if is_last || found.len() >= most {
            found.truncate(most);
            return Ok(found);
        }
    }
}

/// How many active admins there are beside this one. They are kept from changing until the transaction ends, so that two
/// who take each other's role away do not both succeed.
pub(super) async fn other_admins(tx: &Tx, than: AccountId) -> Result<u64, DbErr> {
    let admins = account::Entity::find()
        .filter(account::Column::Role.eq(Role::Admin))
        .filter(account::Column::State.eq(AccountState::Active))
        .order_by_asc(account::Column::Id)
        .lock_exclusive()
        .all(tx)
        .await?;
    Ok(admins.iter().filter(|admin| admin.id != than).count() as u64)
}

/// Every active admin.
pub(super) async fn admins(tx: &Tx) -> Result<Vec<account::Model>, DbErr> {
    let admins = account::Entity::find().filter(account::Column::Role.eq(Role::Admin));
    admins.filter(account::Column::State.eq(AccountState::Active)).all(tx).await
}

/// Writes a new account: active if it has a password, else invited.
pub(super) async fn insert(
    tx: &Tx,
    vault: &Vault,
    address: &Address,
    new: New,
    password_hash: Option<String>,
) -> anyhow::Result<account::Model> {
    let id = AccountId(ids::v4());
    let keys = Keyring::for_writing(tx, vault, vec![id.0]).await?;
    let sealed_email = keys.seal(TABLE, "sealed_email", id.0, Some(&address.text()))?;
    let New { role, display_name, language, created_by } = new;
    let row = account::Model {
        id,
        display_name,
        role,
        state: if password_hash.is_some() { AccountState::Active } else { AccountState::Invited },
        language,
        email_hash: address.hash().to_vec(),
        sealed_email: sealed_email.context("an address was sealed")?,
        password_hash,
        sealed_totp: None,
        totp_confirmed_at: None,
        totp_step: None,
        person_id: None,
        closed_at: None,
        created_by,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    insert_all(tx, vec![row.clone()]).await?;
    Ok(row)
}

/// Removes what else is kept of an account: sessions, recovery codes, links, what was noted about its second factor, and the
/// key of what is sealed.
pub(super) async fn forget(tx: &Tx, id: AccountId) -> Result<(), DbErr> {
    end_sessions(tx, id, None).await?;
    set_recovery_codes(tx, id, Vec::new()).await?;
    delete_in::<one_time_link::Entity, _>(tx, one_time_link::Column::AccountId, &[id]).await?;
    delete_in::<second_factor_removal::Entity, _>(tx, second_factor_removal::Column::AccountId, &[id])
        .await?;
    data_key::Entity::delete_by_id(id.0).exec(tx).await.map(drop)
}

/// The e-mail address of an account that is not closed.
pub(super) async fn email<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    row: &account::Model,
) -> anyhow::Result<String> {
    let keys = Keyring::for_reading(conn, vault, vec![row.id.0]).await?;
    let email = keys.open(TABLE, "sealed_email", row.id.0, Some(&row.sealed_email))?;
    email.context("an account has an e-mail address")
}

/// Writes a changed account, a version further.
pub(super) async fn save(tx: &Tx, mut row: account::Model) -> Result<account::Model, DbErr> {
    row.version += 1;
    row.updated_at = tx.now();
    row.into_active_model().reset_all().update(tx).await
}

/// Writes another hash of the same password: nothing that anybody sees.
pub(super) async fn set_hash(tx: &Tx, row: &account::Model, hash: String) -> Result<(), DbErr> {
    let change =
        account::ActiveModel { id: Set(row.id), password_hash: Set(Some(hash)), ..Default::default() };
    change.update(tx).await.map(drop)
}

/// Notes the time step whose code was used.
pub(super) async fn set_step(tx: &Tx, row: &account::Model, step: i64) -> Result<(), DbErr> {
    let change = account::ActiveModel { id: Set(row.id), totp_step: Set(Some(step)), ..Default::default() };
    change.update(tx).await.map(drop)
}

/// Seals the secret of an authenticator.
pub(super) async fn seal_totp(
    tx: &Tx,
    vault: &Vault,
    id: AccountId,
    secret: &[u8],
) -> anyhow::Result<Vec<u8>> {
    let keys = Keyring::for_writing(tx, vault, vec![id.0]).await?;
    keys.seal(TABLE, "sealed_totp", id.0, Some(&secret))?.context("a secret was sealed")
}

/// Opens the secret of an authenticator.
pub(super) async fn open_totp<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    row: &account::Model,
) -> anyhow::Result<Option<Vec<u8>>> {
    let keys = Keyring::for_reading(conn, vault, vec![row.id.0]).await?;
    keys.open(TABLE, "sealed_totp", row.id.0, row.sealed_totp.as_deref())
}

/// Replaces the recovery codes of an account.
pub(super) async fn set_recovery_codes(
    tx: &Tx,
    account_id: AccountId,
    hashes: Vec<Vec<u8>>,
) -> Result<(), DbErr> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::AccountId.eq(account_id))
        .exec(tx)
        .await?;
    let rows = hashes.into_iter().map(|code_hash| recovery_code::Model { account_id, code_hash });
    insert_all(tx, rows.collect()).await
}

/// That an admin took away somebody's second factor.
pub(super) struct Removal {
    /// Who did.
    pub(super) by: AccountId,
    /// When.
    pub(super) at: DateTime<Utc>,
    /// Why.
    pub(super) reason: String,
}

/// Notes that an admin took an account's second factor away, and why.
pub(super) async fn note_removal(
    tx: &Tx,
    vault: &Vault,
    id: AccountId,
    by: AccountId,
    reason: &str,
) -> anyhow::Result<()> {
    let removal = ids::v4();
    let keys = Keyring::for_reading(tx, vault, vec![id.0]).await?;
    let sealed = keys.seal(REMOVALS, &format!("sealed_reason {removal}"), id.0, Some(&reason))?;
    let row = second_factor_removal::Model {
        id: removal,
        account_id: id,
        removed_by: by,
        sealed_reason: sealed.context("a reason was sealed")?,
        removed_at: tx.now(),
    };
    Ok(insert_all(tx, vec![row]).await?)
}

/// The last time that an admin took an account's second factor away.
pub(super) async fn last_removal<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    id: AccountId,
) -> anyhow::Result<Option<Removal>> {
    let row = second_factor_removal::Entity::find()
        .filter(second_factor_removal::Column::AccountId.eq(id))
        .order_by_desc(second_factor_removal::Column::RemovedAt)
        .order_by_desc(second_factor_removal::Column::Id)
        .limit(1)
        .one(conn)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let keys = Keyring::for_reading(conn, vault, vec![id.0]).await?;
    let reason = removal_reason(&keys, &row)?.context("a removal has a reason")?;
    Ok(Some(Removal { by: row.removed_by, at: row.removed_at, reason }))
}

/// Why an admin took a second factor away.
pub(super) fn removal_reason(
    keys: &Keyring,
    row: &second_factor_removal::Model,
) -> anyhow::Result<Option<String>> {
    let column = format!("sealed_reason {}", row.id);
    keys.open(REMOVALS, &column, row.account_id.0, Some(&row.sealed_reason))
}

/// Uses a recovery code up; whether there was such a one.
pub(super) async fn use_recovery_code(tx: &Tx, account_id: AccountId, hash: Vec<u8>) -> Result<bool, DbErr> {
    let done = recovery_code::Entity::delete_by_id((account_id, hash)).exec(tx).await?;
    Ok(done.rows_affected == 1)
}

/// Ends the sessions of an account, except one.
pub(super) async fn end_sessions(
    tx: &Tx,
    account_id: AccountId,
    except: Option<::entity::ids::SessionId>,
) -> Result<(), DbErr> {
    let mut ended = session::Entity::delete_many().filter(session::Column::AccountId.eq(account_id));
    if let Some(kept) = except {
        ended = ended.filter(session::Column::Id.ne(kept));
    }
    ended.exec(tx).await.map(drop)
}

/// Removes what no longer works: links, and sessions that ended by themselves.
pub(super) async fn tidy_up(tx: &Tx, idle: TimeDelta) -> Result<u64, DbErr> {
    let links = one_time_link::Entity::delete_many();
    let links = links.filter(one_time_link::Column::ExpiresAt.lte(tx.now())).exec(tx).await?;
    let sessions = session::Entity::delete_many();
    let sessions = sessions.filter(session::Column::RefreshedAt.lte(tx.now() - idle)).exec(tx).await?;
    Ok(links.rows_affected + sessions.rows_affected)
}

/// Notes that somebody asked for a new password for this address, whether or not it has an account.
pub(super) async fn ask_for_reset(tx: &Tx, address: &Address) -> Result<(), DbErr> {
    let row = password_reset_request::Model { email_hash: address.hash().to_vec(), requested_at: tx.now() };
    let once = OnConflict::column(password_reset_request::Column::EmailHash).do_nothing().to_owned();
    let insert = password_reset_request::Entity::insert(row.into_active_model().reset_all());
    insert.on_conflict(once).exec_without_returning(tx).await.map(drop)
}

/// Takes some of what was asked for.
pub(super) async fn take_reset_requests(tx: &Tx, most: u64) -> Result<Vec<Vec<u8>>, DbErr> {
    let rows = password_reset_request::Entity::find()
        .order_by_asc(password_reset_request::Column::RequestedAt)
        .limit(most)
        .all(tx)
        .await?;
    let mut taken = Vec::new();
    for row in rows {
        // Of two workers, the one that removes it has it.
        if password_reset_request::Entity::delete_by_id(row.email_hash.clone()).exec(tx).await?.rows_affected
            == 1
        {
            taken.push(row.email_hash);
        }
    }
    Ok(taken)
}

/// Whether anybody asked for a new password.
pub(super) async fn has_reset_requests<C: ConnectionTrait>(conn: &C) -> Result<bool, DbErr> {
    Ok(password_reset_request::Entity::find().limit(1).one(conn).await?.is_some())
}
