//! Who asked, until they are written to.

use ::entity::data_key;
use ::entity::manage_link_request::{Column, Entity, Model};
use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::db::{Tx, save_all};
use crate::text::normal_address;
use crate::vault::{Keyring, Vault};

/// The table, for the seals.
const TABLE: &str = "manage_link_request";
/// How long it is until an address is written to again, however often somebody asks.
const PAUSE: TimeDelta = TimeDelta::hours(1);

/// The record under which an address is sealed until it was looked up.
fn record_of(hash: &[u8]) -> Uuid {
    Uuid::from_bytes(std::array::from_fn(|at| hash.get(at).copied().unwrap_or_default()))
}

/// Writes down that somebody asked, unless this address was written to lately.
pub(super) async fn ask(tx: &Tx, vault: &Vault, email: &str) -> anyhow::Result<()> {
    let email_hash = vault.keyed_hash("manage links", &[normal_address(email).as_bytes()])?.to_vec();
    let record = record_of(&email_hash);
    let row = Model {
        sealed_email: None,
        email_hash: email_hash.clone(),
        requested_at: tx.now(),
        written_at: None,
    };
    let lately = Expr::col((Entity, Column::WrittenAt)).gt(tx.now() - PAUSE);
    let once = OnConflict::column(Column::EmailHash)
        .update_columns([Column::SealedEmail, Column::RequestedAt, Column::WrittenAt])
        .action_and_where(Expr::col((Entity, Column::WrittenAt)).is_null().or(lately.not()))
        .to_owned();
    let insert = Entity::insert(row.into_active_model().reset_all()).on_conflict(once);
    insert.exec_without_returning(tx).await?;
    // Of two who ask at once the second waits at the row, and finds the key that the first made.
    let keys = Keyring::for_writing(tx, vault, vec![record]).await?;
    let sealed = keys.seal(TABLE, "sealed_email", record, Some(&email))?;
    let asked = Entity::update_many().col_expr(Column::SealedEmail, Expr::value(sealed));
    let asked = asked.filter(Column::EmailHash.eq(email_hash)).filter(Column::WrittenAt.is_null());
    asked.exec(tx).await?;
    Ok(())
}

/// Who waits to be written to, longest first: row and address.
pub(super) async fn waiting(tx: &Tx, vault: &Vault, most: u64) -> anyhow::Result<Vec<(Model, String)>> {
    let rows = Entity::find()
        .filter(Column::WrittenAt.is_null())
        .order_by_asc(Column::RequestedAt)
        .limit(most)
        .lock_exclusive()
        .all(tx)
        .await?;
    let keys =
        Keyring::for_reading(tx, vault, rows.iter().map(|row| record_of(&row.email_hash)).collect()).await?;
    let mut found = Vec::new();
    for row in rows {
        let record = record_of(&row.email_hash);
        let email = keys.open(TABLE, "sealed_email", record, row.sealed_email.as_deref())?;
        found.push((row, email.unwrap_or_default()));
    }
    Ok(found)
}

/// Whether anybody waits.
pub(super) async fn is_waiting<C: ConnectionTrait>(conn: &C) -> Result<bool, DbErr> {
    Ok(Entity::find().filter(Column::WrittenAt.is_null()).limit(1).one(conn).await?.is_some())
}

/// Forgets the address of one that was looked up; that it was is kept for a while.
pub(super) async fn looked_up(tx: &Tx, row: Model) -> Result<(), DbErr> {
    tx.erase();
    data_key::Entity::delete_by_id(record_of(&row.email_hash)).exec(tx).await?;
    save_all(tx, vec![Model { sealed_email: None, written_at: Some(tx.now()), ..row }], &[]).await
}

/// Removes what is over, and keys that nothing is sealed with. Gives their number.
pub(super) async fn tidy_up(tx: &Tx) -> Result<u64, DbErr> {
    let over = Condition::all().add(Column::WrittenAt.lte(tx.now() - PAUSE));
    let rows = Entity::find().filter(over).all(tx).await?;
    let count = rows.len() as u64;
    for row in rows {
        data_key::Entity::delete_by_id(record_of(&row.email_hash)).exec(tx).await?;
        Entity::delete_by_id(row.email_hash).exec(tx).await?;
    }
    Ok(count)
}
