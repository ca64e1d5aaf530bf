//! Numbering what changed, last before the commit.
//!
//! The single row of `gallery_clock` is locked from here to the commit, so numbers follow the order of commits on both
//! engines and a reader of the feed never skips a row that commits late. The counters of the map are kept under the same
//! lock: the old country of a row is subtracted, its new one added.
//!
//! Whoever has the public side for itself anyway takes that lock first ([`begin`]) and writes each row with its number,
//! once instead of twice.

use ::entity::gallery_count;
use ::entity::gallery_document;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel, Statement};

use crate::db::{Numbering, Tx};

/// The country under which documents without one are counted.
pub const NOWHERE: &str = "ZZ";

/// Takes the clock for the rest of the transaction, so that rows are numbered as they are written.
pub async fn begin(tx: &Tx) -> Result<(), DbErr> {
    let last = lock(tx).await?;
    *tx.numbering() = Some(Numbering { last, ..Numbering::default() });
    Ok(())
}

/// Locks the clock for the rest of the transaction; the last number given.
pub async fn lock(tx: &Tx) -> Result<i64, DbErr> {
    let backend = tx.get_database_backend();
    let lock = if backend == DbBackend::Postgres { "FOR UPDATE" } else { "" };
    let sql = format!("SELECT seq FROM gallery_clock WHERE id = 1 {lock}");
    let row = tx.query_one_raw(Statement::from_string(backend, sql)).await?;
    row.ok_or_else(clock_is_gone)?.try_get("", "seq")
}

fn clock_is_gone() -> DbErr {
    DbErr::RecordNotFound("gallery_clock".into())
}

/// Gives rows that are about to be written their numbers, if this transaction has the clock already.
pub fn give<'a>(tx: &Tx, rows: impl Iterator<Item = &'a mut gallery_document::Model>) {
    let mut numbering = tx.numbering();
    let Some(numbering) = numbering.as_mut() else { return };
    for row in rows {
        numbering.last += 1;
        row.seq = Some(numbering.last);
        row.first_seq = row.first_seq.or(row.seq.filter(|_| row.fed));
        let shown = row.listed && row.withdrawn_at.is_none();
        let now = shown.then(|| row.country.clone().unwrap_or_else(|| NOWHERE.to_owned()));
        let before = std::mem::replace(&mut row.counted_country, now.clone());
        for (country, by) in [(before, -1), (now, 1)] {
            if let Some(country) = country {
                *numbering.counts.entry((country, row.kind)).or_default() += by;
            }
        }
    }
}

/// Numbers the rows this transaction has changed and brings the counters up to date.
pub async fn number(tx: &Tx) -> Result<(), DbErr> {
    let given = tx.numbering().take();
    match given {
        Some(numbering) => settle(tx, numbering).await,
        None => number_all(tx).await,
    }
}

/// Writes down what was given while the rows were written.
async fn settle(tx: &Tx, numbering: Numbering) -> Result<(), DbErr> {
    let sql = format!("UPDATE gallery_clock SET seq = {} WHERE id = 1", numbering.last);
    tx.execute_raw(Statement::from_string(tx.get_database_backend(), sql)).await?;
    let moved = numbering.counts.into_iter().filter(|(_, by)| *by != 0);
    let rows: Vec<_> = moved
        .map(|((country, kind), documents)| {
            gallery_count::Model { country, kind, documents }.into_active_model()
        })
        .map(sea_orm::ActiveModelTrait::reset_all)
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    use gallery_count::Column;
    let added = OnConflict::columns([Column::Country, Column::Kind])
        .value(Column::Documents, Expr::cust("gallery_count.documents + excluded.documents"))
        .to_owned();
    gallery_count::Entity::insert_many(rows).on_conflict(added).exec_without_returning(tx).await?;
    Ok(())
}

async fn number_all(tx: &Tx) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let tick = "UPDATE gallery_clock SET seq = seq + (SELECT count(*) FROM gallery_document WHERE seq IS NULL) \
                WHERE id = 1 RETURNING seq - (SELECT count(*) FROM gallery_document WHERE seq IS NULL) AS base";
    let row = tx.query_one_raw(Statement::from_string(backend, tick)).await?;
    let base: i64 = row.ok_or_else(clock_is_gone)?.try_get("", "base")?;
    let listed = "listed AND withdrawn_at IS NULL";
    let statements = [
        "UPDATE gallery_count SET documents = documents - (SELECT count(*) FROM gallery_document d \
         WHERE d.seq IS NULL AND d.counted_country = gallery_count.country AND d.kind = gallery_count.kind) \
         WHERE EXISTS (SELECT 1 FROM gallery_document d \
         WHERE d.seq IS NULL AND d.counted_country = gallery_count.country AND d.kind = gallery_count.kind)"
            .to_owned(),
        format!(
            "INSERT INTO gallery_count (country, kind, documents) \
             SELECT COALESCE(country, '{NOWHERE}'), kind, count(*) FROM gallery_document \
             WHERE seq IS NULL AND {listed} GROUP BY 1, 2 \
             ON CONFLICT (country, kind) DO UPDATE SET documents = gallery_count.documents + excluded.documents"
        ),
        format!(
            "UPDATE gallery_document SET seq = {base} + n.place, \
             first_seq = CASE WHEN fed THEN COALESCE(first_seq, {base} + n.place) END, \
             counted_country = CASE WHEN {listed} THEN COALESCE(country, '{NOWHERE}') END \
             FROM (SELECT id AS unnumbered, row_number() OVER (ORDER BY id) AS place \
             FROM gallery_document WHERE seq IS NULL) AS n WHERE id = n.unnumbered"
        ),
    ];
    for sql in statements {
        tx.execute_raw(Statement::from_string(backend, sql)).await?;
    }
    Ok(())
}
