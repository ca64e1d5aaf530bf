//! Withdrawals: that words were taken back, who had read them by an integration, and who says that they are gone there too.
//!
//! Whoever takes a quote back notes it here in the same transaction ([`note`]). It is for good, so the quote's identifier is
//! the withdrawal's: the one that stands in the tombstone. That words were public and are withdrawn everybody may know who has the
//! identifier; who else knows is for those whose words they were.

mod api;
mod store;
mod wire;

use std::collections::BTreeSet;

use ::entity::ids::{OrganisationId, QuoteId};
use ::entity::withdrawal::WithdrawnThrough;
use sea_orm::DbErr;

use crate::db::Tx;
use crate::http::routes::Routes;
use crate::publishing;
use crate::rooms::changes;

pub use store::is_withdrawn;
pub use wire::{WithdrawalOut, of_quote};

/// The integration of whoever was told by a webhook.
const WEBHOOK: &str = "webhook";
/// That of whoever was told of the quote as one of their own records.
const CHANGES: &str = "changes";
/// That of whoever was handed the quote in the gallery's feed of changes.
const GALLERY_CHANGES: &str = "gallery_changes";

/// Notes that these quotes are withdrawn in this transaction, and who has read them by a feed and so has to take them back, too. Called before
/// they leave the public side.
///
/// # Errors
/// The database's; so too if one was withdrawn before.
pub async fn note(tx: &Tx, quotes: &[QuoteId], through: WithdrawnThrough) -> Result<(), DbErr> {
    if quotes.is_empty() {
        return Ok(());
    }
    store::note(tx, quotes, through).await?;
    store::add_readers(tx, changes::readers_of(tx, quotes).await?, CHANGES).await?;
    store::add_readers(tx, publishing::readers_of(tx, quotes).await?, GALLERY_CHANGES).await
}

/// Notes that organisations were told of withdrawals by a webhook, each if the quote was withdrawn, for it may have left the public
/// side for another reason.
///
/// # Errors
/// The database's.
pub async fn were_told(tx: &Tx, told: BTreeSet<(QuoteId, OrganisationId)>) -> Result<(), DbErr> {
    if told.is_empty() {
        return Ok(());
    }
    let withdrawn = store::withdrawn_of(tx, told.iter().map(|(quote, _)| *quote).collect()).await?;
    let told = told.into_iter().filter(|(quote, _)| withdrawn.contains(quote)).collect();
    store::add_readers(tx, told, WEBHOOK).await
}

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::list).service(api::get).service(api::acknowledge);
}
