//! Taking a person out of every room.

use ::entity::erasure::ErasureKind;
use ::entity::person;

use super::store;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Gone, Tx};
use crate::http::idempotency;
use crate::outbox::{self, Fact, Post};
use crate::problem::Problem;
use crate::publishing;
use crate::rooms::{
    accounts, bundle, calendars, consents, events, people, quotes, records, registrations, series,
    submissions, watches,
};

/// Erases a person whose row is locked: name, contact and key, consents, words, seats, and every mention of them. What they
/// said and where they are named leaves the public side in this transaction. Numbers of people stay, and so does the audit
/// log, which knows identifiers alone.
///
/// # Errors
/// The database's.
pub async fn erase_person(tx: &Tx, post: &Post, by: By, person: person::Model) -> Result<(), Problem> {
    let id = person.id;
    let organisation_id = records::maker(tx, id.0).await?.map(|maker| maker.organisation_id.0);
    tx.for_good(Gone { kind: ErasureKind::Person, id: id.0 });
    let linked = accounts::of_person(tx, id).await?;
    for &account in &linked {
        registrations::forget_account(tx, post, by, account).await?;
        submissions::forget_account(tx, post.vault(), by, account).await?;
        calendars::close(tx, account).await?;
        watches::forget_account(tx, account).await?;
    }
    if let Some(email) = people::email_of(tx, post.vault(), id).await? {
        watches::forget_address(tx, post.vault(), &email).await?;
    }
    accounts::unlink(tx, by, &linked).await?;
    let said = quotes::all_of(tx, post.vault(), by, id).await?;
    consents::erase(tx, id, &said).await?;
    series::forget_person(tx, post.vault(), by, id).await?;
    let hosted = events::forget_person(tx, by, id).await?;
    people::remove(tx, id).await?;
    store::note(tx, ErasureKind::Person, id.0).await?;
    bundle::never_again(tx, id.0).await?;
    idempotency::forget(tx, id.0).await?;
    audit::note(tx, Entry::new(by, Action::Erase).on(Kind::Person, id)).await?;
    publishing::left(tx, &person, &hosted, &said).await?;
    outbox::tell(tx, Fact::PersonErased { person_id: id.0, version: person.version, organisation_id })
        .await?;
    Ok(())
}
