//! Events: dialogues, Jam Sessions and everything else with a time and people.

mod api;
mod calendar;
mod clashes;
mod forget;
mod guided;
mod imported;
mod jobs;
mod lockdown;
mod made;
mod out;
mod revisions;
mod rules;
mod second_person;
mod store;
mod wire;

use ::entity::event;
use ::entity::event_helper::HelperPart;
use ::entity::event_host::HostPart;
use ::entity::ids::{OrganisationId, PersonId, ThemeId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::http::routes::Routes;
use crate::reference::Point;

pub use calendar::{calendar_name, discreet_entry};
pub use forget::forget_person;
pub use guided::with_questions;
pub use imported::edit_by_file;
pub use jobs::follow_zone_data;
pub use made::{Made, call_off, follow, make};
pub use rules::may_be_told_otherwise;
pub use second_person::{decided, guarded};
pub use store::{load, rows, save};
pub use wire::EventIn;

/// An event with what belongs to it, its secrets open.
#[derive(Clone, Debug)]
pub struct EventRecord {
    /// The event. What is sealed and what the public may see of the place are written by [`save`].
    pub row: event::Model,
    /// The exact place. Never public as it is.
    pub place: ExactPlace,
    /// How to join from afar. Never public.
    pub joining: Joining,
    /// Why it was called off or moved. Never public.
    pub reasons: Reasons,
    /// Who hosts.
    pub hosts: Vec<(HostPart, HostId)>,
    /// Who helps and does not answer for it: it is not their own, and they are never public.
    pub helpers: Vec<(HelperPart, HostId)>,
    /// What it is about.
    pub themes: Vec<ThemeId>,
}

/// Where an event really is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExactPlace {
    /// The name or address of the house.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venue: Option<String>,
    /// The point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
}

/// How an online event is joined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joining {
    /// The link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_url: Option<String>,
    /// What else one must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
}

/// Why an event is not as it was announced, in its host's words: they may say who was arrested.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons {
    /// Why it was cancelled.
    pub cancelled: Option<String>,
    /// Why it was last moved.
    pub moved: Option<String>,
}

/// A host: a person or an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostId {
    /// A person.
    Person(PersonId),
    /// An organisation.
    Organisation(OrganisationId),
}

impl HostId {
    /// The identifier.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Person(id) => id.0,
            Self::Organisation(id) => id.0,
        }
    }

    /// The person and the organisation, exactly one of which there is.
    pub const fn columns(self) -> (Option<PersonId>, Option<OrganisationId>) {
        match self {
            Self::Person(id) => (Some(id), None),
            Self::Organisation(id) => (None, Some(id)),
        }
    }

    /// Reads them back.
    fn of_columns(person: Option<PersonId>, organisation: Option<OrganisationId>) -> Option<Self> {
        person.map(Self::Person).or(organisation.map(Self::Organisation))
    }
}

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(calendar::calendar)
        .service(api::change)
        .service(api::submit)
        .service(api::schedule)
        .service(api::reschedule)
        .service(api::complete)
        .service(api::cancel)
        .service(lockdown::lock_down)
        .service(api::remove)
        .service(revisions::list)
        .service(revisions::get)
        .service(revisions::blank)
        .service(revisions::restore);
}
