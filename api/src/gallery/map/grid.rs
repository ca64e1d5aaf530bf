//! In between: a grid over the public points. A cell with one document shows the document, one with several a cluster at
//! the point of the one that changed longest ago, which is the point of all where they share one.

use chrono::{DateTime, Utc};
use entity::gallery_document::DocumentKind;

use super::feature::{self, Found};
use super::zoom::{Zoom, degrees};
use crate::db::PublicDb;
use crate::gallery::counts::KindCounts;
use crate::gallery::filters::{Filters, Way};
use crate::gallery::languages;
use crate::gallery::shapes::MapCluster;
use crate::gallery::sql::{Row, Sql};
use crate::http::language::Wanted;
use crate::problem::Problem;
use crate::publishing::collection;
use crate::reference::Point;

/// Where the documents of a cell by kind stand.
const KINDS: usize = 5;
/// Where the language of its first document stands, and its feature after it.
const LANGUAGE: usize = KINDS + DocumentKind::ALL.len();

/// The cells that are not empty, from the south-west to the north-east.
///
/// # Errors
/// The database's.
pub async fn cells(
    db: &PublicDb,
    filters: &Filters,
    zoom: Zoom,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Found, Problem> {
    let cut = zoom.cut(filters.bbox());
    let mut sql = Sql::new(db);
    let counts: Vec<String> =
        DocumentKind::ALL.iter().map(|kind| format!("c.{}", collection(*kind))).collect();
    let columns = format!("d.lat, d.lon, c.across, c.up, c.documents, {}", counts.join(", "));
    languages::select(&mut sql, wanted, &columns, &["language", "feature"], |sql| {
        sql.push("(SELECT g.across, g.up, min(g.seq) AS first, count(*) AS documents");
        for &kind in DocumentKind::ALL {
            let name = collection(kind);
            sql.push(&format!(", sum(CASE WHEN g.kind = '{kind}' THEN 1 ELSE 0 END) AS {name}"));
        }
        sql.push(" FROM (SELECT d.seq, d.kind");
        cell(sql, "d.lon + 180", cut, "across");
        cell(sql, "d.lat + 90", cut, "up");
        sql.push(" FROM gallery_document d WHERE ");
        filters.condition(sql, now, Way::Gather);
        sql.push(" AND d.lat IS NOT NULL) g GROUP BY g.across, g.up) c ");
        sql.push("JOIN gallery_document d ON d.seq = c.first");
    });
    sql.push(" ORDER BY c.up, c.across");
    let rows = sql.all(db).await?;
    let features = rows.iter().map(|row| cell_feature(row, cut)).collect::<Result<_, _>>()?;
    let texts: Vec<&str> = rows.iter().map(|row| row.get(LANGUAGE)).collect::<Result<_, _>>()?;
    Ok(Found { features, language: languages::shared(texts.into_iter()) })
}

/// The number of the cell on one axis. The engines round differently when they make a whole number of another, so what is
/// cut off is cut off before on one and in doing so on the other; nothing here is negative.
fn cell(sql: &mut Sql, degrees_from_edge: &str, cut: u8, name: &str) {
    let floor = if sql.on_postgres() { "floor" } else { "" };
    sql.push(&format!(", CAST({floor}(({degrees_from_edge}) / "))
        .bind(degrees(cut))
        .push(&format!(") AS bigint) AS {name}"));
}

fn cell_feature(row: &Row, cut: u8) -> Result<String, Problem> {
    let documents: i64 = row.get(4)?;
    if documents == 1 {
        return Ok(row.get(LANGUAGE + 1)?);
    }
    let mut counts = KindCounts::default();
    for (place, &kind) in DocumentKind::ALL.iter().enumerate() {
        *counts.of(kind) = row.get(KINDS + place)?;
    }
    let (across, up): (i64, i64) = (row.get(2)?, row.get(3)?);
    let cluster = MapCluster { cluster: true, country: None, name: None, count: documents, counts };
    let at = Point { lat: row.get(0)?, lon: row.get(1)? };
    feature::cluster(format!("{cut}-{across}-{up}"), at, cluster)
}
