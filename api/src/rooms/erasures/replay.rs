//! Erasing again what a copy of the database from before brought back.

use ::entity::erasure::ErasureKind;
use ::entity::kinds::RecordKind;
use uuid::Uuid;

use super::accounts::erase_account;
use super::{erase_person, store};
use crate::audit::By;
use crate::db::{Db, Gone, Tx};
use crate::outbox::Post;
use crate::problem::Problem;
use crate::publishing::{self, RecordRef};
use crate::rooms::{accounts, consents, quotes, registrations};

/// Quotes and consents worked on in one transaction.
const PORTION: usize = 200;

/// How much of the ledger was there again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// People.
    pub people: usize,
    /// Quotes that had been withdrawn.
    pub quotes: usize,
    /// Quotes and people whose consents had been withdrawn.
    pub consents: usize,
    /// Registrations.
    pub registrations: usize,
    /// Accounts.
    pub accounts: usize,
}

/// Erases whatever of the ledger is there. Nothing of it is written into the ledger again. Several processes may do this at
/// once.
///
/// # Errors
/// The database's; what was erased before stays erased.
pub async fn replay(db: &Db, post: &Post, ledger: &[Gone]) -> Result<Replayed, Problem> {
    let db = &db.clone().with_ledger(None);
    let of = |kind| ledger.iter().filter(move |gone| gone.kind == kind).map(|gone| gone.id);
    let mut replayed = Replayed::default();
    let consents: Vec<Uuid> = of(ErasureKind::Consent).collect();
    for portion in consents.chunks(PORTION) {
        let withdraw = async |tx: &Tx| {
            let allowed = consents::withdraw_again(tx, portion).await?;
            publishing::changed(tx, &allowed).await?;
            Ok::<_, Problem>(allowed.len())
        };
        replayed.consents += db.write(withdraw).await?;
    }
    let said = store::quotes(db.reader(), of(ErasureKind::Quote).collect()).await?;
    for portion in said.chunks(PORTION) {
        let silence = async |tx: &Tx| {
            quotes::silence(tx, By::System, portion).await?;
            publishing::publish(tx, &records(portion)).await?;
            Ok::<_, Problem>(())
        };
        db.write(silence).await?;
        replayed.quotes += portion.len();
    }
    for id in store::people(db.reader(), of(ErasureKind::Person).collect()).await? {
        let erase = async |tx: &Tx| {
            let Some(person) = store::person(tx, id).await? else { return Ok(0) };
            erase_person(tx, post, By::System, person).await?;
            Ok::<_, Problem>(1)
        };
        replayed.people += db.write(erase).await?;
    }
    for id in registrations::still_told(db.reader(), of(ErasureKind::Registration).collect()).await? {
        db.write(async |tx| registrations::forget_again(tx, post, By::System, id).await).await?;
        replayed.registrations += 1;
    }
    for id in accounts::still_open(db.reader(), of(ErasureKind::Account).collect()).await? {
        db.write(async |tx| erase_account(tx, post, By::System, id, false).await).await?;
        replayed.accounts += 1;
    }
    Ok(replayed)
}

fn records(quotes: &[Uuid]) -> Vec<RecordRef> {
    quotes.iter().map(|&id| RecordRef::new(RecordKind::Quote, id)).collect()
}
