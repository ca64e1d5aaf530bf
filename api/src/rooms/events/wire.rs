//! What callers send.

use std::collections::BTreeMap;

use ::entity::event::{EventFormat, EventKind, EventStatus, RegistrationMode, Visibility, Waitlist};
use ::entity::kinds::{Precision, Risk};
use ::entity::values::{Headcount, SeatShare, Translation};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::EventRecord;
use super::out::EventOut;
use crate::moment::{Moment, When};
use crate::problem::Problem;
use crate::rooms::bundle::{
    CountryCode, Delivery, EventGuide, EventLine, EventPlace, Incoming, LanguageTag, Names, Online, RecordId,
    Sentence, WebAddress, translations_schema,
};
use crate::rooms::records::{Edit, Mergeable, Written, written_as};

/// An event as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventIn {
    /// What it is.
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
    #[schema(required = true, nullable = false, example = "en")]
    language: Option<LanguageTag>,
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
    /// When. It is written whole.
    when: When,
    /// Where. Venue and point are sealed and not read back.
    place: EventPlace,
    /// How finely the place may be shown. Once it is no draft, only coarser.
    #[serde(default = "country")]
    #[schema(default = "country")]
    public_precision: Precision,
    /// How it is joined from afar. Link and instructions are sealed and not read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    online: Option<Online>,
    /// Who answers for it: people or organisations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    hosts: Vec<RecordId>,
    /// Who helps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    co_hosts: Vec<RecordId>,
    /// Who leads the talk: people or organisations. Never public, like the two below.
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
    /// The initiative it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, nullable = false)]
    initiative: Option<RecordId>,
    /// The dialogue guide, in a published version, that it has its questions of, in its own language if there is a translation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    guide: Option<EventGuide>,
    /// Guiding questions. With a guide, those of the guide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    questions: Vec<Sentence>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    topics: Vec<Sentence>,
    /// What a Jam Session is for.
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
    /// When registration closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    registration_closes_at: Option<DateTime<Utc>>,
    /// Who is promoted first.
    #[serde(default = "fifo")]
    #[schema(default = "fifo")]
    waitlist: Waitlist,
    /// Who may find it.
    #[serde(default = "private")]
    #[schema(default = "private")]
    visibility: Visibility,
    /// How dangerous it is to be seen there. Once it is no draft, only higher.
    #[serde(default = "low")]
    #[schema(default = "low")]
    risk: Risk,
    /// How many came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    headcount: Option<Headcount>,
    /// A link to a recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    recording: Option<WebAddress>,
    /// The texts in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = translations_schema)]
    translations: BTreeMap<String, Translation>,
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

written_as!(EventIn is EventLine without { id: RecordId, status: EventStatus } with {
    kind, title, summary, description, language, languages, format, delivery, when, place, public_precision, online,
    hosts, co_hosts, facilitators, interpreters, note_takers, initiative, guide, questions, topics, purposes, accessibility, themes, capacity, composition, registration,
    registration_closes_at, waitlist, visibility, risk, headcount, recording, translations,
});

/// What a template says instead of `registration_closes_at`.
const CLOSES_BEFORE: &str = "registration_closes_before_minutes";

impl EventIn {
    /// The body of an event that is as a template says and takes place then.
    ///
    /// # Errors
    /// 500 if the template is none.
    pub fn of_template(template: &impl Serialize, when: &When) -> Result<Self, Problem> {
        let mut body = serde_json::to_value(template).map_err(Problem::internal)?;
        if let Some(members) = body.as_object_mut() {
            members.insert("when".to_owned(), serde_json::to_value(when).map_err(Problem::internal)?);
            // A template cannot name an instant: it says how long before each event.
            let before = members.remove(CLOSES_BEFORE).and_then(|minutes| minutes.as_i64());
            if let (Some(minutes), Ok(Moment::Minute { starts_at, .. })) = (before, when.understand()) {
                let closes = serde_json::to_value(starts_at - TimeDelta::minutes(minutes));
                members.insert("registration_closes_at".to_owned(), closes.map_err(Problem::internal)?);
            }
        }
        serde_json::from_value(body).map_err(Problem::internal)
    }
}

impl Mergeable for EventIn {
    const WHOLE: &'static [&'static str] = &["when"];
    const SEALED: &'static [&'static [&'static str]] =
        &[&["place", "venue"], &["place", "point"], &["online", "join_url"], &["online", "instructions"]];
}

impl Written for EventIn {
    type Record = EventRecord;

    fn of(record: EventRecord) -> Self {
        Self::of_line(EventLine::of(record, &Names::here()))
    }

    fn names(&self) -> Vec<&RecordId> {
        let people = self.hosts.iter().chain(&self.co_hosts).chain(&self.facilitators);
        let people = people.chain(&self.interpreters).chain(&self.note_takers);
        people.chain(&self.initiative).chain(&self.themes).collect()
    }

    fn into_record(self, incoming: &mut Incoming<'_>, before: Option<&EventRecord>) -> Option<EventRecord> {
        if before.is_none() && self.place.country.is_none() {
            incoming.refuse("/place/country", "required", "is required");
        }
        let status = before.map_or(EventStatus::Draft, |before| before.row.status);
        let mut event = self.into_line(incoming.name(), status).into_record(incoming);
        event.reasons = before.map(|before| before.reasons.clone()).unwrap_or_default();
        event.row.locked_down_at = before.and_then(|before| before.row.locked_down_at);
        Some(event)
    }
}

/// An edit of an event: what is left out stays, `null` clears.
pub(super) type EventPatch = Edit<EventIn>;

/// To when a scheduled event is moved.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EventRescheduleIn {
    /// When it takes place instead: in the future.
    pub(super) when: When,
    /// Why. It is kept and not published.
    #[serde(default)]
    #[schema(nullable = false, max_length = 1000, pattern = r"\S")]
    pub(super) reason: Option<String>,
}

/// What is told when an event was held.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EventCompleteIn {
    /// How many came.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) headcount: Option<Headcount>,
}

/// What is told when an event is cancelled.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EventCancelIn {
    /// Why. It is kept and not published.
    #[serde(default)]
    #[schema(nullable = false, max_length = 1000, pattern = r"\S")]
    pub(super) reason: Option<String>,
}

/// A page of events.
#[derive(ToSchema)]
#[schema(as = EventRecordPage)]
#[allow(dead_code, reason = "only described")]
pub(super) struct EventPage {
    /// The events.
    items: Vec<EventOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which event.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct EventPath {
    /// The event.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) event_id: Uuid,
}

/// Which events are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventFilter {
    /// States, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 5)]
    pub(super) status: Vec<EventStatus>,
    /// What they are, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 7)]
    pub(super) kind: Vec<EventKind>,
    /// Countries (ISO 3166-1 alpha-2), separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 60)]
    pub(super) country: Vec<CountryCode>,
    /// Ids of initiatives, separated by commas: one of them.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub(super) initiative: Vec<Uuid>,
    /// Ids of themes, separated by commas: one of them.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub(super) theme: Vec<Uuid>,
}
