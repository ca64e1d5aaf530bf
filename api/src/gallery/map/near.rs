//! From near: the documents themselves.

use chrono::{DateTime, Utc};

use super::feature::Found;
use crate::db::PublicDb;
use crate::gallery::filters::{Filters, Way};
use crate::gallery::languages;
use crate::gallery::sql::Sql;
use crate::http::language::Wanted;
use crate::problem::Problem;

/// More documents than these are shown as a grid.
const MOST: usize = 500;

/// The documents in the box by id, or none at all if there are too many.
///
/// # Errors
/// The database's.
pub async fn documents(
    db: &PublicDb,
    filters: &Filters,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Option<Found>, Problem> {
    let mut sql = Sql::new(db);
    languages::select(&mut sql, wanted, "d.id", &["language", "feature"], |sql| {
        sql.push("(SELECT d.id, d.language, d.feature FROM gallery_document d WHERE ");
        filters.condition(sql, now, Way::Gather);
        sql.push(" AND d.lat IS NOT NULL LIMIT ").number(MOST + 1).push(") d");
    });
    let rows = sql.all(db).await?;
    if rows.len() > MOST {
        return Ok(None);
    }
    let mut features: Vec<String> = rows.iter().map(|row| row.get(2)).collect::<Result<_, _>>()?;
    // All of them begin alike, up to their ids.
    features.sort_unstable();
    let texts: Vec<&str> = rows.iter().map(|row| row.get(1)).collect::<Result<_, _>>()?;
    Ok(Some(Found { features, language: languages::shared(texts.into_iter()) }))
}
