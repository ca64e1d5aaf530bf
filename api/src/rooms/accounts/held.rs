//! All that is held about an account, for whoever it belongs to.

use ::entity::account::{AccountState, Role};
use ::entity::ids::AccountId;
use ::entity::{calendar_feed, second_factor_removal, session};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::vault::{Keyring, Vault};

/// All that is held about an account. Password and authenticator are kept, too, in forms that tell nothing.
#[derive(Serialize, ToSchema)]
pub struct AccountArchive {
    /// Identifier.
    id: AccountId,
    /// The name that others see.
    display_name: String,
    /// The e-mail address.
    email: Option<String>,
    /// What it may do.
    role: Role,
    /// Whether it can be used.
    state: AccountState,
    /// The language its letters are in.
    language: Option<String>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last edited.
    updated_at: DateTime<Utc>,
    /// Since when it has a second factor.
    second_factor_since: Option<DateTime<Utc>>,
    /// When an admin took the second factor away, and why.
    second_factor_removals: Vec<ArchivedRemoval>,
    /// Where it is signed in.
    sessions: Vec<ArchivedSession>,
    /// Since when it has a calendar at an address of its own.
    calendar_since: Option<DateTime<Utc>>,
}

/// That an admin took a second factor away.
#[derive(Serialize, ToSchema)]
struct ArchivedRemoval {
    /// Who.
    by: AccountId,
    /// When.
    at: DateTime<Utc>,
    /// Why.
    reason: Option<String>,
}

/// A session.
#[derive(Serialize, ToSchema)]
struct ArchivedSession {
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was last used.
    refreshed_at: DateTime<Utc>,
}

/// All that is held about an account; none if there is no such one.
///
/// # Errors
/// The database's or the vault's.
pub async fn archive<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    id: AccountId,
) -> anyhow::Result<Option<AccountArchive>> {
    let Some(row) = store::by_id(conn, id).await? else { return Ok(None) };
    let email = store::email(conn, vault, &row).await?;
    let removals = second_factor_removal::Entity::find()
        .filter(second_factor_removal::Column::AccountId.eq(id))
        .order_by_asc(second_factor_removal::Column::RemovedAt)
        .all(conn)
        .await?;
    let keys = Keyring::for_reading(conn, vault, vec![id.0]).await?;
    let mut second_factor_removals = Vec::new();
    for removal in removals {
        let reason = store::removal_reason(&keys, &removal)?;
        second_factor_removals.push(ArchivedRemoval {
            by: removal.removed_by,
            at: removal.removed_at,
            reason,
        });
    }
    let sessions = session::Entity::find().filter(session::Column::AccountId.eq(id)).all(conn).await?;
    let feed =
        calendar_feed::Entity::find().filter(calendar_feed::Column::AccountId.eq(id)).one(conn).await?;
    Ok(Some(AccountArchive {
        id,
        display_name: row.display_name,
        email: Some(email),
        role: row.role,
        state: row.state,
        language: row.language,
        created_at: row.created_at,
        updated_at: row.updated_at,
        second_factor_since: row.totp_confirmed_at,
        second_factor_removals,
        sessions: sessions
            .into_iter()
            .map(|row| ArchivedSession { created_at: row.created_at, refreshed_at: row.refreshed_at })
            .collect(),
        calendar_since: feed.map(|feed| feed.created_at),
    }))
}
