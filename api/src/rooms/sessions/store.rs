//! Queries about sessions.

use ::entity::ids::{AccountId, SessionId};
use ::entity::session;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
};

use crate::db::{Tx, insert_all};

/// Writes a new session.
pub(super) async fn insert(
    tx: &Tx,
    id: SessionId,
    account_id: AccountId,
    token_hash: Vec<u8>,
    second_factor: bool,
) -> Result<(), DbErr> {
    let (created_at, refreshed_at) = (tx.now(), tx.now());
    let row = session::Model {
        id,
        account_id,
        token_hash,
        previous_hash: None,
        second_factor,
        created_at,
        refreshed_at,
    };
    insert_all(tx, vec![row]).await
}

/// By its identifier, kept from changing until the transaction ends.
pub(super) async fn for_change(tx: &Tx, id: SessionId) -> Result<Option<session::Model>, DbErr> {
    session::Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// Puts the next refresh token in the place of the one that was used.
pub(super) async fn advance(tx: &Tx, row: &session::Model, token_hash: Vec<u8>) -> Result<(), DbErr> {
    let change = session::ActiveModel {
        id: Set(row.id),
        previous_hash: Set(Some(row.token_hash.clone())),
        token_hash: Set(token_hash),
        refreshed_at: Set(tx.now()),
        ..Default::default()
    };
    change.update(tx).await.map(drop)
}

/// Ends a session; whether it was there.
pub(super) async fn end(tx: &Tx, id: SessionId) -> Result<bool, DbErr> {
    Ok(session::Entity::delete_by_id(id).exec(tx).await?.rows_affected == 1)
}

/// One page of an account's sessions, in the order of identifiers, and one more if there is a next page.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    account: AccountId,
    after: Option<SessionId>,
    limit: u8,
) -> Result<Vec<session::Model>, DbErr> {
    let mut query = session::Entity::find()
        .filter(session::Column::AccountId.eq(account))
        .order_by_asc(session::Column::Id)
        .limit(u64::from(limit) + 1);
    if let Some(after) = after {
        query = query.filter(session::Column::Id.gt(after));
    }
    query.all(conn).await
}
