//! Lines of events.

use std::collections::BTreeMap;

use ::entity::event::{self, EventFormat, EventKind, EventStatus, RegistrationMode, Visibility, Waitlist};
use ::entity::event_helper::HelperPart;
use ::entity::event_host::HostPart;
use ::entity::ids::EventId;
use ::entity::kinds::{Precision, RecordKind, Risk};
use ::entity::values::{Composition, Headcount, SeatShare, Texts, Translation};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_parts::{Delivery, EventGuide, EventPlace, Online};
use super::parts::{
    CountryCode, Incoming, LanguageTag, Names, RecordId, Sentence, WebAddress, sentences, to_sentences,
    to_tags,
};
use crate::http::json::step;
use crate::moment::{Moment, When, ZONE_DATA};
use crate::rooms::events::{EventRecord, ExactPlace, HostId, Joining, Reasons};

/// Anything with a time and people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleEvent)]
pub struct EventLine {
    /// Its id in the source.
    pub id: RecordId,
    /// What it is.
    pub kind: EventKind,
    /// Title.
    #[schema(max_length = 200, pattern = r"\S")]
    pub title: String,
    /// One paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    pub summary: Option<String>,
    /// The long text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 20_000)]
    pub description: Option<String>,
    /// The language of the texts; the header's if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<LanguageTag>,
    /// Languages spoken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub languages: Vec<LanguageTag>,
    /// How people meet.
    pub format: EventFormat,
    /// Live, asynchronous or both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2)]
    pub delivery: Vec<Delivery>,
    /// When.
    pub when: When,
    /// Where.
    pub place: EventPlace,
    /// How finely the place may be shown; the country if not said.
    #[serde(default = "country")]
    #[schema(default = "country")]
    pub public_precision: Precision,
    /// How it is joined from afar. The link is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub online: Option<Online>,
    /// Who answers for it: people or organisations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub hosts: Vec<RecordId>,
    /// Who helps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub co_hosts: Vec<RecordId>,
    /// Who leads the talk: people or organisations. Never public, like the two below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub facilitators: Vec<RecordId>,
    /// Who interprets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub interpreters: Vec<RecordId>,
    /// Who takes notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub note_takers: Vec<RecordId>,
    /// The initiative it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub initiative: Option<RecordId>,
    /// The dialogue guide that it has its questions of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub guide: Option<EventGuide>,
    /// Guiding questions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub questions: Vec<Sentence>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub topics: Vec<Sentence>,
    /// What a Jam Session is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub purposes: Vec<Sentence>,
    /// What is provided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub accessibility: Vec<Sentence>,
    /// Themes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub themes: Vec<RecordId>,
    /// Seats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    pub capacity: Option<i32>,
    /// How seats are shared between roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub composition: Vec<SeatShare>,
    /// Who may register; nobody if not said.
    #[serde(default = "closed")]
    #[schema(default = "closed")]
    pub registration: RegistrationMode,
    /// When registration closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub registration_closes_at: Option<DateTime<Utc>>,
    /// Who is promoted first.
    #[serde(default = "fifo")]
    #[schema(default = "fifo")]
    pub waitlist: Waitlist,
    /// Who may find it; nobody outside if not said.
    #[serde(default = "private")]
    #[schema(default = "private")]
    pub visibility: Visibility,
    /// How dangerous it is to be seen there; low if not said.
    #[serde(default = "low")]
    #[schema(default = "low")]
    pub risk: Risk,
    /// Where it stands; a draft if not said.
    #[serde(default = "draft")]
    #[schema(default = "draft")]
    pub status: EventStatus,
    /// How many came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub headcount: Option<Headcount>,
    /// A link to a recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub recording: Option<WebAddress>,
    /// The texts in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = super::parts::translations_schema)]
    pub translations: BTreeMap<String, Translation>,
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

fn draft() -> EventStatus {
    EventStatus::Draft
}

impl EventLine {
    /// The record it stands for. A headcount that is given is approved.
    pub fn into_record(self, incoming: &mut Incoming<'_>) -> EventRecord {
        let language = incoming.own_language(self.language.as_ref());
        let moment = self.when.understand().unwrap_or_else(|why| {
            incoming.refuse(&step("/when", why.member()), "invalid_time", why.to_string());
            Moment::Unknown
        });
        let mut hosts = hosts("/hosts", HostPart::Host, &self.hosts, incoming);
        hosts.extend(self::hosts("/co_hosts", HostPart::CoHost, &self.co_hosts, incoming));
        let mut helpers = self::hosts("/facilitators", HelperPart::Facilitator, &self.facilitators, incoming);
        helpers.extend(self::hosts("/interpreters", HelperPart::Interpreter, &self.interpreters, incoming));
        helpers.extend(self::hosts("/note_takers", HelperPart::NoteTaker, &self.note_takers, incoming));
        for (i, share) in self.composition.iter().enumerate() {
            let twice = self.composition[..i].iter().any(|s| s.role == share.role);
            if twice || share.min.zip(share.max).is_some_and(|(min, max)| min > max) {
                incoming.refuse(
                    &format!("/composition/{i}"),
                    "impossible",
                    "names a role twice, or a min above its max",
                );
            }
        }
        let least: u64 = self.composition.iter().filter_map(|share| share.min).map(u64::from).sum();
        if self.capacity.is_some_and(|seats| u64::try_from(seats).unwrap_or(0) < least) {
            let detail = "keeps more seats for roles than there are";
            incoming.refuse("/composition", "impossible", detail);
        }
        let online = self.online.unwrap_or_default();
        let columns = When::columns(&moment, &self.when);
        let held = self.status == EventStatus::Held;
        // The last second of what is over: the embargo of something long past does not begin with its import.
        let over = moment.span().map(|(_, until)| until - TimeDelta::seconds(1));
        let held_at = over.map_or(incoming.now, |over| over.min(incoming.now));
        EventRecord {
            place: ExactPlace { venue: self.place.venue, point: self.place.point },
            joining: Joining { join_url: online.join_url.map(|u| u.0), instructions: online.instructions },
            reasons: Reasons::default(),
            hosts,
            helpers,
            themes: incoming.many("/themes", &self.themes, RecordKind::Theme),
            row: event::Model {
                id: EventId(incoming.id),
                kind: self.kind,
                title: self.title,
                summary: self.summary,
                description: self.description,
                languages: incoming.tags("/languages", &self.languages),
                format: self.format,
                delivery: Texts(self.delivery.iter().map(|d| d.word().to_owned()).collect()),
                when_precision: columns.precision,
                when_date: columns.date,
                starts_local: columns.wall.map(|w| w.local),
                time_zone: columns.wall.map(|w| w.zone.name().to_owned()),
                utc_offset: columns.wall.and_then(|w| w.offset),
                duration_minutes: columns.wall.map(|w| w.minutes),
                starts_at: columns.instants.map(|i| i.0),
                ends_at: columns.instants.map(|i| i.1),
                zone_data: columns.wall.map(|_| ZONE_DATA.to_owned()),
                country: incoming.country("/place/country", self.place.country.as_ref()),
                region: self.place.region,
                locality: self.place.locality,
                sealed_place: None,
                sealed_online: None,
                sealed_cancel_reason: None,
                sealed_reschedule_reason: None,
                online_platform: online.platform,
                public_lat: None,
                public_lon: None,
                public_venue: None,
                public_precision: self.public_precision,
                initiative_id: incoming.one("/initiative", self.initiative.as_ref(), RecordKind::Initiative),
                guide_id: self.guide.map(|guide| guide.id),
                guide_version: self.guide.map(|guide| guide.version),
                questions: sentences(self.questions),
                topics: sentences(self.topics),
                purposes: sentences(self.purposes),
                accessibility: sentences(self.accessibility),
                capacity: self.capacity,
                composition: Composition(self.composition),
                registration: self.registration,
                registration_closes_at: self.registration_closes_at.map(|t| t.trunc_subsecs(6)),
                waitlist: self.waitlist,
                visibility: self.visibility,
                risk: self.risk,
                status: self.status,
                held_at: held.then_some(incoming.held_at.unwrap_or(held_at)),
                locked_down_at: None,
                headcount: self.headcount,
                headcount_approved: self.headcount.is_some(),
                recording: self.recording.map(|u| u.0),
                translations: incoming.translations(&language, self.translations),
                language,
                version: incoming.version,
                created_by: incoming.created_by,
                created_at: incoming.created_at,
                updated_at: incoming.now,
            },
        }
    }

    /// The line that stands for a record.
    pub fn of(record: EventRecord, names: &Names<'_>) -> Self {
        let EventRecord { row, place, joining, reasons: _, hosts, helpers, themes } = record;
        let online = Online {
            platform: row.online_platform.clone(),
            join_url: joining.join_url.map(WebAddress),
            instructions: joining.instructions,
        };
        Self {
            id: names.of(row.id),
            kind: row.kind,
            when: When::of_row(&row),
            title: row.title,
            summary: row.summary,
            description: row.description,
            language: Some(LanguageTag(row.language)),
            languages: to_tags(row.languages),
            format: row.format,
            delivery: row.delivery.0.iter().filter_map(|d| Delivery::of(d)).collect(),
            place: EventPlace {
                country: row.country.map(CountryCode),
                region: row.region,
                locality: row.locality,
                venue: place.venue,
                point: place.point,
            },
            public_precision: row.public_precision,
            online: Some(online).filter(|o| *o != Online::default()),
            hosts: of_part(&hosts, HostPart::Host, names),
            co_hosts: of_part(&hosts, HostPart::CoHost, names),
            facilitators: of_part(&helpers, HelperPart::Facilitator, names),
            interpreters: of_part(&helpers, HelperPart::Interpreter, names),
            note_takers: of_part(&helpers, HelperPart::NoteTaker, names),
            initiative: row.initiative_id.map(|id| names.of(id)),
            guide: row.guide_id.zip(row.guide_version).map(|(id, version)| EventGuide { id, version }),
            questions: to_sentences(row.questions),
            topics: to_sentences(row.topics),
            purposes: to_sentences(row.purposes),
            accessibility: to_sentences(row.accessibility),
            themes: names.all(themes),
            capacity: row.capacity,
            composition: row.composition.0,
            registration: row.registration,
            registration_closes_at: row.registration_closes_at,
            waitlist: row.waitlist,
            visibility: row.visibility,
            risk: row.risk,
            status: row.status,
            headcount: row.headcount,
            recording: row.recording.map(WebAddress),
            translations: row.translations.0,
        }
    }
}

fn of_part<P: PartialEq>(all: &[(P, HostId)], wanted: P, names: &Names<'_>) -> Vec<RecordId> {
    let of_part = all.iter().filter(|(part, _)| *part == wanted);
    of_part.map(|(_, host)| names.of(host.id())).collect()
}

fn hosts<P: Copy>(
    pointer: &str,
    part: P,
    names: &[RecordId],
    incoming: &mut Incoming<'_>,
) -> Vec<(P, HostId)> {
    let mut hosts = Vec::with_capacity(names.len());
    for (i, name) in names.iter().enumerate() {
        let kinds = [RecordKind::Person, RecordKind::Organisation];
        if let Some((kind, id)) = incoming.find(&step(pointer, &i.to_string()), name, &kinds) {
            let host = if kind == RecordKind::Person {
                HostId::Person(id.into())
            } else {
                HostId::Organisation(id.into())
            };
            hosts.push((part, host));
        }
    }
    hosts
}
