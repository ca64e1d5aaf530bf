//! Withdrawals: that words were taken back, who had read them by an integration, and who says that they are gone there too.
//!
//! Whoever takes a quote back notes it here in the same transaction ([`note`]). It is for good, so the quote's identifier is
//! the withdrawal's: the one that stands in the tombstone.

mod api;
mod store;
mod wire;

use crate::http::routes::Routes;

pub use store::note;
pub use wire::{WithdrawalOut, of_quote};

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::get);
}
