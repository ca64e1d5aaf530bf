//! Rows in bulk: one round trip per question, however many rows.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use futures_util::future::{MaybeDone, maybe_done};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExecResult, IntoActiveModel,
    Iterable, PrimaryKeyToColumn, QueryFilter, QueryTrait, Value,
};

use super::Tx;

/// The most values in one `IN (…)`.
const IN_LIST: usize = 1000;
/// The most parameters of one inserting statement.
const PARAMETERS: usize = 4096;

/// The rows whose column has one of the values.
///
/// # Errors
/// The database's.
pub async fn find_in<E: EntityTrait, C: ConnectionTrait, V: Into<Value> + Clone>(
    conn: &C,
    column: E::Column,
    values: Vec<V>,
) -> Result<Vec<E::Model>, DbErr> {
    let mut rows = Vec::new();
    for values in values.chunks(IN_LIST) {
        rows.extend(E::find().filter(column.is_in(values.iter().cloned())).all(conn).await?);
    }
    Ok(rows)
}

/// Inserts rows.
///
/// # Errors
/// The database's.
pub async fn insert_all<M, A, E>(tx: &Tx, rows: Vec<M>) -> Result<(), DbErr>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send,
    E: EntityTrait,
{
    insert(tx, rows, None).await
}

/// Inserts rows, or writes them over those with the same primary key; the columns of `keep` stay as they were then.
///
/// # Errors
/// The database's.
pub async fn save_all<M, A, E>(tx: &Tx, rows: Vec<M>, keep: &[E::Column]) -> Result<(), DbErr>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send,
    E: EntityTrait,
{
    let name = |c: &E::Column| sea_orm::IdenStatic::as_str(c).to_owned();
    let key: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let fixed: Vec<String> = key.iter().chain(keep).map(name).collect();
    let columns = E::Column::iter().filter(|c| !fixed.contains(&name(c)));
    insert(tx, rows, Some(OnConflict::columns(key).update_columns(columns).to_owned())).await
}

/// Removes the rows whose column has one of the values.
///
/// # Errors
/// The database's.
pub async fn delete_in<E: EntityTrait, V: Into<Value> + Clone>(
    tx: &Tx,
    column: E::Column,
    values: &[V],
) -> Result<(), DbErr> {
    for values in values.chunks(IN_LIST) {
        E::delete_many().filter(column.is_in(values.iter().cloned())).exec(tx).await?;
    }
    Ok(())
}

async fn insert<M, A, E>(tx: &Tx, rows: Vec<M>, conflict: Option<OnConflict>) -> Result<(), DbErr>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send,
    E: EntityTrait,
{
    let most = (PARAMETERS / E::Column::iter().count().max(1)).max(1);
    let mut rows = rows.into_iter();
    let mut running = None;
    while rows.len() > 0 {
        // Powers of two: the few different statements of a table are prepared once, however many rows come.
        let portion = 1 << rows.len().min(most).ilog2();
        let portion = rows.by_ref().take(portion).map(|row| row.into_active_model().reset_all());
        let mut statement = E::insert_many(portion.collect::<Vec<_>>());
        if let Some(conflict) = &conflict {
            statement = statement.on_conflict(conflict.clone());
        }
        let statement = tx.get_database_backend().build(&statement.into_query());
        if let Some(before) = running.take() {
            result(before).await?;
        }
        // Begun now and awaited later: the next statement is built while the database works on this one.
        let mut begun = Box::pin(maybe_done(tx.execute_raw(statement)));
        poll_fn(|context| Poll::Ready(begun.as_mut().poll(context).is_ready())).await;
        running = Some(begun);
    }
    match running {
        Some(last) => result(last).await,
        None => Ok(()),
    }
}

/// Waits for a statement that has begun.
async fn result(
    mut statement: Pin<Box<MaybeDone<impl Future<Output = Result<ExecResult, DbErr>>>>>,
) -> Result<(), DbErr> {
    statement.as_mut().await;
    match statement.as_mut().take_output() {
        Some(Err(error)) => Err(error),
        _ => Ok(()),
    }
}
