//! Queries about keys.

use std::collections::HashSet;

use ::entity::api_key::{ApiScope, Column, Entity, Model};
use ::entity::erasure::ErasureKind;
use ::entity::ids::{ApiKeyId, OrganisationId};
use ::entity::organisation;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::db::{Gone, Tx, insert_all};

/// Whether an organisation is there and not suspended. It is kept from being removed until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn active(tx: &Tx, id: OrganisationId) -> Result<Option<bool>, DbErr> {
    let found = organisation::Entity::find_by_id(id).lock_shared().one(tx).await?;
    Ok(found.map(|row| row.suspended_at.is_none()))
}

/// Whether an organisation has a key that works and is good for this.
///
/// # Errors
/// The database's.
pub async fn has_scope(tx: &Tx, id: OrganisationId, scope: ApiScope) -> Result<bool, DbErr> {
    let works = Condition::all().add(Column::RevokedAt.is_null()).add(Column::ExpiresAt.gt(tx.now()));
    let keys = Entity::find().filter(Column::OrganisationId.eq(id)).filter(works).all(tx).await?;
    Ok(keys.iter().any(|key| key.scopes.0.contains(&scope)))
}

/// What the ledger of erasures calls a secret: the beginning of its keyed hash.
fn name_of(hash: &[u8]) -> Uuid {
    Uuid::from_bytes(std::array::from_fn(|at| hash.get(at).copied().unwrap_or_default()))
}

/// Has the newest secret of a key be nobody's any more, in an older copy of the database neither.
pub(super) fn never_again(tx: &Tx, row: &Model) {
    tx.for_good(Gone { kind: ErasureKind::KeySecret, id: name_of(&row.secret_hash) });
}

/// The keys that work with one of these secrets, which a copy of the database brought back.
pub(super) async fn working_with(tx: &Tx, secrets: &HashSet<Uuid>) -> Result<Vec<Model>, DbErr> {
    let keys = Entity::find().filter(Column::RevokedAt.is_null()).all(tx).await?;
    Ok(keys.into_iter().filter(|key| secrets.contains(&name_of(&key.secret_hash))).collect())
}

/// Ends the secrets before of all keys.
///
/// # Errors
/// The database's.
pub async fn end_overlaps(tx: &Tx) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::PreviousHash, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(Column::PreviousUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(Column::PreviousExposedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .exec(tx)
        .await
        .map(drop)
}

/// Writes a new one.
pub(super) async fn insert(tx: &Tx, row: Model) -> Result<(), DbErr> {
    insert_all(tx, vec![row]).await
}

/// Writes a changed one, a version further.
pub(super) async fn save(tx: &Tx, mut row: Model) -> Result<Model, DbErr> {
    row.version += 1;
    row.updated_at = tx.now();
    row.into_active_model().reset_all().update(tx).await
}

/// One of an organisation's.
pub(super) async fn by_id<C: ConnectionTrait>(
    conn: &C,
    organisation: OrganisationId,
    id: ApiKeyId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::OrganisationId.eq(organisation)).one(conn).await
}

/// The same, kept from changing until the transaction ends.
pub(super) async fn for_change(
    tx: &Tx,
    organisation: OrganisationId,
    id: ApiKeyId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::OrganisationId.eq(organisation)).lock_exclusive().one(tx).await
}

/// One page of an organisation's, newest first, and one more if there is a next page.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    organisation: OrganisationId,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u8,
) -> Result<Vec<Model>, DbErr> {
    let mut query = Entity::find().filter(Column::OrganisationId.eq(organisation));
    if let Some((at, id)) = after {
        let same = Condition::all().add(Column::CreatedAt.eq(at)).add(Column::Id.lt(id));
        query = query.filter(Condition::any().add(Column::CreatedAt.lt(at)).add(same));
    }
    let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id);
    query.limit(u64::from(limit) + 1).all(conn).await
}
