//! The kept answers.

use ::entity::idempotent_answer::{ActiveModel, Column, Entity};
use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, DbBackend, DbErr, EntityTrait as _,
    ExprTrait as _, QueryFilter as _, Set,
};
use uuid::Uuid;

use super::place::Place;
use super::reply::Reply;
use super::turn::PATIENCE;
use crate::db::{Db, Tx};
use crate::problem::{Kind, Problem};

/// How long answers are kept: hours.
const KEPT: i64 = 24;
const TABLE: &str = "idempotent_answer";
const SEALED: &str = "sealed";
/// PostgreSQL: a lock was not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Takes the place for the request that runs now; false if its answer is there. On PostgreSQL this waits for a twin in
/// another process, which holds the place until it commits; on SQLite there is one writer anyhow.
pub(super) async fn take(tx: &Tx, place: &Place) -> Result<bool, Problem> {
    let old = Column::Id.eq(place.id).and(Column::ExpiresAt.lte(tx.now()));
    let postgres = tx.get_database_backend() == DbBackend::Postgres;
    if postgres {
        tx.execute_unprepared(&format!("SET LOCAL lock_timeout = {}", PATIENCE.as_millis())).await?;
    }
    let row = ActiveModel {
        id: Set(place.id),
        body_hash: Set(place.body_hash.clone()),
        sealed: Set(None),
        about_id: Set(None),
        expires_at: Set(tx.now() + TimeDelta::hours(KEPT)),
    };
    let unless_there = OnConflict::column(Column::Id).do_nothing().to_owned();
    let taken = async {
        Entity::delete_many().filter(old).exec(tx).await?;
        Entity::insert(row).on_conflict(unless_there).exec_without_returning(tx).await
    };
    let taken = taken.await.map_err(|error| match Problem::database_code(&error).as_deref() {
        Some(LOCK_NOT_AVAILABLE) => Problem::of(Kind::InProgress).retry_after(1),
        _ => error.into(),
    })?;
    if postgres {
        tx.execute_unprepared("SET LOCAL lock_timeout = DEFAULT").await?;
    }
    Ok(taken > 0)
}

/// Keeps the answer in the place that was taken.
pub(super) async fn keep(tx: &Tx, place: &Place, reply: &Reply) -> Result<(), Problem> {
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(reply).map_err(Problem::internal)?);
    let sealed = place.seal.seal(TABLE, SEALED, place.id, &plain).map_err(Problem::internal)?;
    let row = ActiveModel {
        id: Set(place.id),
        sealed: Set(Some(sealed)),
        about_id: Set(reply.about),
        ..Default::default()
    };
    row.update(tx).await?;
    Ok(())
}

/// The answer that is kept there.
pub(super) async fn kept(tx: &Tx, place: &Place) -> Result<Reply, Problem> {
    let row = Entity::find_by_id(place.id).one(tx).await?;
    let row = row.ok_or_else(|| Problem::of(Kind::InProgress).retry_after(1))?;
    if row.body_hash != place.body_hash {
        return Err(Problem::of(Kind::IdempotencyKeyReused));
    }
    let sealed = row.sealed.ok_or_else(Problem::gone)?;
    let plain = place.seal.open(TABLE, SEALED, place.id, &sealed).map_err(Problem::internal)?;
    serde_json::from_slice(&plain).map_err(Problem::internal)
}

/// Takes away the answers that tell of a record, for when it is withdrawn or erased. Their keys stay taken: a repetition is
/// answered 410 and does nothing.
///
/// # Errors
/// The database's.
pub async fn forget(tx: &Tx, record: impl Into<Uuid>) -> Result<(), DbErr> {
    tx.erase();
    Entity::update_many()
        .col_expr(Column::Sealed, Expr::value(Option::<Vec<u8>>::None))
        .filter(Column::AboutId.eq(record.into()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Deletes what has been kept for long enough. Gives its number.
///
/// # Errors
/// The database's.
pub async fn tidy_up(db: &Db) -> Result<u64, DbErr> {
    db.write(async |tx| {
        let old = Entity::delete_many().filter(Column::ExpiresAt.lte(tx.now())).exec(tx).await?;
        Ok(old.rows_affected)
    })
    .await
}
