//! The private side: one room per resource. A room's `mod.rs` says what it is for and holds the functions that other rooms
//! may call; `store.rs` is its queries.

pub mod accounts;
pub mod audit_log;
pub mod batch;
pub mod bundle;
pub mod calendars;
pub mod changes;
pub mod consents;
pub mod countries;
pub mod entries;
pub mod erasures;
pub mod events;
pub mod exports;
pub mod guides;
pub mod imports;
pub mod initiatives;
pub mod keys;
pub mod lockdown;
pub mod manage_links;
pub mod organisations;
pub mod outcomes;
pub mod people;
pub mod proposals;
pub mod quotes;
pub mod records;
pub mod registrations;
pub mod reports;
pub mod retention;
pub mod scheduling;
pub mod series;
pub mod sessions;
pub mod stories;
pub mod submissions;
pub mod themes;
pub mod watches;
pub mod webhooks;
pub mod withdrawals;

use crate::http::routes::Routes;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    sessions::routes(routes);
    accounts::routes(routes);
    themes::routes(routes);
    organisations::routes(routes);
    keys::routes(routes);
    webhooks::routes(routes);
    people::routes(routes);
    erasures::routes(routes);
    initiatives::routes(routes);
    guides::routes(routes);
    series::routes(routes);
    events::routes(routes);
    registrations::routes(routes);
    calendars::routes(routes);
    scheduling::routes(routes);
    outcomes::routes(routes);
    quotes::routes(routes);
    consents::routes(routes);
    withdrawals::routes(routes);
    stories::routes(routes);
    imports::routes(routes);
    exports::routes(routes);
    submissions::routes(routes);
    entries::routes(routes);
    lockdown::routes(routes);
    countries::routes(routes);
    proposals::routes(routes);
    reports::routes(routes);
    manage_links::routes(routes);
    watches::routes(routes);
    audit_log::routes(routes);
    retention::routes(routes);
    changes::routes(routes);
    batch::routes(routes);
}
