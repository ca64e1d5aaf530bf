//! Filters as a condition in SQL.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use sea_orm::{DbErr, Value};

use super::Filters;
use crate::db::PublicDb;
use crate::gallery::sql::Sql;
use crate::gallery::words::{self, Where};

/// The day after the last that both engines order rightly.
const END: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// No time is known so badly that it spans more than a year.
const LONGEST: Duration = Duration::days(367);

/// What is known to the minute lasts 31 days at most, and a day one.
const LONGEST_IN_CALENDARS: Duration = Duration::days(32);

/// So few documents are sooner fetched and sorted than met on the way along an order.
const FEW: usize = 500;

/// How the documents that fit are come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Along an order, until there are enough.
    Walk,
    /// All of them.
    Gather,
}

/// How documents with the themes and the languages asked for are come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    themes: Way,
    languages: Way,
}

impl From<Way> for Ways {
    fn from(way: Way) -> Self {
        Self { themes: way, languages: way }
    }
}

impl Ways {
    /// Whether all is met along an order.
    pub fn walk(self) -> bool {
        self == Way::Walk.into()
    }
}

impl Filters {
    /// Goes on with the table. Without statistics SQLite would walk along an order of time in search of the few documents
    /// of a small box.
    pub fn table(&self, sql: &mut Sql, oldest_first: bool) {
        sql.push("gallery_document d");
        if self.upcoming == Some(true) && oldest_first && self.walk_an_index() && !sql.on_postgres() {
            // Along the order of time they come after all of the past year.
            sql.push(" INDEXED BY gallery_upcoming");
            return;
        }
        let elsewhere = self.words.is_some()
            || self.initiative.is_some()
            || self.event.is_some()
            || !self.countries.is_empty();
        if self.bbox.is_some_and(|bbox| bbox.is_small()) && !elsewhere && !sql.on_postgres() {
            sql.push(" INDEXED BY gallery_by_point");
        }
    }

    /// How to come by a page of a list. PostgreSQL knows how frequent a theme is and decides by itself; SQLite does not,
    /// and would walk past all there is in search of a rare one.
    ///
    /// # Errors
    /// The database's.
    pub async fn ways(&self, db: &PublicDb) -> Result<Ways, DbErr> {
        let mut ways = Ways::from(Way::Walk);
        if Sql::new(db).on_postgres() {
            return Ok(ways);
        }
        if !self.themes.is_empty() {
            ways.themes =
                Way::by_number(db, "gallery_theme", "theme_id", self.themes.iter().copied()).await?;
        }
        if !self.languages.is_empty() {
            let tags = self.languages.iter().map(String::as_str);
            ways.languages = Way::by_number(db, "gallery_language", "language", tags).await?;
        }
        Ok(ways)
    }

    /// Goes on with the condition that `d` is listed and fits, words included.
    pub fn condition(&self, sql: &mut Sql, now: DateTime<Utc>, ways: impl Into<Ways>) {
        self.condition_but_words(sql, now, ways);
        if let Some(words) = &self.words {
            sql.push(" AND ");
            words::condition(sql, words, Where::Anywhere);
        }
    }

    /// Goes on with the condition that `d` is listed and fits, whatever its words.
    pub fn condition_but_words(&self, sql: &mut Sql, now: DateTime<Utc>, ways: impl Into<Ways>) {
        let ways: Ways = ways.into();
        sql.listed(now);
        if !self.kinds.is_empty() {
            // In the text: there are five, and for each of them PostgreSQL plans differently.
            let kinds: Vec<String> = self.kinds.iter().map(|kind| format!("'{kind}'")).collect();
            sql.push(" AND d.kind ");
            sql.push(&if let [kind] = &kinds[..] {
                format!("= {kind}")
            } else {
                format!("IN ({})", kinds.join(", "))
            });
        }
        if !self.countries.is_empty() {
            sql.push(" AND d.country").one_of(self.countries.iter().map(String::as_str));
        }
        if !self.subkinds.is_empty() {
            sql.push(" AND d.subkind").one_of(self.subkinds.iter().map(String::as_str));
        }
        if let Some(id) = self.initiative {
            sql.push(" AND d.initiative_id = ").bind(id);
        }
        if let Some(id) = self.event {
            sql.push(" AND d.event_id = ").bind(id);
        }
        if !self.themes.is_empty() {
            ways.themes.linked(sql, "gallery_theme", "theme_id", self.themes.iter().copied());
        }
        if !self.languages.is_empty() {
            ways.languages.linked(
                sql,
                "gallery_language",
                "language",
                self.languages.iter().map(String::as_str),
            );
        }
        self.times(sql, now);
        if self.for_calendars {
            // Inside a text of the document its quotation marks would be escaped.
            let known = |precision| format!("d.body LIKE '%\"when\":{{\"precision\":\"{precision}\"%'");
            sql.push(" AND d.in_feeds AND (").push(&known("minute"));
            sql.push(" OR ").push(&known("day")).push(")");
        }
        if self.for_feeds {
            sql.push(" AND d.in_feeds");
        }
        if let Some(bbox) = self.bbox {
            sql.push(" AND ");
            bbox.condition(sql);
        }
    }

    /// A comparison with an unknown time is never true. What is known of `sort_at` follows from the rest and is said all the
    /// same, since lists walk along it: it is the beginning of what is known, which is never longer than a year.
    fn times(&self, sql: &mut Sql, now: DateTime<Utc>) {
        let midnight = |date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc();
        if let Some(from) = self.from {
            sql.push(" AND d.occurs_until > ").bind(midnight(from));
            let longest = if self.for_calendars { LONGEST_IN_CALENDARS } else { LONGEST };
            sql.push(" AND d.sort_at > ").bind(midnight(from) - longest);
        }
        if let Some(to) = self.to {
            let after = to.checked_add_days(Days::new(1)).map_or(END, |after| after.min(END));
            sql.push(" AND d.occurs_from < ")
                .bind(midnight(after))
                .push(" AND d.sort_at < ")
                .bind(midnight(after));
        }
        match self.upcoming {
            Some(true) => {
                sql.push(" AND d.occurs_until > ").bind(now).push(" AND NOT d.cancelled");
                sql.push(" AND d.sort_at > ").bind(now - LONGEST);
            }
            Some(false) => {
                sql.push(" AND (d.occurs_until IS NULL OR d.cancelled OR d.occurs_until <= ")
                    .bind(now)
                    .push(")");
            }
            None => {}
        }
    }
}

impl Way {
    /// Gathers if no more than [`FEW`] rows of a table of links have one of these values.
    async fn by_number<V: Into<Value>>(
        db: &PublicDb,
        table: &str,
        column: &str,
        values: impl Iterator<Item = V>,
    ) -> Result<Self, DbErr> {
        let mut sql = Sql::new(db);
        sql.push(&format!("SELECT count(*) AS links FROM (SELECT 1 FROM {table} x WHERE x.{column}"));
        sql.one_of(values).push(" LIMIT ").number(FEW + 1).push(") l");
        let row = sql.one(db).await?;
        let links: i64 = row.map_or(Ok(0), |row| row.get(0))?;
        Ok(if usize::try_from(links).is_ok_and(|links| links <= FEW) { Self::Gather } else { Self::Walk })
    }

    /// Goes on with the condition that a row of a table of links says one of these values of `d`.
    fn linked<V: Into<Value>>(
        self,
        sql: &mut Sql,
        table: &str,
        column: &str,
        values: impl Iterator<Item = V>,
    ) {
        sql.push(&match self {
            Self::Walk => {
                format!(" AND EXISTS (SELECT 1 FROM {table} x WHERE x.document_id = d.id AND x.{column}")
            }
            Self::Gather => format!(" AND d.id IN (SELECT x.document_id FROM {table} x WHERE x.{column}"),
        });
        sql.one_of(values).push(")");
    }
}
