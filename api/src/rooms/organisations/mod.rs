//! Organisations: groups, NGOs, donors, universities, media and public bodies.

mod store;

pub use store::{load, save};
