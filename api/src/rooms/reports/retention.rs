//! Forgetting: what somebody wrote is kept no longer than it serves.

use chrono::TimeDelta;

use super::store;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Db;
use crate::http::idempotency;
use crate::problem::Problem;

/// How long after it was closed what was written can still be read: in days.
const KEPT: i64 = 90;
/// How many are erased in one transaction.
const PORTION: u64 = 50;

/// Erases what was written in reports that were closed ninety days ago. Gives their number.
///
/// # Errors
/// The database's; what was erased before stays erased.
pub async fn erase_old(db: &Db) -> Result<u64, Problem> {
    let mut erased = 0;
    loop {
        let portion = db
            .write(async |tx| {
                let rows = store::to_erase(tx, TimeDelta::days(KEPT), PORTION).await?;
                let count = rows.len();
                for row in rows {
                    let entry = Entry::new(By::System, Action::Delete).on(Kind::Report, row.id);
                    audit::note(tx, entry.fields(["text", "note"])).await?;
                    idempotency::forget(tx, row.id).await?;
                    store::erase(tx, row).await?;
                }
                Ok::<_, Problem>(count)
            })
            .await?;
        erased += portion as u64;
        if portion == 0 {
            return Ok(erased);
        }
    }
}
