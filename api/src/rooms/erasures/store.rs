//! Queries about whom nothing tells of any more.

use ::entity::erasure::{Entity, ErasureKind, Model};
use ::entity::ids::PersonId;
use ::entity::kinds::Moderation;
use ::entity::{person, quote};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QuerySelect as _};
use uuid::Uuid;

use crate::db::{Tx, find_in, save_all};

/// Notes that it was erased.
pub(super) async fn note(tx: &Tx, kind: ErasureKind, record_id: Uuid) -> Result<(), DbErr> {
    save_all(tx, vec![Model { record_id, kind, erased_at: tx.now() }], &[]).await
}

/// Whether it was erased here.
pub(super) async fn is_noted(tx: &Tx, record_id: Uuid) -> Result<bool, DbErr> {
    Ok(Entity::find_by_id(record_id).one(tx).await?.is_some())
}

/// A person, kept from changing until the transaction ends.
pub(super) async fn person(tx: &Tx, id: PersonId) -> Result<Option<person::Model>, DbErr> {
    person::Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// Those of these people who are there.
pub(super) async fn people<C: ConnectionTrait>(conn: &C, ids: Vec<Uuid>) -> Result<Vec<PersonId>, DbErr> {
    let rows = find_in::<person::Entity, _, _>(conn, person::Column::Id, ids).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Those of these quotes that still say something.
pub(super) async fn quotes<C: ConnectionTrait>(conn: &C, ids: Vec<Uuid>) -> Result<Vec<Uuid>, DbErr> {
    let rows = find_in::<quote::Entity, _, _>(conn, quote::Column::Id, ids).await?;
    Ok(rows.into_iter().filter(|row| row.status != Moderation::Withdrawn).map(|row| row.id.0).collect())
}
