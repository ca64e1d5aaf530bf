//! Webhooks: organisations' own systems are told that something happened (Standard Webhooks 1.0), and never what it is.
//!
//! A fact becomes a message ([`messages`]) and the message one delivery for each webhook that asked for its type, in the
//! transaction that notes the fact as heard ([`hear`]). The [`Courier`] delivers: each webhook's deliveries one after the other, those
//! of different webhooks beside each other, so that nobody waits for somebody else's slow server. A delivery is attempted until
//! the other side takes it ([`rules`]); its `webhook-id` stays the same.
//!
//! What is public is told to everybody who asked; anything else only to the organisation whose record it is.

mod api;
mod courier;
mod deliveries;
mod described;
mod messages;
mod noting;
mod rules;
mod sign;
mod store;
mod verbs;
mod visit;
mod wire;

use ::entity::ids::WebhookId;
use ::entity::watch::WatchFilter;
use chrono::TimeDelta;
use sea_orm::DbErr;

use crate::db::{Db, Tx};
use crate::http::routes::Routes;
use crate::outbox::{self, Heard, Post, Told};
use crate::problem::Problem;
use crate::publishing;

pub use courier::Courier;
pub use described::described;
pub use wire::{WebhookEvent, WebhookVerification};

/// How long it is remembered what a webhook was told: days.
const KEPT: i64 = 30;
/// Facts that are told again in one transaction.
const PORTION: u64 = 200;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(api::change)
        .service(api::remove)
        .service(verbs::verify)
        .service(verbs::rotate_secret)
        .service(verbs::disable)
        .service(verbs::replay)
        .service(deliveries::list)
        .service(deliveries::redeliver);
}

/// Hears what happened, and writes a delivery for each webhook that it concerns.
pub fn hear<'a>(tx: &'a Tx, _post: &'a Post, told: &'a Told) -> Heard<'a> {
    Box::pin(async move {
        if !store::anybody_listens(tx).await? {
            return Ok(());
        }
        if let Some(message) = messages::of(tx, told).await? {
            tell(tx, told, &message, None).await?;
        }
        Ok(())
    })
}

/// Writes the deliveries of a message. Whether a filter lets a document through is known once it is shown, so whoever is not passed over
/// here is asked about it again before it is sent ([`courier`]). What is withdrawn is told to all: it has no country and no theme
/// any more, and whoever was told of it once, or read of it elsewhere, has to be told.
async fn tell(
    tx: &Tx,
    told: &outbox::Told,
    message: &messages::Message,
    only: Option<WebhookId>,
) -> Result<(), DbErr> {
    let mut passed_over = Vec::new();
    if messages::shows(message.kind) {
        let filters = store::filters(tx, only).await?;
        let about = if filters.is_empty() { Vec::new() } else { vec![message.record] };
        let document = publishing::watched(tx, about, tx.now()).await?.remove(&message.record);
        let unwanted = |filter: &WatchFilter| {
            document.as_ref().is_some_and(|document| !document.is_hidden && !document.fits(filter))
        };
        passed_over.extend(filters.iter().filter(|(_, filter)| unwanted(filter)).map(|(id, _)| *id));
    }
    store::fan_out(tx, told, message, &passed_over, only).await
}

/// Goes on with telling again what webhooks asked for, a portion for each. Says whether there was any.
///
/// # Errors
/// The database's; what was told before stays told.
pub async fn replay(db: &Db) -> Result<bool, Problem> {
    let asking = store::replaying(db.reader()).await?;
    for id in &asking {
        db.write(async |tx| {
            let Some(row) = store::for_change(tx, *id).await? else { return Ok(()) };
            let (Some(after), Some(until)) = (row.replay_after, row.replay_until) else { return Ok(()) };
            let facts = outbox::facts_after(tx, after, until, PORTION).await?;
            for told in &facts {
                if let Some(message) = messages::of(tx, told).await? {
                    tell(tx, told, &message, Some(row.id)).await?;
                }
            }
            let rest = facts.last().filter(|told| told.seq < until).map(|told| (told.seq, until));
            store::write(tx, rules::replayed(row, rest)).await?;
            Ok::<_, Problem>(())
        })
        .await?;
    }
    Ok(!asking.is_empty())
}

/// Forgets what webhooks were told long ago. Gives its number.
///
/// # Errors
/// The database's.
pub async fn tidy_up(db: &Db) -> Result<u64, DbErr> {
    db.write(async |tx| store::forget_before(tx, tx.now() - TimeDelta::days(KEPT)).await).await
}
