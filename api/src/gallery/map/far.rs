//! From far: one cluster per country, at the one point that stands for it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::feature::{self, Found};
use crate::db::PublicDb;
use crate::gallery::counts::{self, KindCounts};
use crate::gallery::filters::{Filters, Way};
use crate::gallery::shapes::MapCluster;
use crate::gallery::sql::Sql;
use crate::problem::Problem;
use crate::reference;

/// The clusters of the countries whose point lies in the box.
///
/// # Errors
/// The database's.
pub async fn clusters(
    db: &PublicDb,
    filters: &Filters,
    language: &str,
    now: DateTime<Utc>,
) -> Result<Found, Problem> {
    let counts = match filters.are_counted() {
        true => counted(db, filters, now).await?,
        false => count(db, filters, now).await?,
    };
    let cluster = |(code, counts): (String, KindCounts)| {
        let country = reference::country(&code)?;
        if filters.bbox().is_some_and(|bbox| !bbox.contains(country.point)) {
            return None;
        }
        let (code, name) = (country.code.as_str(), country.name(language));
        let cluster =
            MapCluster { cluster: true, country: Some(code), name: Some(name), count: counts.all(), counts };
        (cluster.count > 0).then(|| feature::cluster(code.to_owned(), country.point, cluster))
    };
    let features = counts.into_iter().filter_map(cluster).collect::<Result<_, _>>()?;
    Ok(Found { features, language: Some(language.to_owned()) })
}

/// From the counters, which cost the same however much there is.
async fn counted(
    db: &PublicDb,
    filters: &Filters,
    now: DateTime<Utc>,
) -> Result<BTreeMap<String, KindCounts>, Problem> {
    let asked = filters.countries();
    let only = if let [country] = asked { Some(country.as_str()) } else { None };
    let mut found = counts::by_country(db, only, now).await?;
    found.retain(|code, _| asked.is_empty() || asked.contains(code));
    if !filters.kinds.is_empty() {
        for counts in found.values_mut() {
            let mut kept = KindCounts::default();
            for &kind in &filters.kinds {
                *kept.of(kind) = *counts.of(kind);
            }
            *counts = kept;
        }
    }
    Ok(found)
}

/// By counting what fits.
async fn count(
    db: &PublicDb,
    filters: &Filters,
    now: DateTime<Utc>,
) -> Result<BTreeMap<String, KindCounts>, Problem> {
    let mut sql = Sql::new(db);
    sql.push("SELECT d.country, d.kind, count(*) AS documents FROM gallery_document d WHERE ");
    filters.without_box().condition(&mut sql, now, Way::Gather);
    sql.push(" AND d.country IS NOT NULL AND d.lat IS NOT NULL GROUP BY d.country, d.kind");
    let mut found: BTreeMap<String, KindCounts> = BTreeMap::new();
    for row in sql.all(db).await? {
        *found.entry(row.get(0)?).or_default().of(row.word(1)?) += row.get::<i64>(2)?;
    }
    Ok(found)
}
