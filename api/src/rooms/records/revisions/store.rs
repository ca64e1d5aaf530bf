//! Queries about revisions.

use ::entity::revision::{Column, Entity, Model};
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use crate::db::{Tx, delete_in, insert_all};

/// The most bytes of changes on a page of more than one revision.
const PAGE: i64 = 1024 * 1024;
/// The most ids in one statement.
const PORTION: usize = 1000;

/// Adds revisions.
pub(super) async fn add(tx: &Tx, rows: Vec<Model>) -> Result<(), DbErr> {
    insert_all(tx, rows).await
}

/// One revision.
pub(super) async fn one<C: ConnectionTrait>(
    conn: &C,
    record: Uuid,
    version: i64,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id((record, version)).one(conn).await
}

/// The revisions of a record before this version, newest first: as many as make a page of `most` at most, whose number is
/// told, and one more if there is one.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    record: Uuid,
    before: Option<i64>,
    most: u8,
) -> Result<(Vec<Model>, u8), DbErr> {
    let sizes = Entity::find()
        .select_only()
        .columns([Column::Version, Column::Size])
        .filter(Column::RecordId.eq(record))
        .filter(Condition::all().add_option(before.map(|version| Column::Version.lt(version))))
        .order_by_desc(Column::Version)
        .limit(u64::from(most) + 1);
    let sizes: Vec<(i64, i64)> = sizes.into_tuple().all(conn).await?;
    let (mut count, mut bytes) = (0, 0);
    for (_, size) in sizes.iter().take(usize::from(most)) {
        bytes += size;
        if count > 0 && bytes > PAGE {
            break;
        }
        count += 1;
    }
    let versions: Vec<i64> = sizes.iter().take(usize::from(count) + 1).map(|(version, _)| *version).collect();
    let rows = Entity::find()
        .filter(Column::RecordId.eq(record))
        .filter(Column::Version.is_in(versions))
        .order_by_desc(Column::Version);
    Ok((rows.all(conn).await?, count.max(1)))
}

/// Blanks what edits of these records changed: who made them, when and to which members stays.
///
/// # Errors
/// The database's.
pub async fn blank_revisions(tx: &Tx, records: &[Uuid]) -> Result<(), DbErr> {
    for ids in records.chunks(PORTION) {
        blank(tx, Condition::all().add(Column::RecordId.is_in(ids.to_vec()))).await?;
    }
    Ok(())
}

/// Blanks what one edit changed; false if there is no such revision.
pub(super) async fn blank_one(tx: &Tx, record: Uuid, version: i64) -> Result<bool, DbErr> {
    let this = Condition::all().add(Column::RecordId.eq(record)).add(Column::Version.eq(version));
    Ok(blank(tx, this).await? > 0)
}

async fn blank(tx: &Tx, which: Condition) -> Result<u64, DbErr> {
    tx.erase();
    let blanked = Entity::update_many()
        .col_expr(Column::Changes, Expr::cust("NULL"))
        .col_expr(Column::Size, Expr::value(0_i64))
        .filter(which)
        .exec(tx)
        .await?;
    Ok(blanked.rows_affected)
}

/// Removes the revisions of a record that is removed itself.
///
/// # Errors
/// The database's.
pub async fn forget_revisions(tx: &Tx, record: Uuid) -> Result<(), DbErr> {
    delete_in::<Entity, _>(tx, Column::RecordId, &[record]).await
}
