//! Quotes: words somebody said, bound to the consent they gave.

mod api;
mod out;
mod revisions;
mod rules;
mod store;
mod wire;

use ::entity::ids::{ConsentId, ThemeId};
use ::entity::quote;

use super::consents::Stated;

use crate::http::routes::Routes;

pub use store::{load, save};

/// A quote with what belongs to it.
#[derive(Clone, Debug)]
pub struct QuoteRecord {
    /// The quote.
    pub row: quote::Model,
    /// What it is about.
    pub themes: Vec<ThemeId>,
    /// The consent to publish this very text, if there is one.
    pub consent: Option<Stated>,
    /// Which consent that is; none unless it was read for somebody.
    pub consent_id: Option<ConsentId>,
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
