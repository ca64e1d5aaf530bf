//! Withdrawals: that words were taken back, who had read them by an integration, and who says that they are gone there too.
//!
//! Whoever takes a quote back notes it here in the same transaction ([`note`]). It is for good, so the quote's identifier is
//! the withdrawal's: the one that stands in the tombstone. That words were public and are withdrawn everybody may know who has the
//! identifier; who else knows is for those whose words they were.

mod api;
mod store;
mod wire;

use ::entity::ids::{OrganisationId, QuoteId};
use sea_orm::DbErr;

use crate::db::Tx;
use crate::http::routes::Routes;

pub use store::{is_withdrawn, note};
pub use wire::{WithdrawalOut, of_quote};

/// The integration of whoever was told by a webhook.
const WEBHOOK: &str = "webhook";

/// Notes that an organisation was told of a withdrawal by a webhook, if the quote was withdrawn, for it may have left the public side
/// for another reason.
///
/// # Errors
/// The database's.
pub async fn was_told(tx: &Tx, quote: QuoteId, organisation: OrganisationId) -> Result<(), DbErr> {
    match store::is_withdrawn(tx, quote).await? {
        true => store::add_reader(tx, quote, organisation, WEBHOOK).await,
        false => Ok(()),
    }
}

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::get).service(api::acknowledge);
}
