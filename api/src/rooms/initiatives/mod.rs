//! Initiatives: continuing efforts of one or more organisations; what stands on the map.
//!
//! This room is the one to copy: `wire` says what is sent and read, `rules` what may become of an initiative, `store` how it
//! is kept, and each handler in `api` is find, permit, rule, keep, tell.

mod api;
mod contacts;
mod imported;
mod revisions;
mod rules;
mod second_person;
mod store;
mod wire;

use ::entity::ids::{OrganisationId, ThemeId};
use ::entity::initiative;

use crate::http::routes::Routes;
use crate::reference::Point;

pub use contacts::{
    Contact, confirm, confirm_unedited, contact_hash, contacts_of, forget_contact, retire, set_contact,
};
pub use imported::edit_by_file;
pub use rules::still_on_the_map;
pub use second_person::{decided, guarded};
pub use store::{at_site, for_change, load, save};

/// An initiative with what belongs to it, its secrets open.
#[derive(Clone, Debug)]
pub struct InitiativeRecord {
    /// The initiative. The sealed place and what the public may see of it are written by [`save`].
    pub row: initiative::Model,
    /// The exact point. Never public as it is.
    pub point: Option<Point>,
    /// Who carries it.
    pub organisations: Vec<OrganisationId>,
    /// What it is about.
    pub themes: Vec<ThemeId>,
    /// Who is asked whether it is still so. No bundle has it and no import touches it.
    pub contact: Option<Contact>,
}

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(api::change)
        .service(api::publish)
        .service(api::archive)
        .service(api::remove)
        .service(revisions::list)
        .service(revisions::get)
        .service(revisions::blank)
        .service(revisions::restore);
}
