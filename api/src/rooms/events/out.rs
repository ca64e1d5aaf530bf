//! What callers read: nothing that is sealed, only whether it is there.

use std::collections::BTreeMap;

use ::entity::event::{self, EventFormat, EventKind, EventStatus, RegistrationMode, Visibility, Waitlist};
use ::entity::event_helper::HelperPart;
use ::entity::event_host::HostPart;
use ::entity::ids::{EventId, InitiativeId, ThemeId};
use ::entity::kinds::{Precision, Risk};
use ::entity::values::{Headcount, SeatShare, Translation};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{EventRecord, HostId};
use crate::moment::When;
use crate::publishing::WithheldReason;
use crate::rooms::bundle::EventGuide;
use crate::rooms::records::{Links, Shown};

/// An event.
#[derive(Serialize, ToSchema)]
pub(super) struct EventOut {
    /// Identifier.
    id: EventId,
    /// What it is.
    kind: EventKind,
    /// Title.
    title: String,
    /// One paragraph.
    summary: Option<String>,
    /// The long text.
    description: Option<String>,
    /// The language of the texts (BCP 47).
    language: String,
    /// Languages spoken.
    languages: Vec<String>,
    /// How people meet.
    format: EventFormat,
    /// Live, asynchronous or both.
    delivery: Vec<String>,
    /// When.
    when: When,
    /// The first instant, where it is known.
    starts_at: Option<DateTime<Utc>>,
    /// The instant after the last, where it is known.
    ends_at: Option<DateTime<Utc>>,
    /// Where.
    place: EventPlaceOut,
    /// How finely the place may be shown.
    public_precision: Precision,
    /// How it is joined from afar.
    online: EventOnlineOut,
    /// Who answers for it: people or organisations.
    hosts: Vec<Uuid>,
    /// Who helps.
    co_hosts: Vec<Uuid>,
    /// Who leads the talk. Never public, like the two below.
    facilitators: Vec<Uuid>,
    /// Who interprets.
    interpreters: Vec<Uuid>,
    /// Who takes notes.
    note_takers: Vec<Uuid>,
    /// The initiative it belongs to.
    initiative: Option<InitiativeId>,
    /// The dialogue guide that it has its questions of.
    guide: Option<EventGuide>,
    /// Guiding questions.
    questions: Vec<String>,
    /// What it is about.
    topics: Vec<String>,
    /// What a Jam Session is for.
    purposes: Vec<String>,
    /// What is provided.
    accessibility: Vec<String>,
    /// Themes.
    themes: Vec<ThemeId>,
    /// Seats.
    capacity: Option<i32>,
    /// How seats are shared between roles.
    composition: Vec<SeatShare>,
    /// Who may register.
    registration: RegistrationMode,
    /// When registration closes.
    registration_closes_at: Option<DateTime<Utc>>,
    /// Who is promoted first.
    waitlist: Waitlist,
    /// Who may find it.
    visibility: Visibility,
    /// How dangerous it is to be seen there.
    risk: Risk,
    /// How many came.
    headcount: Option<Headcount>,
    /// A link to a recording.
    recording: Option<String>,
    /// Why it was cancelled. Not public.
    cancel_reason: Option<String>,
    /// Why it was last moved. Not public.
    reschedule_reason: Option<String>,
    /// When it was recorded as held; what was long over when it was imported, when it ended.
    held_at: Option<DateTime<Utc>>,
    /// Since when it is locked down: nothing of it is public or told to those who registered.
    locked_down_at: Option<DateTime<Utc>>,
    /// The texts in other languages.
    translations: BTreeMap<String, Translation>,
    /// Where it stands.
    status: EventStatus,
    /// Whether it is in the gallery.
    published: bool,
    /// Why it is not.
    withheld_because: Vec<WithheldReason>,
    /// Grows by one with every edit; the `ETag` is made of it.
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last edited.
    updated_at: DateTime<Utc>,
    links: Links,
    /// What whoever made, scheduled, moved or edited it should know. In no other answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    warnings: Vec<EventWarning>,
}

/// Something to know, which stands in nobody's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct EventWarning {
    /// What it is.
    pub(super) code: EventWarningCode,
    /// The other event, of those that the caller may see.
    pub(super) event: EventId,
    /// Who is in both: a person or an organisation.
    pub(super) host: Uuid,
}

/// What there is to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum EventWarningCode {
    /// Somebody has a part in both events at the same time.
    DoubleBooked,
}

impl EventOut {
    /// The same, with warnings.
    pub(super) fn warned(self, warnings: Vec<EventWarning>) -> Self {
        Self { warnings, ..self }
    }
}

/// Where an event is, without venue and point.
#[derive(Serialize, ToSchema)]
struct EventPlaceOut {
    /// Its country (ISO 3166-1 alpha-2).
    country: Option<String>,
    /// The name of the province.
    region: Option<String>,
    /// The name of the town or county.
    locality: Option<String>,
    /// Whether the venue is known. It is sealed.
    has_venue: bool,
    /// Whether the exact point is known. It is sealed.
    has_point: bool,
}

/// How an event is joined, without the link.
#[derive(Serialize, ToSchema)]
struct EventOnlineOut {
    /// The platform.
    platform: Option<String>,
    /// Whether the link is known. It is sealed.
    has_join_url: bool,
    /// Whether there are instructions. They are sealed.
    has_instructions: bool,
}

impl From<Shown<EventRecord>> for EventOut {
    fn from(shown: Shown<EventRecord>) -> Self {
        let links = Links::of(&shown);
        let Shown { record, withheld_because } = shown;
        let EventRecord { row, place, joining, reasons, hosts, helpers, themes } = record;
        let when = When::of_row(&row);
        let event::Model {
            id,
            kind,
            title,
            summary,
            description,
            language,
            languages,
            format,
            delivery,
            when_precision: _,
            when_date: _,
            starts_local: _,
            time_zone: _,
            utc_offset: _,
            duration_minutes: _,
            starts_at,
            ends_at,
            zone_data: _,
            country,
            region,
            locality,
            sealed_place: _,
            sealed_online: _,
            sealed_cancel_reason: _,
            sealed_reschedule_reason: _,
            online_platform,
            public_lat: _,
            public_lon: _,
            public_venue: _,
            public_precision,
            initiative_id,
            guide_id,
            guide_version,
            questions,
            topics,
            purposes,
            accessibility,
            capacity,
            composition,
            registration,
            registration_closes_at,
            waitlist,
            visibility,
            risk,
            status,
            held_at,
            locked_down_at,
            headcount,
            headcount_approved: _,
            recording,
            translations,
            created_by: _,
            version,
            created_at,
            updated_at,
        } = row;
        let (has_venue, has_point) = (place.venue.is_some(), place.point.is_some());
        Self {
            id,
            kind,
            title,
            summary,
            description,
            language,
            languages: languages.0,
            format,
            delivery: delivery.0,
            when,
            starts_at,
            ends_at,
            place: EventPlaceOut { country, region, locality, has_venue, has_point },
            public_precision,
            online: EventOnlineOut {
                platform: online_platform,
                has_join_url: joining.join_url.is_some(),
                has_instructions: joining.instructions.is_some(),
            },
            hosts: of_part(&hosts, HostPart::Host),
            co_hosts: of_part(&hosts, HostPart::CoHost),
            facilitators: of_part(&helpers, HelperPart::Facilitator),
            interpreters: of_part(&helpers, HelperPart::Interpreter),
            note_takers: of_part(&helpers, HelperPart::NoteTaker),
            initiative: initiative_id,
            guide: guide_id.zip(guide_version).map(|(id, version)| EventGuide { id, version }),
            questions: questions.0,
            topics: topics.0,
            purposes: purposes.0,
            accessibility: accessibility.0,
            themes,
            capacity,
            composition: composition.0,
            registration,
            registration_closes_at,
            waitlist,
            visibility,
            risk,
            headcount,
            recording,
            cancel_reason: reasons.cancelled,
            reschedule_reason: reasons.moved,
            held_at,
            locked_down_at,
            translations: translations.0,
            status,
            published: withheld_because.is_empty(),
            withheld_because,
            version,
            created_at,
            updated_at,
            links,
            warnings: Vec::new(),
        }
    }
}

fn of_part<P: PartialEq>(all: &[(P, HostId)], wanted: P) -> Vec<Uuid> {
    all.iter().filter(|(part, _)| *part == wanted).map(|(_, host)| host.id()).collect()
}
