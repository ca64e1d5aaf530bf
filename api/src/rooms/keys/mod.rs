//! API keys: admins give them out to organisations, whose own systems then ask with them (`access::ApiKey`).
//!
//! A secret is told once. When it is replaced (`rotate`) the one before works on for a while, so that a partner's systems can
//! change over one by one. What keys make is noted in `partner_record` (`records/partner.rs`) and is their organisation's own.

mod api;
mod rules;
mod store;
mod wire;

use std::collections::HashSet;

use ::entity::ids::{ApiKeyId, OrganisationId};
use sea_orm::DbErr;
use secrecy::SecretString;
use uuid::Uuid;

use crate::access::ApiKey;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Db, Tx};
use crate::http::routes::Routes;
use crate::ids;
use crate::outbox::{Fact, Heard, Message, Post, Told};
use crate::problem::Problem;
use crate::rooms::accounts;
use crate::vault::Vault;
use rules::Terms;

pub use store::{active, end_overlaps, has_scope};

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(api::rotate)
        .service(api::end_overlap)
        .service(api::revoke);
}

/// Gives out a key that is good for everything, without being asked who one is: for a demonstration.
///
/// # Errors
/// The database's, or that the system has no randomness.
pub async fn give_out(
    db: &Db,
    vault: &Vault,
    organisation: OrganisationId,
    name: &str,
) -> Result<SecretString, Problem> {
    let key = ApiKey::new(ApiKeyId(ids::v4()))?;
    let hash = key.hash(vault)?;
    db.write(async |tx| {
        let terms = Terms::widest(tx.now());
        let row = rules::given_out(key.id(), organisation, name, &terms, hash.clone(), None, tx.now());
        store::insert(tx, row).await?;
        audit::note(tx, Entry::new(By::System, Action::IssueKey).on(Kind::ApiKey, key.id())).await?;
        Ok::<_, Problem>(())
    })
    .await?;
    Ok(key.text())
}

/// Takes keys back whose secrets, replaced or taken back since, a copy of the database brought back. Gives their number.
///
/// # Errors
/// The database's.
pub async fn revoke_again(tx: &Tx, secrets: &HashSet<Uuid>) -> Result<usize, DbErr> {
    let back = store::working_with(tx, secrets).await?;
    let count = back.len();
    for key in back {
        audit::note(tx, Entry::new(By::System, Action::RevokeKey).on(Kind::ApiKey, key.id)).await?;
        store::save(tx, rules::revoked(key, tx.now())).await?;
    }
    Ok(count)
}

/// Hears that a key turned up where others can read it, and tells every admin.
pub fn hear<'a>(tx: &'a Tx, post: &'a Post, told: &'a Told) -> Heard<'a> {
    Box::pin(async move {
        match told.fact {
            Fact::KeyExposed { .. } => accounts::write_to_admins(tx, post, &Message::KeyExposed).await,
            _ => Ok(()),
        }
    })
}
