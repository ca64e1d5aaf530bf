//! What changed, in order, for partners and staff who keep a copy of what they may see.
//!
//! Whatever changes a record leaves a mark in its transaction: triggers see to it, so no handler, import or job can forget it. What
//! follows is worked out after the commit, by one at a time ([`settle`]): which reader sees the record now, by the very condition
//! that lists have (`records::own`), and whether that is something else than the reader was told last. So numbers are given to what
//! is committed only, and whoever has read up to one has missed nothing before it. Where an organisation gets or loses a part in
//! an event or initiative, what belongs to that is looked at, too.
//!
//! An organisation is a reader from its first question on, and from then on is told of what was there before, portion by portion;
//! so whoever does not read costs nothing. A reader has one row for each record: a feed that is compact by itself. Deletions
//! are told for ninety days ([`tidy_up`]); who comes later than that begins anew (410).

mod api;
mod rules;
mod seen;
mod store;
mod wire;

pub use store::{readers_of, settle, tidy_up};

use crate::http::routes::Routes;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::list);
}
