//! From near: the documents themselves.

use chrono::{DateTime, Utc};

use super::feature::{COLUMNS, Found, MapFeature, WIDTH};
use crate::db::PublicDb;
use crate::gallery::filters::{Filters, Way};
use crate::gallery::languages;
use crate::gallery::sql::Sql;
use crate::http::language::Wanted;
use crate::problem::Problem;

/// More documents than these are shown as a grid.
const MOST: usize = 500;
/// The place of the language next to [`COLUMNS`].
const LANGUAGE: usize = WIDTH;
/// The place of the label after it.
const LABEL: usize = WIDTH + 1;

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
    languages::select(&mut sql, wanted, COLUMNS, &["language", "label"], |sql| {
        sql.push("(SELECT d.id, d.kind, d.subkind, d.country, d.lat, d.lon, d.language, d.label, d.body ");
        sql.push("FROM gallery_document d WHERE ");
        filters.condition(sql, now, Way::Gather);
        sql.push(" AND d.lat IS NOT NULL LIMIT ").number(MOST + 1).push(") d");
    });
    let rows = sql.all(db).await?;
    if rows.len() > MOST {
        return Ok(None);
    }
    let features = rows.iter().map(|row| MapFeature::document(row, row.get(LABEL)?));
    let mut features = features.collect::<Result<Vec<_>, _>>()?;
    features.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    let texts: Vec<&str> = rows.iter().map(|row| row.get(LANGUAGE)).collect::<Result<_, _>>()?;
    Ok(Some(Found { features, language: languages::shared(texts.into_iter()) }))
}
