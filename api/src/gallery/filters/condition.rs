//! Filters as a condition in SQL.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use sea_orm::Value;

use super::Filters;
use crate::gallery::sql::Sql;
use crate::gallery::words::{self, Where};

/// The day after the last that both engines order rightly.
const END: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// No time is known so badly that it spans more than a year.
const LONGEST: Duration = Duration::days(367);

/// How the documents that fit are come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Along an order, until there are enough.
    Walk,
    /// All of them.
    Gather,
}

impl Filters {
    /// Goes on with the table. Without statistics SQLite would walk along an order of time in search of the few documents
    /// of a small box.
    pub fn table(&self, sql: &mut Sql) {
        sql.push("gallery_document d");
        let elsewhere = self.words.is_some()
            || self.initiative.is_some()
            || self.event.is_some()
            || !self.countries.is_empty();
        if self.bbox.is_some_and(|bbox| bbox.is_small()) && !elsewhere && !sql.on_postgres() {
            sql.push(" INDEXED BY gallery_by_point");
        }
    }

    /// Goes on with the condition that `d` is listed and fits, words included.
    pub fn condition(&self, sql: &mut Sql, now: DateTime<Utc>, way: Way) {
        self.condition_but_words(sql, now, way);
        if let Some(words) = &self.words {
            sql.push(" AND ");
            words::condition(sql, words, Where::Anywhere);
        }
    }

    /// Goes on with the condition that `d` is listed and fits, whatever its words.
    pub fn condition_but_words(&self, sql: &mut Sql, now: DateTime<Utc>, way: Way) {
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
            way.linked(sql, "gallery_theme", "theme_id", self.themes.iter().copied());
        }
        if !self.languages.is_empty() {
            way.linked(sql, "gallery_language", "language", self.languages.iter().map(String::as_str));
        }
        self.times(sql, now);
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
            sql.push(" AND d.sort_at > ").bind(midnight(from) - LONGEST);
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
