//! Outcomes: findings, barriers, needs, recommendations, decisions and lessons of events.

mod api;
mod revisions;
mod rules;
mod store;
mod wire;

use ::entity::ids::{EventId, ThemeId};
use ::entity::outcome;

use crate::http::routes::Routes;

pub use store::{load, save};

/// An outcome with what belongs to it.
#[derive(Clone, Debug)]
pub struct OutcomeRecord {
    /// The outcome.
    pub row: outcome::Model,
    /// Later events that took it up.
    pub followed_by: Vec<EventId>,
    /// What it is about.
    pub themes: Vec<ThemeId>,
}

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(api::change)
        .service(api::approve)
        .service(api::withdraw)
        .service(api::remove)
        .service(revisions::list)
        .service(revisions::get)
        .service(revisions::blank)
        .service(revisions::restore);
}
