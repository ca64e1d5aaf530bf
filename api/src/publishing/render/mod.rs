//! From records to finished documents, one file per kind.

mod contributions;
mod event;
mod initiative;

use std::collections::BTreeMap;

use ::entity::gallery_document::DocumentKind;
use ::entity::ids::{EventId, InitiativeId};
use ::entity::kinds::Precision;
use ::entity::values::{Translation, Translations};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::documents::{DocumentLabel, GalleryCommon, GalleryItem, GalleryWhen, ThemeLabel};
use super::facts::Facts;
use super::place::PublicPlace;
use super::rules;
use crate::moment::Moment;
use crate::reference;
use crate::text::{fold, shorten};

/// Characters of a label.
const LABEL: usize = 140;

/// A finished document, ready to be stored.
pub struct Rendered {
    /// What it is within its kind.
    pub subkind: Option<&'static str>,
    /// Where.
    pub place: PublicPlace,
    /// In which country.
    pub country: Option<String>,
    /// When.
    pub moment: Moment,
    /// Whether it will not take place.
    pub cancelled: bool,
    /// The public event it belongs to.
    pub event_id: Option<Uuid>,
    /// The public initiative it belongs to.
    pub initiative_id: Option<Uuid>,
    /// The original first, then the translations: language, label, item.
    pub bodies: Vec<(String, String, GalleryItem)>,
    /// What it is about.
    pub themes: Vec<Uuid>,
    /// In which languages it can be read or speaks.
    pub languages: Vec<String>,
    /// The folded words of its titles.
    pub title_words: String,
    /// The folded words of everything else that is public of it.
    pub words: String,
}

/// Renders a record that the rules let through; nothing if it is not there.
pub fn render(kind: DocumentKind, id: Uuid, facts: &Facts, now: DateTime<Utc>) -> Option<Rendered> {
    match kind {
        DocumentKind::Initiative => initiative::render(facts.initiatives.get(&InitiativeId(id))?, facts),
        DocumentKind::Event => event::render(facts.events.get(&EventId(id))?, facts, now),
        DocumentKind::Outcome => contributions::outcome(facts.outcomes.get(&id_of(id))?, facts, now),
        DocumentKind::Quote => contributions::quote(facts.quotes.get(&id_of(id))?, facts, now),
        DocumentKind::Story => contributions::story(facts.stories.get(&id_of(id))?, facts, now),
    }
}

/// What is the same for all kinds; [`Draft::finish`] makes the document of it.
struct Draft<'a> {
    kind: DocumentKind,
    subkind: Option<&'static str>,
    id: Uuid,
    country: Option<&'a str>,
    place: Box<dyn Fn(&str) -> PublicPlace + 'a>,
    moment: Moment,
    cancelled: bool,
    language: &'a str,
    /// Languages it speaks.
    spoken: &'a [String],
    translations: &'a Translations,
    event_id: Option<Uuid>,
    initiative_id: Option<Uuid>,
}

/// The texts of one language: a translation over the original.
pub struct Texts<'a> {
    /// The language asked for.
    pub language: &'a str,
    translation: Option<&'a Translation>,
}

impl<'a> Texts<'a> {
    /// A member in this language, else in the original.
    fn of(
        &self,
        member: impl Fn(&'a Translation) -> Option<&'a String>,
        original: Option<&str>,
    ) -> Option<String> {
        self.translation.and_then(member).map(String::as_str).or(original).map(str::to_owned)
    }

    fn title(&self, original: &str) -> String {
        self.of(|t| t.title.as_ref(), Some(original)).unwrap_or_default()
    }

    fn summary(&self, original: Option<&str>) -> Option<String> {
        self.of(|t| t.summary.as_ref(), original)
    }

    fn description(&self, original: Option<&str>) -> Option<String> {
        self.of(|t| t.description.as_ref(), original)
    }

    fn text(&self, original: &str) -> String {
        self.of(|t| t.text.as_ref(), Some(original)).unwrap_or_default()
    }
}

impl Draft<'_> {
    /// Makes the document: `item` renders one language and says by which label and title it is known there.
    fn finish(
        self,
        facts: &Facts,
        item: impl Fn(&Texts<'_>, GalleryCommon) -> (String, Option<String>, GalleryItem),
    ) -> Option<Rendered> {
        let originals = [(self.language, None)];
        let others = self.translations.0.iter().map(|(tag, t)| (tag.as_str(), Some(t)));
        let themes = facts.theme_links.get(&self.id).map_or(&[][..], Vec::as_slice);
        let mut rendered = Rendered {
            subkind: self.subkind,
            place: (self.place)(self.language),
            country: self.country.map(str::to_owned),
            moment: self.moment,
            cancelled: self.cancelled,
            event_id: self.event_id,
            initiative_id: self.initiative_id,
            bodies: Vec::new(),
            themes: themes.iter().map(|t| t.0).collect(),
            languages: Vec::new(),
            title_words: String::new(),
            words: String::new(),
        };
        rendered.themes.sort_unstable();
        rendered.themes.dedup();
        let (mut titles, mut texts) = (Vec::new(), Vec::new());
        for (language, translation) in originals.into_iter().chain(others) {
            let common = self.common(language, themes, facts);
            let (label, title, item) = item(&Texts { language, translation }, common);
            titles.extend(title);
            texts.push(searchable(&item));
            rendered.bodies.push((language.to_owned(), shorten(&label, LABEL), item));
            rendered.languages.push(language.to_owned());
        }
        if self.country.is_some() {
            texts.extend(
                self.country
                    .and_then(reference::country)
                    .into_iter()
                    .flat_map(|c| c.names())
                    .map(str::to_owned),
            );
        }
        texts.extend(
            themes.iter().filter_map(|t| facts.themes.get(t)).flat_map(|t| t.labels.0.values().cloned()),
        );
        texts.extend(rendered.place.name.clone());
        rendered.languages.extend(self.spoken.iter().cloned());
        rendered.languages.sort_unstable();
        rendered.languages.dedup();
        rendered.title_words = fold(&titles.join(" "));
        rendered.words = fold(&texts.join(" "));
        Some(rendered)
    }

    fn common(&self, language: &str, themes: &[::entity::ids::ThemeId], facts: &Facts) -> GalleryCommon {
        let path = collection(self.kind);
        let mut links = BTreeMap::from([("self", format!("/v1/gallery/{path}/{}", self.id))]);
        links.extend(self.country.map(|c| ("country", format!("/v1/gallery/countries/{c}"))));
        links.extend(self.event_id.map(|e| ("event", format!("/v1/gallery/events/{e}"))));
        links.extend(self.initiative_id.map(|i| ("initiative", format!("/v1/gallery/initiatives/{i}"))));
        let label = |id: &::entity::ids::ThemeId| {
            let (_, label) = reference::in_language(&facts.themes.get(id)?.labels.0, language)?;
            Some(ThemeLabel { id: id.0, label: label.to_owned() })
        };
        GalleryCommon {
            id: self.id,
            country: self.country.map(str::to_owned),
            place: (self.place)(language),
            when: public_when(&self.moment),
            language: self.language.to_owned(),
            text_language: language.to_owned(),
            translations: self.translations.0.clone(),
            themes: themes.iter().filter_map(label).collect(),
            updated_at: None,
            links,
        }
    }
}

/// The path segment of a kind's list.
pub fn collection(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Initiative => "initiatives",
        DocumentKind::Event => "events",
        DocumentKind::Quote => "quotes",
        DocumentKind::Outcome => "outcomes",
        DocumentKind::Story => "stories",
    }
}

/// The free text of an item, to be found by.
fn searchable(item: &GalleryItem) -> String {
    let join = |parts: &[&str]| parts.join(" ");
    match item {
        GalleryItem::Initiative(i) => {
            let names: Vec<&str> = i.organisations.iter().map(|o| o.name.as_str()).collect();
            join(&[
                &i.title,
                i.summary.as_deref().unwrap_or(""),
                i.description.as_deref().unwrap_or(""),
                &names.join(" "),
            ])
        }
        GalleryItem::Event(e) => {
            let names: Vec<&str> = e.hosts.iter().chain(&e.co_hosts).map(|h| h.name.as_str()).collect();
            let (questions, topics) = (e.questions.join(" "), e.topics.join(" "));
            join(&[
                &e.title,
                e.summary.as_deref().unwrap_or(""),
                e.description.as_deref().unwrap_or(""),
                &questions,
                &topics,
                &e.purposes.join(" "),
                &names.join(" "),
            ])
        }
        GalleryItem::Quote(q) => join(&[&q.text, q.attribution.label.as_deref().unwrap_or("")]),
        GalleryItem::Outcome(o) => o.text.clone(),
        GalleryItem::Story(s) => join(&[&s.title, s.summary.as_deref().unwrap_or("")]),
    }
}

/// A moment as the public reads it.
fn public_when(moment: &Moment) -> GalleryWhen {
    match *moment {
        Moment::Minute { wall, starts_at, ends_at } => GalleryWhen::Minute {
            starts_local: wall.local.format("%Y-%m-%dT%H:%M:%S").to_string(),
            time_zone: wall.zone.name().to_owned(),
            duration_minutes: wall.minutes,
            starts_at,
            ends_at,
            local: None,
        },
        Moment::Day(d) => GalleryWhen::Day { date: d.format("%Y-%m-%d").to_string() },
        Moment::Month(d) => GalleryWhen::Month { date: d.format("%Y-%m").to_string() },
        Moment::Year(d) => GalleryWhen::Year { date: d.format("%Y").to_string() },
        Moment::Unknown => GalleryWhen::Unknown {},
    }
}

/// An event's title, if the event is public and in lists.
fn event_label(
    id: Option<EventId>,
    language: &str,
    facts: &Facts,
    now: DateTime<Utc>,
) -> Option<DocumentLabel> {
    let event = facts.events.get(&id?)?;
    rules::event(event, facts, now).withheld.is_empty().then(|| DocumentLabel {
        id: event.id.0,
        title: translated_title(&event.title, &event.translations, language),
    })
}

/// An initiative's title, if the initiative is public.
fn initiative_label(id: Option<InitiativeId>, language: &str, facts: &Facts) -> Option<DocumentLabel> {
    let initiative = facts.initiatives.get(&id?)?;
    rules::initiative(initiative.id, facts).withheld.is_empty().then(|| DocumentLabel {
        id: initiative.id.0,
        title: translated_title(&initiative.title, &initiative.translations, language),
    })
}

fn translated_title(original: &str, translations: &Translations, language: &str) -> String {
    translations.0.get(language).and_then(|t| t.title.clone()).unwrap_or_else(|| original.to_owned())
}

/// The public initiative an event belongs to. Where the event hides its place, an initiative that has a country would
/// tell it; and one that hides its own would be placed by an event that does not.
fn initiative_of_event(event: &::entity::event::Model, facts: &Facts) -> Option<InitiativeId> {
    let hidden = event_precision(event) == Precision::Hidden;
    event.initiative_id.filter(|id| {
        facts.initiatives.get(id).is_some_and(|i| {
            let hides = i.public_precision == Precision::Hidden;
            rules::initiative(i.id, facts).withheld.is_empty()
                && !(hidden && i.country.is_some())
                && (hidden || !hides)
        })
    })
}

fn event_precision(event: &::entity::event::Model) -> Precision {
    super::place::effective_precision(event.public_precision, event.risk)
}

fn id_of<I: From<Uuid>>(id: Uuid) -> I {
    id.into()
}
