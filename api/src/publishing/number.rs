//! Numbering what changed, last before the commit.
//!
//! The single row of `gallery_clock` is locked from here to the commit, so numbers follow the order of commits on both
//! engines and a reader of the feed never skips a row that commits late. The counters of the map are kept under the same
//! lock: the old country of a row is subtracted, its new one added.

use sea_orm::{ConnectionTrait, DbErr, Statement};

use crate::db::Tx;

/// The country under which documents without one are counted.
pub const NOWHERE: &str = "ZZ";

/// Numbers the rows this transaction has changed and brings the counters up to date.
pub async fn number(tx: &Tx) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let tick = "UPDATE gallery_clock SET seq = seq + (SELECT count(*) FROM gallery_document WHERE seq IS NULL) \
                WHERE id = 1 RETURNING seq - (SELECT count(*) FROM gallery_document WHERE seq IS NULL) AS base";
    let row = tx.query_one_raw(Statement::from_string(backend, tick)).await?;
    let base: i64 = row.ok_or_else(|| DbErr::RecordNotFound("gallery_clock".into()))?.try_get("", "base")?;
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
