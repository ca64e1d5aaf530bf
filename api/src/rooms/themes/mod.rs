//! Themes: topics in several languages, and which records carry them.

mod api;
mod revisions;
mod store;
mod wire;

pub use ::entity::theme::Model as Theme;
pub use store::{about, load, save, set_themes, themes_of};

use crate::http::routes::Routes;

/// Registers all of this. The list is public, see `gallery`.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::get)
        .service(api::change)
        .service(api::remove)
        .service(revisions::list)
        .service(revisions::get)
        .service(revisions::blank)
        .service(revisions::restore);
}
