//! What a person may ask for: everything that is held about them ([`archive`]), and that it goes, for good.
//!
//! One transaction takes a person out of every room ([`person`]) and off the public side, and writes their identifier into the
//! ledger of erasures ([`crate::db::Ledger`]), which lies outside the database. Whoever opens a copy of the database from
//! before has all of that ledger erased again ([`replay()`]) before anything of it is read.

mod accounts;
mod api;
mod archive;
mod person;
mod replay;
mod store;

use crate::http::routes::Routes;

pub use person::erase_person;
pub use replay::{Replayed, replay};

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::erase)
        .service(api::erase_mine)
        .service(accounts::erase_me)
        .service(accounts::erase)
        .service(archive::read);
}
