//! People: activists, donors and allies, under the name or pseudonym they chose.

mod store;

use ::entity::ids::OrganisationId;
use ::entity::person;

use super::consents::Stated;

pub use store::{load, save};

/// A person with what belongs to them.
#[derive(Clone, Debug)]
pub struct PersonRecord {
    /// The person.
    pub row: person::Model,
    /// The organisations they belong to.
    pub organisations: Vec<OrganisationId>,
    /// The consents they have given and not taken back.
    pub consents: Vec<Stated>,
}
