//! What is asked, understood: the same filters for lists, search, map and feeds, as one condition.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use entity::gallery_document::DocumentKind;
use serde::Serialize;
use uuid::Uuid;

use super::bbox::BoundingBox;
use super::params::{
    AboutFilters, BoxFilter, Degrees, EventFilter, EventsFilters, InitiativeFilter, LanguageTag,
    OutcomesFilter, PeriodFilters, StoriesFilter,
};
use super::sql::Sql;
use super::words::{self, Where};
use crate::http::language::canonical_tag;
use crate::problem::Problem;
use crate::text::query_words;

/// The day after the last that both engines order rightly.
const END: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// All filters there are; an empty one lets everything through. Equal filters are written as equal JSON, so a cursor can
/// be bound to them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Filters {
    /// Kinds of documents.
    pub kinds: Vec<DocumentKind>,
    /// Kinds within the kind.
    pub subkinds: Vec<String>,
    countries: Vec<String>,
    themes: Vec<Uuid>,
    languages: Vec<String>,
    initiative: Option<Uuid>,
    event: Option<Uuid>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    upcoming: Option<bool>,
    bbox: Option<BoundingBox>,
    words: Option<Vec<String>>,
}

impl Filters {
    /// Documents of these kinds, without another filter.
    pub fn of(kinds: impl Into<Vec<DocumentKind>>) -> Self {
        Self { kinds: sorted(kinds.into()), ..Self::default() }
    }

    /// With country, theme and language.
    ///
    /// # Errors
    /// 400 if a language tag is none.
    pub fn about(mut self, asked: AboutFilters) -> Result<Self, Problem> {
        let canonical = |tag: LanguageTag| canonical_tag(&tag.0);
        let languages: Option<Vec<String>> = asked.language.into_iter().map(canonical).collect();
        let detail = "each value must be a BCP 47 language tag, such as `es` or `pt-BR`";
        let refused = || Problem::invalid_parameter("language", "invalid_format", detail);
        self.languages = sorted(languages.ok_or_else(refused)?);
        self.countries = sorted(asked.country.into_iter().map(|code| code.0).collect());
        self.themes = sorted(asked.theme);
        Ok(self)
    }

    /// With a box.
    ///
    /// # Errors
    /// 400 if it is none.
    pub fn within(mut self, asked: BoxFilter) -> Result<Self, Problem> {
        self.bbox = read_box(asked)?;
        Ok(self)
    }

    /// With words.
    pub fn with_words(mut self, q: Option<&str>) -> Self {
        self.words = q.map(|q| {
            let mut words = query_words(q);
            words.sort_unstable();
            words
        });
        self
    }

    /// With a period.
    ///
    /// # Errors
    /// 400 if it ends before it begins.
    pub fn during(mut self, asked: PeriodFilters) -> Result<Self, Problem> {
        if asked.from.zip(asked.to).is_some_and(|(from, to)| from > to) {
            return Err(Problem::invalid_parameter("to", "out_of_order", "must not be before `from`"));
        }
        (self.from, self.to) = (asked.from, asked.to);
        Ok(self)
    }

    /// With the initiative that it belongs to.
    pub fn of_initiative(mut self, asked: InitiativeFilter) -> Self {
        self.initiative = asked.initiative;
        self
    }

    /// With the event that it came from.
    pub fn of_event(mut self, asked: EventFilter) -> Self {
        self.event = asked.event;
        self
    }

    /// With what only events have.
    pub fn events(mut self, asked: EventsFilters) -> Self {
        self.subkinds = sorted(asked.kind.into_iter().map(|kind| kind.0).collect());
        self.upcoming = asked.upcoming;
        self
    }

    /// With what only outcomes have.
    pub fn outcomes(mut self, asked: OutcomesFilter) -> Self {
        self.subkinds = sorted(asked.kind.into_iter().map(|kind| kind.0).collect());
        self
    }

    /// With what only stories have.
    pub fn stories(mut self, asked: StoriesFilter) -> Self {
        self.subkinds = sorted(asked.kind.into_iter().map(|kind| kind.0).collect());
        self
    }

    /// The countries asked for; none means all.
    pub fn countries(&self) -> &[String] {
        &self.countries
    }

    /// The box asked for.
    pub fn bbox(&self) -> Option<BoundingBox> {
        self.bbox
    }

    /// The same without a box, for what is placed elsewhere than at its own point.
    pub fn without_box(&self) -> Self {
        Self { bbox: None, ..self.clone() }
    }

    /// The words asked for.
    pub fn words(&self) -> &[String] {
        self.words.as_deref().unwrap_or_default()
    }

    /// Whether nothing but countries, kinds and a box are asked for, by all of which documents are counted.
    pub fn are_counted(&self) -> bool {
        self.themes.is_empty() && self.languages.is_empty() && self.words.is_none()
    }

    /// Goes on with the condition that `d` is listed and fits, words included.
    pub fn condition(&self, sql: &mut Sql, now: DateTime<Utc>) {
        self.condition_but_words(sql, now);
        if let Some(words) = &self.words {
            sql.push(" AND ");
            words::condition(sql, words, Where::Anywhere);
        }
    }

    /// Goes on with the condition that `d` is listed and fits, whatever its words.
    pub fn condition_but_words(&self, sql: &mut Sql, now: DateTime<Utc>) {
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
            sql.push(" AND EXISTS (SELECT 1 FROM gallery_theme x WHERE x.document_id = d.id AND x.theme_id");
            sql.one_of(self.themes.iter().copied()).push(")");
        }
        if !self.languages.is_empty() {
            sql.push(
                " AND EXISTS (SELECT 1 FROM gallery_language x WHERE x.document_id = d.id AND x.language",
            );
            sql.one_of(self.languages.iter().map(String::as_str)).push(")");
        }
        self.times(sql, now);
        if let Some(bbox) = self.bbox {
            sql.push(" AND ");
            bbox.condition(sql);
        }
    }

    /// A comparison with an unknown time is never true.
    fn times(&self, sql: &mut Sql, now: DateTime<Utc>) {
        let midnight = |date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc();
        if let Some(from) = self.from {
            sql.push(" AND d.occurs_until > ").bind(midnight(from));
        }
        if let Some(to) = self.to {
            let after = to.checked_add_days(Days::new(1)).map_or(END, |after| after.min(END));
            sql.push(" AND d.occurs_from < ").bind(midnight(after));
        }
        match self.upcoming {
            Some(true) => {
                sql.push(" AND d.occurs_until > ").bind(now).push(" AND NOT d.cancelled");
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

/// Reads a box, if one is asked for.
fn read_box(asked: BoxFilter) -> Result<Option<BoundingBox>, Problem> {
    let degrees =
        asked.bbox.map(|degrees| degrees.into_iter().map(|Degrees(degree)| degree).collect::<Vec<_>>());
    degrees.map(|degrees| BoundingBox::read(&degrees)).transpose()
}

/// Each value once, in order.
fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery::params::CountryCode;

    fn about(country: &[&str], language: &[&str]) -> AboutFilters {
        AboutFilters {
            country: country.iter().map(|c| CountryCode((*c).into())).collect(),
            theme: Vec::new(),
            language: language.iter().map(|l| LanguageTag((*l).into())).collect(),
        }
    }

    #[test]
    fn the_same_question_is_the_same_however_it_is_written() {
        let ask = |c: &[&str], l: &[&str], q| {
            let filters = Filters::of([DocumentKind::Event]).about(about(c, l)).unwrap();
            serde_json::to_string(&filters.with_words(Some(q))).unwrap()
        };
        assert_eq!(
            ask(&["KE", "SS", "KE"], &["ES"], "Água audit"),
            ask(&["SS", "KE"], &["es"], "AUDIT agua")
        );
        assert_ne!(ask(&["KE"], &[], "a"), ask(&["KE"], &[], "b"));
    }

    #[test]
    fn a_period_ends_after_it_begins() {
        let day = |text: &str| text.parse().ok();
        let ask = |from, to| Filters::default().during(PeriodFilters { from: day(from), to: day(to) });
        assert!(ask("2026-01-01", "2026-01-01").is_ok() && ask("", "9999-12-31").is_ok());
        assert_eq!(ask("2026-01-02", "2026-01-01").unwrap_err().faults()[0].code, "out_of_order");
    }
}
