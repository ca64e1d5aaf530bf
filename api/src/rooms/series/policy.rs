//! Whose a series is: its maker's, and theirs who host its events.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::store::{self, Series};
use crate::access::{Actor, Owner, Row};
use crate::db::Tx;
use crate::problem::Problem;
use crate::rooms::events::HostId;
use crate::rooms::records;
use crate::vault::Vault;

/// A series that somebody asked for, and whether it is their own.
pub(super) struct Found {
    /// The series.
    pub(super) series: Series,
    owner: Option<Owner>,
}

impl Found {
    /// Refuses hosts by whom it would become the own of somebody who names them by the right of moderating alone.
    ///
    /// # Errors
    /// 403 if there is one.
    pub(super) async fn not_oneself(&self, tx: &Tx, who: Owner, hosts: &[HostId]) -> Result<(), Problem> {
        let hosts: Vec<Uuid> = hosts.iter().map(|host| host.id()).collect();
        records::not_oneself(tx, who, self.owner.is_some(), &hosts).await
    }
}

impl Row for Found {
    const NOUN: &'static str = "series";

    fn belongs_to(&self, owner: Owner) -> bool {
        self.owner == Some(owner)
    }
}

/// Finds a series for somebody. Whether they may see it is for `Allowed::over` to say.
pub(super) async fn find<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    who: &Actor,
    id: Uuid,
) -> Result<Found, Problem> {
    let series = store::load(conn, vault, &[id]).await?.remove(&id);
    let series = series.ok_or_else(|| Problem::not_found(Found::NOUN))?;
    let owner = match who.owner() {
        Some(owner) if store::is_own(conn, owner, id).await? => Some(owner),
        _ => None,
    };
    Ok(Found { series, owner })
}

/// The same, kept from changing until the transaction ends.
pub(super) async fn find_for_change(tx: &Tx, vault: &Vault, who: &Actor, id: Uuid) -> Result<Found, Problem> {
    store::lock(tx, id).await?;
    find(tx, vault, who, id).await
}
