//! Outcomes: findings, barriers, needs, recommendations, decisions and lessons of events.

mod store;

use ::entity::ids::{EventId, ThemeId};
use ::entity::outcome;

pub use store::{load, save};

/// An outcome with what belongs to it.
#[derive(Clone, Debug)]
pub struct OutcomeRecord {
    /// The outcome.
    pub row: outcome::Model,
    /// Later events that took it up.
    pub followed_by: Vec<EventId>,
    /// What it is about.
    pub themes: Vec<ThemeId>,
}
