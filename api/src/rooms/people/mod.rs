//! People: activists, donors and allies, under the name or pseudonym they chose.

mod api;
mod imported;
mod store;
mod wire;

use ::entity::ids::OrganisationId;
use ::entity::person;
use serde::{Deserialize, Serialize};

use super::consents::Stated;

use crate::http::routes::Routes;

pub use imported::edit_by_file;
pub use store::{email_of, load, locked, must_be_there, remove, save, with_address};
pub use wire::PersonPath;

/// A person with what belongs to them.
#[derive(Clone, Debug)]
pub struct PersonRecord {
    /// The person.
    pub row: person::Model,
    /// The organisations they belong to.
    pub organisations: Vec<OrganisationId>,
    /// The consents they have given and not taken back.
    pub consents: Vec<Stated>,
    /// How they can be reached. No bundle has it and no import touches it.
    pub contact: Option<Contact>,
}

/// How somebody can be reached.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The e-mail address.
    pub email: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::create).service(api::list).service(api::get).service(api::change);
}
