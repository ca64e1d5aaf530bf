//! Quotes: words somebody said, bound to the consent they gave.

mod api;
mod imported;
mod out;
mod revisions;
mod rules;
mod silencing;
mod store;
mod wire;

use ::entity::erasure::ErasureKind;
use ::entity::ids::{ConsentId, QuoteId, ThemeId};
use ::entity::quote;
use ::entity::withdrawal::WithdrawnThrough;
use sea_orm::DbErr;

use super::consents::{self, Proof, Stated};
use super::records::{self, Shown};
use super::withdrawals;

use crate::access::action::EditQuotes;
use crate::audit::Action;
use crate::db::{Gone, Tx};
use crate::http::idempotency;
use crate::http::patch::AsRead;
use crate::http::routes::Routes;
use crate::outbox::{self, Fact};
use crate::problem::Problem;
use crate::vault::Vault;

pub use imported::edit_by_file;
pub use rules::{consented_anew, named_at};
pub use silencing::{all_of, silence};
pub use store::{load, save};

/// A quote with what belongs to it.
#[derive(Clone, Debug)]
pub struct QuoteRecord {
    /// The quote.
    pub row: quote::Model,
    /// What it is about.
    pub themes: Vec<ThemeId>,
    /// The consent to publish this very text, if there is one.
    pub consent: Option<Stated>,
    /// Which consent that is; none unless it was read for somebody.
    pub consent_id: Option<ConsentId>,
}

/// Takes a quote back for good, whoever may: its words are removed here and from the gallery, its consent ends, answers that are
/// kept for repetitions lose it, and it is told and noted, all in this transaction.
///
/// # Errors
/// 409 if it was withdrawn before, 412 if it is not what was read.
pub async fn withdraw(
    tx: &Tx,
    vault: &Vault,
    proof: &Proof<'_, EditQuotes>,
    read: &AsRead,
    quote: QuoteRecord,
) -> Result<Shown<QuoteRecord>, Problem> {
    let quote = rules::withdraw(quote, proof)?;
    read.check(quote.row.version)?;
    let (id, through) = match proof {
        Proof::Permit(_) => (quote.row.id, WithdrawnThrough::Account),
        Proof::Holder(_) => (quote.row.id, WithdrawnThrough::Speaker),
    };
    withdrawals::note(tx, &[id], through).await?;
    let shown = records::keep_as(tx, vault, proof.by(), Action::Withdraw, vec!["status"], quote).await?;
    outbox::tell(tx, Fact::QuoteWithdrawn { quote_id: id.0 }).await?;
    Ok(shown)
}

/// Follows an import that is about to write these quotes: those that it withdraws are noted, told and forgotten as if somebody
/// here had withdrawn them.
///
/// # Errors
/// The database's.
pub async fn withdrawn_by_source(tx: &Tx, quotes: &[QuoteRecord]) -> Result<(), DbErr> {
    let ended: Vec<QuoteId> = store::about_to_end(tx, quotes).await?;
    withdrawals::note(tx, &ended, WithdrawnThrough::Source).await?;
    consents::forget_words(tx, &ended).await?;
    for quote in ended {
        tx.for_good(Gone { kind: ErasureKind::Quote, id: quote.0 });
        idempotency::forget(tx, quote).await?;
        outbox::tell(tx, Fact::QuoteWithdrawn { quote_id: quote.0 }).await?;
    }
    Ok(())
}

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(api::change)
        .service(api::approve)
        .service(api::withdraw)
        .service(api::remove)
        .service(revisions::list)
        .service(revisions::get)
        .service(revisions::blank)
        .service(revisions::restore);
}
