//! Quotes: words somebody said, bound to the consent they gave.

mod store;

use ::entity::ids::ThemeId;
use ::entity::quote;

use super::consents::Stated;

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
}
