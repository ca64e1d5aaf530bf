//! The private side: one room per resource. A room's `mod.rs` says what it is for and holds the functions that other rooms
//! may call; `store.rs` is its queries.

pub mod accounts;
pub mod audit_log;
pub mod bundle;
pub mod consents;
pub mod events;
pub mod initiatives;
pub mod organisations;
pub mod outcomes;
pub mod people;
pub mod quotes;
pub mod records;
pub mod sessions;
pub mod stories;
pub mod submissions;
pub mod themes;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers all of this.
pub fn routes(config: &mut ServiceConfig) {
    sessions::routes(config);
    accounts::routes(config);
    themes::routes(config);
    organisations::routes(config);
    people::routes(config);
    initiatives::routes(config);
    events::routes(config);
    outcomes::routes(config);
    quotes::routes(config);
    stories::routes(config);
    submissions::routes(config);
    audit_log::routes(config);
}
