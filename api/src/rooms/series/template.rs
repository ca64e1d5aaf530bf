//! What the events of a series are: the body of an event without what each has for itself. As it is written, and as it is
//! shown, where only whether a secret is there is told.

use std::collections::BTreeMap;

use ::entity::event::{EventFormat, EventKind, RegistrationMode, Visibility, Waitlist};
use ::entity::kinds::{Precision, Risk};
use ::entity::values::{SeatShare, Translation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rooms::bundle::{
    CountryCode, Delivery, EventGuide, EventPlace, LanguageTag, Online, RecordId, Sentence,
    translations_schema,
};

/// Declares what both forms have, and what differs.
macro_rules! template {
    ($($(#[$attr:meta])* $member:ident: $type:ty,)+) => {
        /// What the events of a series are.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct SeriesTemplateIn {
            $($(#[$attr])* $member: $type,)+
            /// Where. Venue and point are sealed and not read back.
            place: EventPlace,
            /// How it is joined from afar. Link and instructions are sealed and not read back.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            online: Option<Online>,
        }

        /// What the events of a series are, without what is sealed.
        #[derive(Serialize, ToSchema)]
        pub(super) struct SeriesTemplateOut {
            $($(#[$attr])* $member: $type,)+
            /// Where.
            place: SeriesPlaceOut,
            /// How it is joined from afar.
            online: SeriesOnlineOut,
        }

        impl From<SeriesTemplateIn> for SeriesTemplateOut {
            fn from(template: SeriesTemplateIn) -> Self {
                let SeriesTemplateIn { $($member,)+ place, online } = template;
                Self { $($member,)+ place: place.into(), online: online.unwrap_or_default().into() }
            }
        }
    };
}

template! {
    /// What they are.
    kind: EventKind,
    /// Title.
    #[schema(max_length = 200, pattern = r"\S", example = "Dialogue on seeds")]
    title: String,
    /// One paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    summary: Option<String>,
    /// The long text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 20_000)]
    description: Option<String>,
    /// The language of the texts.
    language: LanguageTag,
    /// Languages spoken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    languages: Vec<LanguageTag>,
    /// How people meet.
    format: EventFormat,
    /// Live, asynchronous or both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2)]
    delivery: Vec<Delivery>,
    /// How finely the place may be shown.
    #[serde(default = "country")]
    #[schema(default = "country")]
    public_precision: Precision,
    /// Who answers for them: people or organisations. The series is theirs, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    hosts: Vec<RecordId>,
    /// Who helps. The series is theirs, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    co_hosts: Vec<RecordId>,
    /// Who leads the talk. Never public, like the two below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    facilitators: Vec<RecordId>,
    /// Who interprets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    interpreters: Vec<RecordId>,
    /// Who takes notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    note_takers: Vec<RecordId>,
    /// The initiative they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, nullable = false)]
    initiative: Option<RecordId>,
    /// The dialogue guide, in a published version, that they have their questions of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    guide: Option<EventGuide>,
    /// Guiding questions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    questions: Vec<Sentence>,
    /// What they are about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    topics: Vec<Sentence>,
    /// What Jam Sessions are for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    purposes: Vec<Sentence>,
    /// What is provided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    accessibility: Vec<Sentence>,
    /// Themes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    themes: Vec<RecordId>,
    /// Seats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    capacity: Option<i32>,
    /// How seats are shared between roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    composition: Vec<SeatShare>,
    /// Who may register.
    #[serde(default = "closed")]
    #[schema(default = "closed")]
    registration: RegistrationMode,
    /// How long before each begins registration closes, in minutes: with it, at the latest, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 525_600, example = 2880)]
    registration_closes_before_minutes: Option<i64>,
    /// Who is promoted first.
    #[serde(default = "fifo")]
    #[schema(default = "fifo")]
    waitlist: Waitlist,
    /// Who may find them.
    #[serde(default = "private")]
    #[schema(default = "private")]
    visibility: Visibility,
    /// How dangerous it is to be seen there.
    #[serde(default = "low")]
    #[schema(default = "low")]
    risk: Risk,
    /// The texts in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = translations_schema)]
    translations: BTreeMap<String, Translation>,
}

impl SeriesTemplateIn {
    /// What its events are called.
    pub(super) fn title(&self) -> &str {
        &self.title
    }

    /// Who its events name: people and organisations, part by part.
    pub(super) const fn people(&self) -> [&Vec<RecordId>; 5] {
        [&self.hosts, &self.co_hosts, &self.facilitators, &self.interpreters, &self.note_takers]
    }

    /// The same, to be changed.
    pub(super) const fn people_mut(&mut self) -> [&mut Vec<RecordId>; 5] {
        [
            &mut self.hosts,
            &mut self.co_hosts,
            &mut self.facilitators,
            &mut self.interpreters,
            &mut self.note_takers,
        ]
    }
}

fn country() -> Precision {
    Precision::Country
}

fn closed() -> RegistrationMode {
    RegistrationMode::Closed
}

fn fifo() -> Waitlist {
    Waitlist::Fifo
}

fn private() -> Visibility {
    Visibility::Private
}

fn low() -> Risk {
    Risk::Low
}

/// Where events of a series are, without venue and point.
#[derive(Serialize, ToSchema)]
pub(super) struct SeriesPlaceOut {
    /// Their country (ISO 3166-1 alpha-2).
    country: Option<CountryCode>,
    /// The name of the province.
    region: Option<String>,
    /// The name of the town or county.
    locality: Option<String>,
    /// Whether the venue is known. It is sealed.
    has_venue: bool,
    /// Whether the exact point is known. It is sealed.
    has_point: bool,
}

/// How events of a series are joined, without the link.
#[derive(Serialize, ToSchema)]
pub(super) struct SeriesOnlineOut {
    /// The platform.
    platform: Option<String>,
    /// Whether the link is known. It is sealed.
    has_join_url: bool,
    /// Whether there are instructions. They are sealed.
    has_instructions: bool,
}

impl From<EventPlace> for SeriesPlaceOut {
    fn from(place: EventPlace) -> Self {
        let EventPlace { country, region, locality, venue, point } = place;
        Self { country, region, locality, has_venue: venue.is_some(), has_point: point.is_some() }
    }
}

impl From<Online> for SeriesOnlineOut {
    fn from(online: Online) -> Self {
        let Online { platform, join_url, instructions } = online;
        Self { platform, has_join_url: join_url.is_some(), has_instructions: instructions.is_some() }
    }
}
