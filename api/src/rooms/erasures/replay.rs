//! Erasing again what a copy of the database from before brought back.

use std::collections::{BTreeSet, HashSet};

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
use crate::rooms::{
    accounts, consents, keys, organisations, outcomes, quotes, registrations, stories, watches,
};

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
    /// Outcomes and stories that had been withdrawn.
    pub contributions: usize,
    /// Watches.
    pub watches: usize,
    /// API keys, accounts and organisations that had been shut out.
    pub barred: usize,
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
            quotes::silence(tx, post.vault(), By::System, portion).await?;
            publishing::publish(tx, &records(RecordKind::Quote, portion)).await?;
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
    let (outcomes, stories): (Vec<Uuid>, Vec<Uuid>) =
        (of(ErasureKind::Outcome).collect(), of(ErasureKind::Story).collect());
    for portion in outcomes.chunks(PORTION) {
        let withdraw = async |tx: &Tx| {
            let back = outcomes::withdraw_again(tx, portion).await?;
            publishing::changed(tx, &records(RecordKind::Outcome, &back)).await?;
            Ok::<_, Problem>(back.len())
        };
        replayed.contributions += db.write(withdraw).await?;
    }
    for portion in stories.chunks(PORTION) {
        let withdraw = async |tx: &Tx| {
            let back = stories::withdraw_again(tx, portion).await?;
            publishing::changed(tx, &records(RecordKind::Story, &back)).await?;
            Ok::<_, Problem>(back.len())
        };
        replayed.contributions += db.write(withdraw).await?;
    }
    let watched: Vec<Uuid> = of(ErasureKind::Watch).collect();
    for portion in watched.chunks(PORTION) {
        let end = async |tx: &Tx| watches::forget_again(tx, portion.to_vec()).await;
        replayed.watches += db.write(end).await?;
    }
    replayed.barred = db.write(async |tx| shut_out(tx, ledger).await).await?;
    Ok(replayed)
}

/// Shuts out again whoever was shut out last: with secrets of keys that work no more, or as suspended accounts and organisations.
async fn shut_out(tx: &Tx, ledger: &[Gone]) -> Result<usize, Problem> {
    let (mut secrets, mut suspended) = (HashSet::new(), BTreeSet::new());
    for gone in ledger {
        match gone.kind {
            ErasureKind::KeySecret => drop(secrets.insert(gone.id)),
            ErasureKind::Suspended => drop(suspended.insert(gone.id)),
            ErasureKind::Reinstated => drop(suspended.remove(&gone.id)),
            _ => {}
        }
    }
    let suspended: Vec<Uuid> = suspended.into_iter().collect();
    let mut barred = accounts::suspend_again(tx, &suspended).await?;
    barred += organisations::suspend_again(tx, &suspended).await?;
    barred += match secrets.is_empty() {
        true => 0,
        false => keys::revoke_again(tx, &secrets).await?,
    };
    Ok(barred)
}

fn records(kind: RecordKind, ids: &[Uuid]) -> Vec<RecordRef> {
    ids.iter().map(|&id| RecordRef::new(kind, id)).collect()
}
