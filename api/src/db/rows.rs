//! Rows in bulk: one round trip per question, however many rows.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, Iterable,
    PrimaryKeyToColumn, QueryFilter, Value,
};

use super::Tx;

/// The most values in one `IN (…)`.
const IN_LIST: usize = 1000;
/// The most parameters of one statement; SQLite takes 32,766.
const PARAMETERS: usize = 30_000;

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
    let portion = PARAMETERS / E::Column::iter().count().max(1);
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
    while rows.peek().is_some() {
        let statement = E::insert_many(rows.by_ref().take(portion).collect::<Vec<_>>());
        match &conflict {
            Some(conflict) => statement.on_conflict(conflict.clone()).exec_without_returning(tx).await?,
            None => statement.exec_without_returning(tx).await?,
        };
    }
    Ok(())
}
