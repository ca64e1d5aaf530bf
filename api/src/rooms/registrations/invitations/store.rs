//! Queries about invitation codes.

use std::collections::HashMap;

use ::entity::ids::{EventId, InvitationId};
use ::entity::registration::{self, RegistrationStatus};
use ::entity::registration_invitation::{Column, Entity, Model};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::db::{Tx, insert_all, save_all};

/// Writes a new one.
pub(super) async fn insert(tx: &Tx, row: Model) -> Result<(), DbErr> {
    insert_all(tx, vec![row]).await
}

/// Writes a changed one.
pub(super) async fn save(tx: &Tx, row: Model) -> Result<(), DbErr> {
    save_all(tx, vec![row], &[]).await
}

/// By the keyed hash of its code.
pub(super) async fn by_code(tx: &Tx, hash: Vec<u8>) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::CodeHash.eq(hash)).one(tx).await
}

/// By its identifier, if it is for this event.
pub(super) async fn by_id(tx: &Tx, event: EventId, id: InvitationId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::EventId.eq(event)).one(tx).await
}

/// How many there are for an event.
pub(super) async fn count(tx: &Tx, event: EventId) -> Result<u64, DbErr> {
    Entity::find().filter(Column::EventId.eq(event)).count(tx).await
}

/// One page of those of an event, and one more if there is a next page.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    event: EventId,
    after: Option<InvitationId>,
    limit: u8,
) -> Result<Vec<Model>, DbErr> {
    let mut query = Entity::find().filter(Column::EventId.eq(event));
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    query.order_by_asc(Column::Id).limit(u64::from(limit) + 1).all(conn).await
}

/// How many registered with each and did not let their time pass.
pub(super) async fn used<C: ConnectionTrait>(
    conn: &C,
    invitations: &[InvitationId],
) -> Result<HashMap<InvitationId, i64>, DbErr> {
    use registration::Column;
    let counts: Vec<(InvitationId, i64)> = registration::Entity::find()
        .select_only()
        .column(Column::InvitationId)
        .column_as(Column::Id.count(), "used")
        .filter(Column::InvitationId.is_in(invitations.iter().copied()))
        .filter(Column::Status.ne(RegistrationStatus::Expired))
        .group_by(Column::InvitationId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counts.into_iter().collect())
}
