//! The shapes of public documents: what the door renders and the gallery serves.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use entity::event::{EventFormat, EventKind, EventStatus, RegistrationMode};
use entity::organisation::OrganisationKind;
use entity::outcome::OutcomeKind;
use entity::quote::AttributionLevel;
use entity::registration_desk::PublicSeats;
use entity::story::StoryKind;
use entity::values::{RegistrationQuestion, Translation};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::counts::PublicCount;
use super::place::PublicPlace;

/// When it takes place, as finely as it may be told. `starts_at` and `ends_at` are instants; `local`, added on request
/// (`?tz=`), is the wall time in the asked zone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "precision", rename_all = "snake_case")]
pub enum GalleryWhen {
    /// Wall time in a zone.
    #[schema(title = "GalleryWhenMinute")]
    Minute {
        /// The wall time at the place.
        #[schema(example = "2027-03-14T18:00:00")]
        starts_local: String,
        /// Its IANA zone.
        #[schema(example = "Africa/Juba")]
        time_zone: String,
        /// How long it lasts, in minutes.
        duration_minutes: i32,
        /// The first instant.
        starts_at: DateTime<Utc>,
        /// The instant after the last.
        ends_at: DateTime<Utc>,
        /// With `?tz=`: the same in the asked zone.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        local: Option<LocalTimes>,
    },
    /// The day is known.
    #[schema(title = "GalleryWhenDay")]
    Day {
        /// `YYYY-MM-DD`.
        date: String,
    },
    /// The month is known, or no more may be told.
    #[schema(title = "GalleryWhenMonth")]
    Month {
        /// `YYYY-MM`.
        date: String,
    },
    /// The year is known.
    #[schema(title = "GalleryWhenYear")]
    Year {
        /// `YYYY`.
        date: String,
    },
    /// Nothing is known.
    #[schema(title = "GalleryWhenUnknown")]
    Unknown {},
}

/// Wall times in a zone that the reader asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LocalTimes {
    /// The asked zone.
    pub time_zone: String,
    /// The start there.
    pub starts_local: String,
    /// The end there.
    pub ends_local: String,
}

/// A theme as a document carries it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThemeLabel {
    /// Identifier.
    pub id: Uuid,
    /// Its label in the document's language, else in another.
    #[schema(example = "Access to grants")]
    pub label: String,
}

/// Another document, named.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DocumentLabel {
    /// Identifier.
    pub id: Uuid,
    /// Its title in the document's language, else in its own.
    pub title: String,
}

/// What every gallery item has, whatever its type.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GalleryCommon {
    /// Identifier.
    pub id: Uuid,
    /// Country (ISO 3166-1 alpha-2); null if there is none or it is hidden.
    #[schema(required = true, example = "SS")]
    pub country: Option<String>,
    /// Where.
    pub place: PublicPlace,
    /// When.
    pub when: GalleryWhen,
    /// The language of the original text (BCP 47).
    #[schema(example = "en")]
    pub language: String,
    /// The language of the texts in this very answer.
    #[schema(example = "en")]
    pub text_language: String,
    /// The texts in other languages, by tag.
    pub translations: BTreeMap<String, Translation>,
    /// What it is about.
    pub themes: Vec<ThemeLabel>,
    /// When this public document last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = true, nullable = false)]
    pub updated_at: Option<DateTime<Utc>>,
    /// Addresses of this and related documents, relative to the server.
    pub links: BTreeMap<&'static str, String>,
}

/// The one word `initiative`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InitiativeType {
    /// An initiative.
    Initiative,
}

/// The one word `event`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// An event.
    Event,
}

/// The one word `quote`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuoteType {
    /// A quote.
    Quote,
}

/// The one word `outcome`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeType {
    /// An outcome.
    Outcome,
}

/// The one word `story`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoryType {
    /// A story.
    Story,
}

/// An organisation, named.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrganisationLabel {
    /// Identifier.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
}

/// Who hosts: an organisation, or a person who consented to be named. People have no identifier here.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HostLabel {
    /// The name.
    pub name: String,
    /// The organisation; null for a person.
    #[schema(required = true)]
    pub organisation: Option<Uuid>,
}

/// A continuing effort of one or more organisations.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InitiativeItem {
    /// What it is.
    pub r#type: InitiativeType,
    /// What it is within its type; the same word, since initiatives have no kinds.
    pub kind: InitiativeType,
    /// What every item has.
    #[serde(flatten)]
    pub common: GalleryCommon,
    /// Title.
    pub title: String,
    /// One paragraph.
    #[schema(required = true)]
    pub summary: Option<String>,
    /// The long text.
    #[schema(required = true)]
    pub description: Option<String>,
    /// Languages it works in.
    pub languages: Vec<String>,
    /// Its own site.
    #[schema(required = true)]
    pub url: Option<String>,
    /// Who carries it.
    pub organisations: Vec<OrganisationLabel>,
    /// When somebody last said that all of this is still so; null if nobody has here.
    #[schema(required = true, example = "2027-03-14")]
    pub confirmed_on: Option<NaiveDate>,
}

/// The headcount of an event, by role. A member that was not given is null.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PublicHeadcount {
    /// Activists.
    #[schema(required = true)]
    pub activist: Option<PublicCount>,
    /// Donors.
    #[schema(required = true)]
    pub donor: Option<PublicCount>,
    /// Allies.
    #[schema(required = true)]
    pub ally: Option<PublicCount>,
    /// Organisations that were represented.
    #[schema(required = true)]
    pub organisations: Option<PublicCount>,
}

/// Something with a time and people.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventItem {
    /// What it is.
    pub r#type: EventType,
    /// What it is within its type.
    pub kind: EventKind,
    /// What every item has.
    #[serde(flatten)]
    pub common: GalleryCommon,
    /// Title.
    pub title: String,
    /// One paragraph.
    #[schema(required = true)]
    pub summary: Option<String>,
    /// The long text.
    #[schema(required = true)]
    pub description: Option<String>,
    /// `scheduled`, `held` or `cancelled`.
    pub status: EventStatus,
    /// How people meet.
    pub format: EventFormat,
    /// `live`, `asynchronous` or both, where known.
    pub delivery: Vec<String>,
    /// Languages spoken.
    pub languages: Vec<String>,
    /// Who answers for it, as far as they may be named.
    pub hosts: Vec<HostLabel>,
    /// Who helps, as far as they may be named.
    pub co_hosts: Vec<HostLabel>,
    /// The initiative it belongs to, if that is public.
    #[schema(required = true)]
    pub initiative: Option<DocumentLabel>,
    /// Guiding questions.
    pub questions: Vec<String>,
    /// What it is about.
    pub topics: Vec<String>,
    /// What a Jam Session is for.
    pub purposes: Vec<String>,
    /// What is provided.
    pub accessibility: Vec<String>,
    /// Who may register.
    pub registration: RegistrationMode,
    /// Whether there are seats, in a word.
    pub seats: PublicSeats,
    /// What everybody who registers is asked.
    pub registration_questions: Vec<RegistrationQuestion>,
    /// How many came, where the host approved that; null else.
    #[schema(required = true)]
    pub headcount: Option<PublicHeadcount>,
    /// A link to a recording.
    #[schema(required = true)]
    pub recording: Option<String>,
}

/// Who said it, as finely as they allowed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Attribution {
    /// How finely.
    pub level: AttributionLevel,
    /// The name, pseudonym, or role and country; null if anonymous.
    #[schema(required = true)]
    pub label: Option<String>,
}

/// Words somebody said and allowed to be published.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QuoteItem {
    /// What it is.
    pub r#type: QuoteType,
    /// What it is within its type; the same word, since quotes have no kinds.
    pub kind: QuoteType,
    /// What every item has.
    #[serde(flatten)]
    pub common: GalleryCommon,
    /// The words.
    pub text: String,
    /// Who said them.
    pub attribution: Attribution,
    /// Where they were said.
    #[schema(required = true)]
    pub event: Option<DocumentLabel>,
    /// The initiative they belong to.
    #[schema(required = true)]
    pub initiative: Option<DocumentLabel>,
}

/// A finding, barrier, need, recommendation, decision or lesson of an event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OutcomeItem {
    /// What it is.
    pub r#type: OutcomeType,
    /// What it is within its type.
    pub kind: OutcomeKind,
    /// What every item has.
    #[serde(flatten)]
    pub common: GalleryCommon,
    /// What was found.
    pub text: String,
    /// Whom it asks.
    pub addressed_to: Vec<String>,
    /// Later events that took it up.
    pub followed_by: Vec<DocumentLabel>,
    /// The event it came from.
    #[schema(required = true)]
    pub event: Option<DocumentLabel>,
    /// The initiative of that event.
    #[schema(required = true)]
    pub initiative: Option<DocumentLabel>,
}

/// A link to a video, blog, document or recording.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StoryItem {
    /// What it is.
    pub r#type: StoryType,
    /// What it is within its type.
    pub kind: StoryKind,
    /// What every item has.
    #[serde(flatten)]
    pub common: GalleryCommon,
    /// Title.
    pub title: String,
    /// One paragraph.
    #[schema(required = true)]
    pub summary: Option<String>,
    /// Where it is.
    pub url: String,
    /// The event it tells of.
    #[schema(required = true)]
    pub event: Option<DocumentLabel>,
    /// The initiative it tells of.
    #[schema(required = true)]
    pub initiative: Option<DocumentLabel>,
}

/// Any gallery item; `type` tells which.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum GalleryItem {
    /// An initiative.
    Initiative(Box<InitiativeItem>),
    /// An event.
    Event(Box<EventItem>),
    /// A quote.
    Quote(Box<QuoteItem>),
    /// An outcome.
    Outcome(Box<OutcomeItem>),
    /// A story.
    Story(Box<StoryItem>),
}

impl GalleryItem {
    /// What every item has.
    pub fn common_mut(&mut self) -> &mut GalleryCommon {
        match self {
            Self::Initiative(i) => &mut i.common,
            Self::Event(i) => &mut i.common,
            Self::Quote(i) => &mut i.common,
            Self::Outcome(i) => &mut i.common,
            Self::Story(i) => &mut i.common,
        }
    }
}
