//! Keeping the public feed of changes short.

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait as _, DbErr, Statement};

use super::number;
use crate::db::Db;

/// How long it is told that a document left the feeds. Longer than calendars tell of what is called off.
const KEPT: TimeDelta = TimeDelta::days(400);

/// Tells no longer of what was withdrawn long ago: its address goes on saying so, and who has not read on beyond it begins
/// anew. Answers how many documents that were.
///
/// # Errors
/// The database's; nothing is forgotten then.
pub async fn tidy_up(db: &Db) -> Result<u64, DbErr> {
    // The first two terms are, word for word, the condition of an index.
    let old = "fed AND (withdrawn_at IS NOT NULL OR NOT in_feeds) AND updated_at < $1 AND seq IS NOT NULL";
    let backend = db.backend();
    let about = |sql: String, since| Statement::from_sql_and_values(backend, sql, [since]);
    let since = db.now() - KEPT;
    // Most rounds find nothing, and need not have the clock for that.
    let found = format!("SELECT 1 FROM gallery_document WHERE {old} LIMIT 1");
    if db.reader().query_one_raw(about(found, since.into())).await?.is_none() {
        return Ok(0);
    }
    db.write(async |tx| {
        number::lock(tx).await?;
        let floor = format!(
            "UPDATE gallery_clock SET floor = COALESCE((SELECT max(seq) FROM gallery_document WHERE {old}), floor) \
             WHERE id = 1"
        );
        tx.execute_raw(about(floor, since.into())).await?;
        let told = format!("UPDATE gallery_document SET fed = false WHERE {old}");
        Ok(tx.execute_raw(about(told, since.into())).await?.rows_affected())
    })
    .await
}
