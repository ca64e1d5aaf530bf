//! When to meet, so that nobody is always the one awake at night.
//!
//! Who takes part is told as countries and zones, or as the crowds of an event; nothing here knows a person, and nothing is
//! stored. [`fairness`] judges the
//! sessions of a series.

mod api;
mod clocks;
mod fair;
mod wire;

pub use fair::{Fairness, Hours, Session, ZoneBurden, fairness, judge};

use crate::http::routes::Routes;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::suggest);
}
