//! Stories: links to videos, blogs, documents and recordings.

mod api;
mod revisions;
mod rules;
mod store;
mod wire;

use ::entity::ids::ThemeId;
use ::entity::story;

use crate::http::routes::Routes;

pub use store::{load, save};

/// A story with what belongs to it.
#[derive(Clone, Debug)]
pub struct StoryRecord {
    /// The story.
    pub row: story::Model,
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
