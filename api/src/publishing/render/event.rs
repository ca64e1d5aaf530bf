//! An event's document.

use ::entity::event::{self, EventStatus};
use ::entity::event_host::HostPart;
use ::entity::gallery_document::DocumentKind;
use ::entity::kinds::{Precision, Risk};
use chrono::{DateTime, Utc};

use super::{Draft, Rendered, event_precision, initiative_label, initiative_of_event};
use crate::moment::{Moment, WallTime};
use crate::publishing::counts;
use crate::publishing::documents::{EventItem, EventType, GalleryItem, HostLabel, PublicHeadcount};
use crate::publishing::facts::Facts;
use crate::publishing::place::{KnownPlace, public_place};
use crate::publishing::{rules, seats};
use crate::reference::Point;

pub(super) fn render(event: &event::Model, facts: &Facts, now: DateTime<Utc>) -> Option<Rendered> {
    let precision = event_precision(event);
    let known = KnownPlace {
        country: event.country.as_deref(),
        region: event.region.as_deref(),
        locality: event.locality.as_deref(),
        venue: event.public_venue.as_deref(),
        point: event.public_lat.zip(event.public_lon).map(|(lat, lon)| Point { lat, lon }),
    };
    let initiative = initiative_of_event(event, facts);
    let draft = Draft {
        kind: DocumentKind::Event,
        subkind: Some(event.kind.as_str()),
        id: event.id.0,
        country: known.country.filter(|_| precision != Precision::Hidden),
        place: Box::new(move |language| public_place(&known, precision, language)),
        moment: public_moment(event),
        cancelled: event.status == EventStatus::Cancelled,
        language: &event.language,
        spoken: &event.languages.0,
        translations: &event.translations,
        event_id: None,
        initiative_id: initiative.map(|i| i.0),
    };
    draft.finish(facts, |texts, common| {
        let title = texts.title(&event.title);
        let item = EventItem {
            r#type: EventType::Event,
            kind: event.kind,
            common,
            title: title.clone(),
            summary: texts.summary(event.summary.as_deref()),
            description: texts.description(event.description.as_deref()),
            status: event.status,
            format: event.format,
            delivery: event.delivery.0.clone(),
            languages: event.languages.0.clone(),
            hosts: hosts(event, HostPart::Host, facts, now),
            co_hosts: hosts(event, HostPart::CoHost, facts, now),
            initiative: initiative_label(initiative, texts.language, facts),
            questions: event.questions.0.clone(),
            topics: event.topics.0.clone(),
            purposes: event.purposes.0.clone(),
            accessibility: event.accessibility.0.clone(),
            registration: event.registration,
            seats: seats::word(event, facts.desks.get(&event.id), now),
            registration_questions: seats::questions(event, facts.desks.get(&event.id), now),
            headcount: event.headcount.filter(|_| event.headcount_approved).map(|h| PublicHeadcount {
                activist: h.activist.map(counts::headcount),
                donor: h.donor.map(counts::headcount),
                ally: h.ally.map(counts::headcount),
                organisations: h.organisations.map(counts::headcount),
            }),
            recording: event.recording.clone(),
        };
        (title.clone(), Some(title), GalleryItem::Event(Box::new(item)))
    })
}

/// From high risk on the month only. Where the place is hidden, the hour is told in UTC: a zone names a place.
pub(super) fn public_moment(event: &event::Model) -> Moment {
    let moment = rules::moment_of(event);
    match moment {
        _ if event.risk >= Risk::High => moment.month_only(),
        Moment::Minute { wall, starts_at, ends_at } if event_precision(event) == Precision::Hidden => {
            let wall = WallTime { local: starts_at.naive_utc(), zone: chrono_tz::UTC, offset: None, ..wall };
            Moment::Minute { wall, starts_at, ends_at }
        }
        other => other,
    }
}

/// Those who may be named: organisations, and people with an active consent for it. From high risk on, nobody.
fn hosts(event: &event::Model, part: HostPart, facts: &Facts, now: DateTime<Utc>) -> Vec<HostLabel> {
    if event.risk >= Risk::High {
        return Vec::new();
    }
    let hosts = facts.hosts.get(&event.id).into_iter().flatten().filter(|h| h.part == part);
    hosts
        .filter_map(|host| {
            if let Some(person) = host.person_id {
                rules::name_consent(person, facts, now)?;
                let name = facts.people.get(&person)?.display_name.clone();
                return Some(HostLabel { name, organisation: None });
            }
            let organisation = facts.organisations.get(&host.organisation_id?)?;
            Some(HostLabel { name: organisation.name.clone(), organisation: Some(organisation.id.0) })
        })
        .collect()
}
