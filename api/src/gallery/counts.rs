//! How many documents each country has, from counters that the door keeps.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::gallery_document::DocumentKind;
use serde::Serialize;
use utoipa::ToSchema;

use super::sql::Sql;
use crate::db::PublicDb;
use crate::problem::Problem;

/// Documents by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GalleryCounts)]
pub struct KindCounts {
    /// Initiatives.
    #[schema(minimum = 0)]
    pub initiatives: i64,
    /// Events.
    #[schema(minimum = 0)]
    pub events: i64,
    /// Quotes.
    #[schema(minimum = 0)]
    pub quotes: i64,
    /// Outcomes.
    #[schema(minimum = 0)]
    pub outcomes: i64,
    /// Stories.
    #[schema(minimum = 0)]
    pub stories: i64,
}

impl KindCounts {
    /// The count of a kind.
    pub fn of(&mut self, kind: DocumentKind) -> &mut i64 {
        match kind {
            DocumentKind::Initiative => &mut self.initiatives,
            DocumentKind::Event => &mut self.events,
            DocumentKind::Quote => &mut self.quotes,
            DocumentKind::Outcome => &mut self.outcomes,
            DocumentKind::Story => &mut self.stories,
        }
    }

    /// All kinds together.
    pub fn all(&self) -> i64 {
        self.initiatives + self.events + self.quotes + self.outcomes + self.stories
    }
}

impl std::ops::AddAssign for KindCounts {
    fn add_assign(&mut self, other: Self) {
        self.initiatives += other.initiatives;
        self.events += other.events;
        self.quotes += other.quotes;
        self.outcomes += other.outcomes;
        self.stories += other.stories;
    }
}

/// The counts of each country that has something, by code; documents without a country are under `NOWHERE`. With `only`,
/// of that country alone.
///
/// # Errors
/// The database's.
pub async fn by_country(
    db: &PublicDb,
    only: Option<&str>,
    now: DateTime<Utc>,
) -> Result<BTreeMap<String, KindCounts>, Problem> {
    let mut sql = Sql::new(db);
    sql.push("SELECT c.country, c.kind, c.documents FROM gallery_count c ");
    sql.push("WHERE NOT EXISTS (SELECT 1 FROM gallery_switch s WHERE s.name = 'all')");
    if let Some(country) = only {
        sql.push(" AND c.country = ").bind(country);
    }
    // What may be shown no longer is counted until its tombstone is written: normally nothing.
    sql.push(
        " UNION ALL SELECT d.counted_country, d.kind, -count(*) FROM gallery_document d \
         WHERE d.withdrawn_at IS NULL AND d.public_until IS NOT NULL AND d.public_until <= ",
    );
    sql.bind(now);
    of_country(&mut sql, only);
    // So is what a switch hides until it is rendered anew.
    sql.push(" UNION ALL SELECT d.counted_country, d.kind, -count(*) FROM ").guarded();
    sql.push(" AND (d.public_until IS NULL OR d.public_until > ").bind(now).push(")");
    of_country(&mut sql, only);
    let mut counts: BTreeMap<String, KindCounts> = BTreeMap::new();
    for row in sql.all(db).await? {
        let (country, documents): (String, i64) = (row.get(0)?, row.get(2)?);
        *counts.entry(country).or_default().of(row.word(1)?) += documents;
    }
    counts.retain(|_, counts| counts.all() > 0);
    Ok(counts)
}

fn of_country(sql: &mut Sql, only: Option<&str>) {
    sql.push(" AND d.counted_country");
    match only {
        Some(country) => sql.push(" = ").bind(country),
        None => sql.push(" IS NOT NULL"),
    };
    sql.push(" GROUP BY d.counted_country, d.kind");
}
