//! Initiatives: continuing efforts of one or more organisations; what stands on the map.

mod store;

use ::entity::ids::{OrganisationId, ThemeId};
use ::entity::initiative;

use crate::reference::Point;

pub use store::{load, save};

/// An initiative with what belongs to it, its secrets open.
#[derive(Clone, Debug)]
pub struct InitiativeRecord {
    /// The initiative. The sealed place and what the public may see of it are written by [`save`].
    pub row: initiative::Model,
    /// The exact point. Never public as it is.
    pub point: Option<Point>,
    /// Who carries it.
    pub organisations: Vec<OrganisationId>,
    /// What it is about.
    pub themes: Vec<ThemeId>,
}
