//! Queries about keys.

use ::entity::api_key::{ApiScope, Column, Entity, Model};
use ::entity::ids::{ApiKeyId, OrganisationId};
use ::entity::organisation;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::db::{Tx, insert_all};

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
