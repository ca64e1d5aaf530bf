//! Queries about one-time links.

use ::entity::ids::AccountId;
use ::entity::one_time_link::{self, LinkPurpose};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};

use crate::db::{Tx, insert_all};

/// Writes a link in place of earlier ones for the same purpose.
pub(super) async fn replace_link(tx: &Tx, link: one_time_link::Model) -> Result<(), DbErr> {
    drop_links(tx, link.account_id, link.purpose).await?;
    insert_all(tx, vec![link]).await
}

/// Removes the links of an account for one purpose.
pub(super) async fn drop_links(tx: &Tx, account_id: AccountId, purpose: LinkPurpose) -> Result<(), DbErr> {
    one_time_link::Entity::delete_many()
        .filter(one_time_link::Column::AccountId.eq(account_id))
        .filter(one_time_link::Column::Purpose.eq(purpose))
        .exec(tx)
        .await
        .map(drop)
}

/// A link that still works.
pub(super) async fn link<C: ConnectionTrait>(
    conn: &C,
    hash: &[u8],
    purpose: LinkPurpose,
    now: DateTime<Utc>,
) -> Result<Option<one_time_link::Model>, DbErr> {
    one_time_link::Entity::find_by_id(hash.to_vec())
        .filter(one_time_link::Column::Purpose.eq(purpose))
        .filter(one_time_link::Column::ExpiresAt.gt(now))
        .one(conn)
        .await
}

/// When the newest link of an account for this purpose was made.
pub(super) async fn last_link(
    tx: &Tx,
    account_id: AccountId,
    purpose: LinkPurpose,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let found = one_time_link::Entity::find()
        .filter(one_time_link::Column::AccountId.eq(account_id))
        .filter(one_time_link::Column::Purpose.eq(purpose))
        .one(tx)
        .await?;
    Ok(found.map(|link| link.created_at))
}

/// Uses a link up; whether it was still there. Of two who use it at once, one succeeds.
pub(super) async fn use_link(tx: &Tx, hash: &[u8]) -> Result<bool, DbErr> {
    let done = one_time_link::Entity::delete_by_id(hash.to_vec()).exec(tx).await?;
    Ok(done.rows_affected == 1)
}
