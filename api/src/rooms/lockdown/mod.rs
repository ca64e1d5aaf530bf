//! The lockdown of the whole gallery: one row, which every public read honours. Records stay as they are, and so do readiness
//! and reference data. It ends with a second person (`proposals`).

mod api;

use chrono::{DateTime, Utc};

use crate::access::Actor;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::routes::Routes;
use crate::problem::{Kind as Wrong, Problem};
use crate::publishing;
use crate::rooms::records;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::get).service(api::lock_down);
}

/// Begins one, unless there is one already. Says since when.
///
/// # Errors
/// The database's.
pub async fn begin(tx: &Tx, by: By) -> Result<DateTime<Utc>, Problem> {
    if let Some(since) = publishing::locked_down_since(tx).await? {
        return Ok(since);
    }
    publishing::lock_down(tx).await?;
    audit::note(tx, Entry::new(by, Action::LockDown).on(Kind::Campaign, uuid::Uuid::nil())).await?;
    Ok(tx.now())
}

/// Which lockdown there is, if there is one: another one has another number. It lasts until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn number(tx: &Tx) -> Result<Option<i64>, Problem> {
    Ok(publishing::hold_lockdown(tx).await?.map(|since| since.timestamp_micros()))
}

/// Ends the one with this number, as a second person has decided. What was proposed about an earlier one says nothing of what has
/// happened since.
///
/// # Errors
/// 409 if there is none, or it is another one.
pub async fn end(tx: &Tx, by: &Actor, proposed: i64) -> Result<(), Problem> {
    let Some(lockdown) = number(tx).await? else {
        return Err(Problem::of(Wrong::Conflict).with_detail("There is no lockdown."));
    };
    records::unchanged_since(lockdown, proposed)?;
    publishing::end_lockdown(tx).await?;
    // There is one campaign, and its records have no identifier of their own.
    audit::note(tx, Entry::new(By::from(by), Action::EndLockdown).on(Kind::Campaign, uuid::Uuid::nil()))
        .await?;
    Ok(())
}
