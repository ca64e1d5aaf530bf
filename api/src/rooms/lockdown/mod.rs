//! The lockdown of the whole gallery: one row, which every public read honours. Records stay as they are, and so do readiness
//! and reference data. It ends with a second person (`proposals`).

mod api;

use crate::access::Actor;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::routes::Routes;
use crate::problem::{Kind as Wrong, Problem};
use crate::publishing;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::get).service(api::lock_down);
}

/// Ends it, as a second person has decided.
///
/// # Errors
/// 409 if there is none.
pub async fn end(tx: &Tx, by: &Actor) -> Result<(), Problem> {
    if publishing::locked_down_since(tx).await?.is_none() {
        return Err(Problem::of(Wrong::Conflict).with_detail("There is no lockdown."));
    }
    publishing::end_lockdown(tx).await?;
    // There is one campaign, and its records have no identifier of their own.
    audit::note(tx, Entry::new(By::from(by), Action::EndLockdown).on(Kind::Campaign, uuid::Uuid::nil()))
        .await?;
    Ok(())
}
