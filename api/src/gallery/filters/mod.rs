//! What is asked, understood: the same filters for lists, search, map and feeds.

mod condition;

use chrono::NaiveDate;
use entity::gallery_document::DocumentKind;
use serde::Serialize;
use uuid::Uuid;

pub use condition::Way;

use super::bbox::BoundingBox;
use super::params::{
    AboutFilters, BoxFilter, EventFilter, EventsFilters, InitiativeFilter, LanguageTag, OutcomesFilter,
    PeriodFilters, StoriesFilter,
};
use crate::http::language::canonical_tag;
use crate::problem::Problem;
use crate::text::query_words;

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
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    for_calendars: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    for_feeds: bool,
}

impl Filters {
    /// Documents of these kinds, without another filter.
    pub fn of(kinds: impl Into<Vec<DocumentKind>>) -> Self {
        Self { kinds: sorted(kinds.into()), ..Self::default() }
    }

    /// Whether they let every event through that has a place in calendars.
    pub fn is_nothing_but_calendars(&self) -> bool {
        self.are(&Self::of([DocumentKind::Event]).for_calendars())
    }

    /// Whether they let everything of their kinds through.
    pub fn are_nothing_but_kinds(&self) -> bool {
        self.are(&Self::of(self.kinds.clone()))
    }

    /// Equal filters are written as equal JSON.
    fn are(&self, others: &Self) -> bool {
        serde_json::to_string(self).ok() == serde_json::to_string(others).ok()
    }

    /// In one country.
    pub fn in_country(mut self, code: &str) -> Self {
        self.countries = vec![code.to_owned()];
        self
    }

    /// Only what may be in feeds.
    pub fn for_feeds(mut self) -> Self {
        self.for_feeds = true;
        self
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

    /// Only what has a place in a calendar that strangers subscribe to: it may be in feeds, and its time is known to the day
    /// at least.
    pub fn for_calendars(mut self) -> Self {
        self.for_calendars = true;
        self
    }

    /// With a period no longer than these days, both included. Nothing if none of the days asked for is left.
    pub fn between(mut self, first: NaiveDate, last: Option<NaiveDate>) -> Option<Self> {
        let from = self.from.map_or(first, |from| from.max(first));
        self.to = [self.to, last].into_iter().flatten().min();
        self.from = Some(from);
        self.to.is_none_or(|to| from <= to).then_some(self)
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

    /// Whether the newest that fit are met by walking along an index, so that none has to be sorted.
    pub fn walk_an_index(&self) -> bool {
        self.words.is_none() && self.bbox.is_none() && self.countries.len() < 2 && self.subkinds.len() < 2
    }
}

/// Reads a box, if one is asked for.
fn read_box(asked: BoxFilter) -> Result<Option<BoundingBox>, Problem> {
    asked.bbox.map(|degrees| BoundingBox::read(&degrees.0)).transpose()
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

    #[test]
    fn a_period_is_narrowed_until_nothing_is_left() {
        let day = |text: &str| text.parse().ok();
        let ask = |from, to, first: &str, last: &str| {
            let asked = Filters::default().during(PeriodFilters { from: day(from), to: day(to) }).unwrap();
            asked.between(day(first).unwrap(), day(last)).map(|f| (f.from, f.to))
        };
        assert_eq!(ask("", "", "2026-01-01", ""), Some((day("2026-01-01"), None)));
        assert_eq!(
            ask("2026-02-01", "2026-09-01", "2026-01-01", "2026-06-01"),
            Some((day("2026-02-01"), day("2026-06-01")))
        );
        assert_eq!(
            ask("2025-02-01", "2026-03-01", "2026-01-01", ""),
            Some((day("2026-01-01"), day("2026-03-01")))
        );
        assert_eq!(ask("", "2025-12-31", "2026-01-01", ""), None);
    }
}
