//! The types of lines, one file each: what a line may hold, how it becomes a record, how a record becomes a line.

mod event;
mod event_parts;
mod initiative;
mod outcome;
mod parts;
mod people;
mod quote;
mod story;

use std::collections::HashMap;
use std::sync::LazyLock;

use ::entity::event::EventStatus;
use ::entity::initiative::InitiativeStatus;
use ::entity::kinds::{Moderation, RecordKind};
use ::entity::quote::AttributionLevel;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

pub use event::EventLine;
pub use event_parts::{Delivery, EventGuide, EventPlace, Online};
pub use initiative::{InitiativeLine, InitiativePlace};
pub use outcome::OutcomeLine;
pub use parts::{
    CountryCode, Incoming, LanguageTag, Names, RecordId, Sentence, WebAddress, Word, labels_schema,
    translations_schema,
};
pub(super) use parts::{Format, Header};
pub use people::{ConsentLine, ConsentScope, OrganisationLine, PersonLine, ThemeLine, gallery_and_feeds};
pub use quote::{AttributionLine, QuoteLine};
pub use story::StoryLine;

use crate::http::json::{Shape, fault};
use crate::problem::Fault;

/// A line of any type; the header has its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Line {
    Theme(ThemeLine),
    Organisation(OrganisationLine),
    Person(PersonLine),
    Initiative(Box<InitiativeLine>),
    Event(Box<EventLine>),
    Outcome(OutcomeLine),
    Quote(QuoteLine),
    Story(StoryLine),
}

struct Shapes {
    header: Shape,
    theme: Shape,
    organisation: Shape,
    person: Shape,
    initiative: Shape,
    event: Shape,
    outcome: Shape,
    quote: Shape,
    story: Shape,
}

#[allow(clippy::expect_used, reason = "the schemas are part of the program; a test compiles them")]
static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let shapes = || -> anyhow::Result<Shapes> {
        Ok(Shapes {
            header: Shape::of::<Header>()?,
            theme: Shape::of::<ThemeLine>()?,
            organisation: Shape::of::<OrganisationLine>()?,
            person: Shape::of::<PersonLine>()?,
            initiative: Shape::of::<InitiativeLine>()?,
            event: Shape::of::<EventLine>()?,
            outcome: Shape::of::<OutcomeLine>()?,
            quote: Shape::of::<QuoteLine>()?,
            story: Shape::of::<StoryLine>()?,
        })
    };
    shapes().expect("the schemas of bundle lines compile")
});

/// Reads the header.
pub(super) fn header(mut value: Value) -> Result<Header, Vec<Fault>> {
    match value.as_object_mut().and_then(|members| members.remove("type")) {
        Some(Value::String(name)) if name == "bundle" => shaped(&SHAPES.header, value),
        _ => Err(vec![fault("/type", "header_expected", "the first line must be of the type bundle")]),
    }
}

/// Reads a record's line.
pub(super) fn line(mut value: Value) -> Result<Line, Vec<Fault>> {
    let Some(members) = value.as_object_mut() else {
        return Err(vec![fault("", "wrong_type", "a line must be an object")]);
    };
    let Some(name) = members.remove("type") else {
        return Err(vec![fault("/type", "required", "is required")]);
    };
    let kind = RecordKind::ALL.iter().find(|k| name == k.as_str());
    match kind {
        Some(RecordKind::Theme) => shaped(&SHAPES.theme, value).map(Line::Theme),
        Some(RecordKind::Organisation) => shaped(&SHAPES.organisation, value).map(Line::Organisation),
        Some(RecordKind::Person) => shaped(&SHAPES.person, value).map(Line::Person),
        Some(RecordKind::Initiative) => shaped(&SHAPES.initiative, value).map(Box::new).map(Line::Initiative),
        Some(RecordKind::Event) => shaped(&SHAPES.event, value).map(Box::new).map(Line::Event),
        Some(RecordKind::Outcome) => shaped(&SHAPES.outcome, value).map(Line::Outcome),
        Some(RecordKind::Quote) => shaped(&SHAPES.quote, value).map(Line::Quote),
        Some(RecordKind::Story) => shaped(&SHAPES.story, value).map(Line::Story),
        None if name == "bundle" => {
            Err(vec![fault("/type", "repeated_header", "only the first line is a header")])
        }
        None => {
            let words: Vec<&str> = RecordKind::ALL.iter().map(|k| k.as_str()).collect();
            Err(vec![fault("/type", "not_one_of", format!("must be one of {}", words.join(", ")))])
        }
    }
}

fn shaped<T: serde::de::DeserializeOwned>(shape: &Shape, value: Value) -> Result<T, Vec<Fault>> {
    let faults = shape.faults(&value);
    if !faults.is_empty() {
        return Err(faults);
    }
    // What the schema allows a type may still refuse, such as an instant that does not exist.
    serde_json::from_value(value)
        .map_err(|_| vec![fault("", "invalid_value", "holds a value that does not exist")])
}

impl Line {
    /// The same, in the header's language where it states none.
    pub(super) fn in_language(mut self, language: Option<&LanguageTag>) -> Self {
        let own = match &mut self {
            Self::Theme(_) | Self::Organisation(_) | Self::Person(_) => return self,
            Self::Initiative(l) => &mut l.language,
            Self::Event(l) => &mut l.language,
            Self::Outcome(l) => &mut l.language,
            Self::Quote(l) => &mut l.language,
            Self::Story(l) => &mut l.language,
        };
        if own.is_none() {
            *own = language.cloned();
        }
        self
    }

    /// What kind of record it is.
    pub(super) fn kind(&self) -> RecordKind {
        match self {
            Self::Theme(_) => RecordKind::Theme,
            Self::Organisation(_) => RecordKind::Organisation,
            Self::Person(_) => RecordKind::Person,
            Self::Initiative(_) => RecordKind::Initiative,
            Self::Event(_) => RecordKind::Event,
            Self::Outcome(_) => RecordKind::Outcome,
            Self::Quote(_) => RecordKind::Quote,
            Self::Story(_) => RecordKind::Story,
        }
    }

    /// The bundle's own id of it.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Theme(l) => &l.id.0,
            Self::Organisation(l) => &l.id.0,
            Self::Person(l) => &l.id.0,
            Self::Initiative(l) => &l.id.0,
            Self::Event(l) => &l.id.0,
            Self::Outcome(l) => &l.id.0,
            Self::Quote(l) => &l.id.0,
            Self::Story(l) => &l.id.0,
        }
    }

    /// Whether it says that the record was withdrawn.
    pub(super) fn is_withdrawn(&self) -> bool {
        let status = match self {
            Self::Outcome(l) => l.status,
            Self::Quote(l) => l.status,
            Self::Story(l) => l.status,
            _ => return false,
        };
        status == Moderation::Withdrawn
    }

    /// The same, naming each record by its identifier here. What may not be named is named by nothing that there is.
    pub(super) fn naming_here(mut self, known: &HashMap<String, (RecordKind, Uuid)>) -> Self {
        for name in self.names_mut() {
            name.0 = known.get(&name.0).map_or_else(|| "unknown".to_owned(), |(_, id)| id.to_string());
        }
        self
    }

    fn names_mut(&mut self) -> Vec<&mut RecordId> {
        match self {
            Self::Theme(_) | Self::Organisation(_) => Vec::new(),
            Self::Person(l) => l.organisations.iter_mut().collect(),
            Self::Initiative(l) => l.organisations.iter_mut().chain(&mut l.themes).collect(),
            Self::Event(l) => {
                let people = l.hosts.iter_mut().chain(&mut l.co_hosts).chain(&mut l.facilitators);
                let people = people.chain(&mut l.interpreters).chain(&mut l.note_takers);
                people.chain(&mut l.initiative).chain(&mut l.themes).collect()
            }
            Self::Outcome(l) => l.event.iter_mut().chain(&mut l.followed_by).chain(&mut l.themes).collect(),
            Self::Quote(l) => {
                let about = l.event.iter_mut().chain(&mut l.initiative).chain(&mut l.person);
                about.chain(&mut l.themes).collect()
            }
            Self::Story(l) => l.event.iter_mut().chain(&mut l.initiative).chain(&mut l.themes).collect(),
        }
    }

    /// The same as somebody may record it who lets nothing through: a draft, with the consents that are stated.
    pub(super) fn drafted(mut self) -> Self {
        match &mut self {
            Self::Theme(_) | Self::Organisation(_) | Self::Person(_) => {}
            Self::Initiative(l) => l.status = InitiativeStatus::Draft,
            Self::Event(l) => l.status = EventStatus::Draft,
            Self::Outcome(l) => l.status = Moderation::Draft,
            Self::Story(l) => l.status = Moderation::Draft,
            Self::Quote(l) => {
                l.status = Moderation::Draft;
                let level = l.attribution.as_ref().map_or(AttributionLevel::Anonymous, |a| a.level);
                if let Some(consent) = &mut l.consent {
                    // Nobody consented to be named more finely than was said when they did.
                    consent.level.get_or_insert(level);
                }
            }
        }
        self
    }

    /// The ids of other records it names.
    pub(super) fn names(&self) -> Vec<&RecordId> {
        match self {
            Self::Theme(_) | Self::Organisation(_) => Vec::new(),
            Self::Person(l) => l.organisations.iter().collect(),
            Self::Initiative(l) => l.organisations.iter().chain(&l.themes).collect(),
            Self::Event(l) => {
                let people = l.hosts.iter().chain(&l.co_hosts).chain(&l.facilitators);
                let people = people.chain(&l.interpreters).chain(&l.note_takers);
                people.chain(&l.initiative).chain(&l.themes).collect()
            }
            Self::Outcome(l) => l.event.iter().chain(&l.followed_by).chain(&l.themes).collect(),
            Self::Quote(l) => l.event.iter().chain(&l.initiative).chain(&l.person).chain(&l.themes).collect(),
            Self::Story(l) => l.event.iter().chain(&l.initiative).chain(&l.themes).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_samples_fits_its_schema() {
        let mut lines = include_str!("../../../../samples/gallery.ndjson").lines();
        header(serde_json::from_str(lines.next().unwrap()).unwrap()).unwrap();
        for text in lines {
            let read = line(serde_json::from_str(text).unwrap());
            assert!(read.is_ok(), "{text}: {:?}", read.unwrap_err());
        }
    }
}
