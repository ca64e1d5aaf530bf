//! Organisations: groups, NGOs, donors, universities, media and public bodies.

mod api;
mod store;
mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

pub use ::entity::organisation::Model as Organisation;
pub use store::{load, named, save};

/// Registers all of this.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(api::change)
        .service(api::remove);
}
