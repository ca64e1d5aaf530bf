//! Queries about watches, and the sealing of what is in them.

use ::entity::data_key;
use ::entity::ids::{AccountId, WatchId};
use ::entity::watch::{Column, Entity, Model, WatchFilter};
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};

use super::rules;
use crate::db::{Tx, insert_all};
use crate::text::normal_address;
use crate::vault::{Keyring, Vault};

/// The table, for the seals.
const TABLE: &str = "watch";
const SEALED: &str = "sealed";

/// Where letters go and what they are about, open. It has no `Debug`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Content {
    /// The e-mail address, if it is not an account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    /// What is watched.
    pub(super) filter: WatchFilter,
}

/// By what the watches of an address are found.
pub(super) fn address_hash(vault: &Vault, email: &str) -> anyhow::Result<Vec<u8>> {
    Ok(vault.keyed_hash("watch address", &[normal_address(email).as_bytes()])?.to_vec())
}

/// Writes a new one, sealed under a key of its own.
pub(super) async fn insert(
    tx: &Tx,
    vault: &Vault,
    mut row: Model,
    content: &Content,
) -> anyhow::Result<Model> {
    let keys = Keyring::for_writing(tx, vault, vec![row.id.0]).await?;
    row.sealed = keys.seal(TABLE, SEALED, row.id.0, Some(content))?.unwrap_or_default();
    insert_all(tx, vec![row.clone()]).await?;
    Ok(row)
}

/// Puts edited content into the row, which is not saved yet.
pub(super) async fn put(tx: &Tx, vault: &Vault, row: &mut Model, content: &Content) -> anyhow::Result<()> {
    let keys = Keyring::for_reading(tx, vault, vec![row.id.0]).await?;
    row.sealed = keys.seal(TABLE, SEALED, row.id.0, Some(content))?.unwrap_or_default();
    // What was there before is not to be found on the disk.
    tx.erase();
    Ok(())
}

/// Where its letters go and what they are about.
pub(super) async fn content<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    row: &Model,
) -> anyhow::Result<Content> {
    let keys = Keyring::for_reading(conn, vault, vec![row.id.0]).await?;
    keys.open(TABLE, SEALED, row.id.0, Some(&row.sealed))?.context("a watch has content")
}

/// Writes a changed one, a version further.
pub(super) async fn save(tx: &Tx, mut row: Model) -> Result<Model, DbErr> {
    row.version += 1;
    row.updated_at = tx.now();
    write(tx, row).await
}

/// Writes what letters change of one.
pub(super) async fn write(tx: &Tx, row: Model) -> Result<Model, DbErr> {
    row.into_active_model().reset_all().update(tx).await
}

/// Removes one with its key.
pub(super) async fn remove(tx: &Tx, id: WatchId) -> Result<(), DbErr> {
    tx.erase();
    Entity::delete_by_id(id).exec(tx).await?;
    data_key::Entity::delete_by_id(id.0).exec(tx).await.map(drop)
}

/// The one that a token opens.
pub(super) async fn by_token<C: ConnectionTrait>(conn: &C, hash: Vec<u8>) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::TokenHash.eq(hash)).one(conn).await
}

/// One of them, kept from changing until the transaction ends.
pub(super) async fn for_change(tx: &Tx, id: WatchId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// Those of an address.
pub(super) async fn of_address(tx: &Tx, hash: Vec<u8>) -> Result<Vec<Model>, DbErr> {
    let all = Entity::find().filter(Column::EmailHash.eq(hash));
    all.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).lock_exclusive().all(tx).await
}

/// How many an account has.
pub(super) async fn count_of(tx: &Tx, account: AccountId) -> Result<u64, DbErr> {
    Entity::find().filter(Column::AccountId.eq(account)).count(tx).await
}

/// Those of an account, the newest first.
pub(super) async fn of_account<C: ConnectionTrait>(
    conn: &C,
    account: AccountId,
) -> Result<Vec<Model>, DbErr> {
    let own = Entity::find().filter(Column::AccountId.eq(account));
    own.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).all(conn).await
}

/// Whether any waits for the letter that asks for its confirmation.
pub(super) async fn is_waiting<C: ConnectionTrait>(conn: &C) -> Result<bool, DbErr> {
    Ok(Entity::find().filter(Column::TokenHash.is_null()).limit(1).one(conn).await?.is_some())
}

/// The one that has waited longest for that letter.
pub(super) async fn waiting(tx: &Tx) -> Result<Option<Model>, DbErr> {
    let waiting = Entity::find().filter(Column::TokenHash.is_null());
    waiting.order_by_asc(Column::CreatedAt).limit(1).lock_exclusive().one(tx).await
}

/// Some of those that it is time to look for news for, which nobody else has taken.
pub(super) async fn due(tx: &Tx, most: u64) -> Result<Vec<Model>, DbErr> {
    let due = Entity::find().filter(Column::DueAt.lte(tx.now())).order_by_asc(Column::DueAt).limit(most);
    match tx.get_database_backend() {
        sea_orm::DbBackend::Postgres => {
            due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked).all(tx).await
        }
        // One writer.
        _ => due.all(tx).await,
    }
}

/// Whether it is time for any.
pub(super) async fn is_due<C: ConnectionTrait>(conn: &C, now: DateTime<Utc>) -> Result<bool, DbErr> {
    Ok(Entity::find().filter(Column::DueAt.lte(now)).limit(1).one(conn).await?.is_some())
}

/// Those that nobody confirmed in time.
pub(super) async fn unconfirmed(tx: &Tx, most: u64) -> Result<Vec<Model>, DbErr> {
    let old = Column::CreatedAt.lte(tx.now() - rules::TO_CONFIRM);
    let old = Entity::find().filter(Column::ConfirmedAt.is_null()).filter(old);
    old.limit(most).lock_exclusive().all(tx).await
}

/// Those of these that are there.
pub(super) async fn those_of(tx: &Tx, ids: Vec<uuid::Uuid>) -> Result<Vec<Model>, DbErr> {
    crate::db::find_in::<Entity, _, _>(tx, Column::Id, ids).await
}
