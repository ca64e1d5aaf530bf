//! Forgetting who watches, and telling somebody what is held about it.

use ::entity::ids::{AccountId, WatchId};
use ::entity::watch::{WatchEvery, WatchFilter};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{mine, store};
use crate::db::{Db, Tx};
use crate::http::idempotency;
use crate::problem::Problem;
use crate::vault::Vault;

/// How many are removed in one transaction.
const PORTION: u64 = 50;

/// All that is held about a watch.
#[derive(Serialize, ToSchema)]
pub struct WatchArchive {
    /// Identifier.
    id: WatchId,
    /// What is watched.
    filter: WatchFilter,
    /// How often there is a letter at most.
    every: WatchEvery,
    /// The language of the letters.
    language: String,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

/// All that is held about what an account watches.
///
/// # Errors
/// The database's or the vault's.
pub async fn archive<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    account: AccountId,
) -> anyhow::Result<Vec<WatchArchive>> {
    let mut archived = Vec::new();
    for row in store::of_account(conn, account).await? {
        let filter = store::content(conn, vault, &row).await?.filter;
        archived.push(WatchArchive {
            id: row.id,
            filter,
            every: row.every,
            language: row.language,
            created_at: row.created_at,
            updated_at: row.updated_at,
        });
    }
    Ok(archived)
}

/// Ends what an account watches.
///
/// # Errors
/// The database's.
pub async fn forget_account(tx: &Tx, account: AccountId) -> Result<(), Problem> {
    for row in store::of_account(tx, account).await? {
        mine::end(tx, &row).await?;
    }
    Ok(())
}

/// Ends what is watched at an address.
///
/// # Errors
/// The database's.
pub async fn forget_address(tx: &Tx, vault: &Vault, email: &str) -> Result<(), Problem> {
    for row in store::of_address(tx, store::address_hash(vault, email)?).await? {
        mine::end(tx, &row).await?;
    }
    Ok(())
}

/// Ends watches that an older copy of the database brought back. Gives their number.
///
/// # Errors
/// The database's.
pub async fn forget_again(tx: &Tx, ids: Vec<Uuid>) -> Result<usize, Problem> {
    let back = store::those_of(tx, ids).await?;
    for row in &back {
        mine::end(tx, row).await?;
    }
    Ok(back.len())
}

/// Forgets those who were asked and did not answer in time. Gives their number.
///
/// # Errors
/// The database's; what was removed before stays removed.
pub async fn tidy_up(db: &Db) -> Result<u64, Problem> {
    let mut removed = 0;
    loop {
        let portion = db
            .write(async |tx| {
                let rows = store::unconfirmed(tx, PORTION).await?;
                for row in &rows {
                    idempotency::forget(tx, row.id).await?;
                    store::remove(tx, row.id).await?;
                }
                Ok::<_, Problem>(rows.len() as u64)
            })
            .await?;
        removed += portion;
        if portion == 0 {
            return Ok(removed);
        }
    }
}
