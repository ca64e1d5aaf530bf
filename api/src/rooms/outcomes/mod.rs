//! Outcomes: findings, barriers, needs, recommendations, decisions and lessons of events.

mod api;
mod imported;
mod revisions;
mod rules;
mod store;
mod wire;

use ::entity::ids::{EventId, ThemeId};
use ::entity::kinds::Moderation;
use ::entity::outcome;
use sea_orm::DbErr;
use uuid::Uuid;

use super::records;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::idempotency;
use crate::http::routes::Routes;

pub use imported::edit_by_file;
pub use store::{load, save};

/// An outcome with what belongs to it.
#[derive(Clone, Debug)]
pub struct OutcomeRecord {
    /// The outcome.
    pub row: outcome::Model,
    /// Later events that took it up.
    pub followed_by: Vec<EventId>,
    /// What it is about.
    pub themes: Vec<ThemeId>,
}

/// Withdraws outcomes again that a copy of the database brought back. Gives which; the public side is the caller's.
///
/// # Errors
/// The database's.
pub async fn withdraw_again(tx: &Tx, outcomes: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    let back = load(tx, outcomes).await?.into_values();
    let back: Vec<_> = back.filter(|outcome| outcome.row.status != Moderation::Withdrawn).collect();
    let ids: Vec<Uuid> = back.iter().map(|outcome| outcome.row.id.0).collect();
    let mut silenced = Vec::with_capacity(back.len());
    for outcome in back {
        let id = outcome.row.id;
        audit::note(tx, Entry::new(By::System, Action::Withdraw).on(Kind::Outcome, id).fields(["status"]))
            .await?;
        idempotency::forget(tx, id.0).await?;
        let mut outcome = rules::silenced(outcome);
        outcome.row.version += 1;
        outcome.row.updated_at = tx.now();
        silenced.push(outcome);
    }
    save(tx, silenced).await?;
    records::blank_revisions(tx, &ids).await?;
    Ok(ids)
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
