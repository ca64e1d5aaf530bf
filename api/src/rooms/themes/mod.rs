//! Themes: topics in several languages, and which records carry them.

mod api;
mod store;
mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

pub use ::entity::theme::Model as Theme;
pub use store::{about, load, save, set_themes, themes_of};

/// Registers all of this. The list is public, see `gallery`.
pub fn routes(config: &mut ServiceConfig) {
    config.service(api::create).service(api::get).service(api::change).service(api::remove);
}
