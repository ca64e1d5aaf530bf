//! Withdrawing quotes whoever recorded them: because who said them is erased, or because a copy of the database brought back
//! what was withdrawn.

use ::entity::erasure::ErasureKind;
use ::entity::ids::{PersonId, QuoteId};
use ::entity::kinds::Moderation;
use ::entity::withdrawal::WithdrawnThrough;
use uuid::Uuid;

use super::{rules, store};
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Gone, Tx};
use crate::http::idempotency;
use crate::outbox::{self, Fact};
use crate::problem::Problem;
use crate::rooms::{consents, withdrawals};
use crate::vault::Vault;

/// Withdraws all that a person has said. Gives which quotes these are; the public side is the caller's.
///
/// # Errors
/// The database's.
pub async fn all_of(tx: &Tx, vault: &Vault, by: By, person: PersonId) -> Result<Vec<Uuid>, Problem> {
    let said = store::said_by(tx, person).await?;
    silence(tx, vault, by, &said).await?;
    Ok(said)
}

/// Withdraws quotes for good, with everything that was kept of them. The public side is the caller's.
///
/// # Errors
/// The database's.
pub async fn silence(tx: &Tx, vault: &Vault, by: By, quotes: &[Uuid]) -> Result<(), Problem> {
    let known = store::load(tx, vault, quotes).await?;
    let said = known.values().filter(|quote| quote.row.status != Moderation::Withdrawn);
    let said: Vec<QuoteId> = said.map(|quote| quote.row.id).collect();
    withdrawals::note(tx, &said, WithdrawnThrough::Account).await?;
    consents::withdraw_all(tx, quotes).await?;
    let mut silenced = Vec::with_capacity(quotes.len());
    for (quote_id, quote) in known {
        if quote.row.status != Moderation::Withdrawn {
            audit::note(tx, Entry::new(by, Action::Withdraw).on(Kind::Quote, quote_id).fields(["status"]))
                .await?;
            outbox::tell(tx, Fact::QuoteWithdrawn { quote_id }).await?;
        }
        idempotency::forget(tx, quote_id).await?;
        tx.for_good(Gone { kind: ErasureKind::Quote, id: quote_id });
        let mut quote = rules::silenced(quote);
        quote.row.version += 1;
        quote.row.updated_at = tx.now();
        silenced.push(quote);
    }
    Ok(store::save(tx, vault, silenced).await?)
}
