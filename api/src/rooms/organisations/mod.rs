//! Organisations: groups, NGOs, donors, universities, media and public bodies.

mod api;
mod revisions;
mod store;
mod suspending;
mod wire;

pub use ::entity::organisation::Model as Organisation;
pub use store::{load, named, of_name, save, suspend_again};

use crate::http::routes::Routes;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(api::change)
        .service(api::remove)
        .service(suspending::suspend)
        .service(suspending::restore)
        .service(revisions::list)
        .service(revisions::get)
        .service(revisions::blank)
        .service(revisions::restore);
}
