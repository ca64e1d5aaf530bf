//! What was made with API keys: it is their organisation's own.

use ::entity::ids::OrganisationId;
use ::entity::{api_key, partner_record};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use crate::access::{Actor, Partner};
use crate::db::{Tx, delete_in, insert_all};

/// The records that an organisation's keys made.
pub(super) fn made_by(organisation: OrganisationId) -> SelectStatement {
    Query::select()
        .column((partner_record::Entity, partner_record::Column::RecordId))
        .from(partner_record::Entity)
        .cond_where(partner_record::Column::OrganisationId.eq(organisation))
        .to_owned()
}

/// Notes whose a new record is, if it was made with a key.
///
/// # Errors
/// The database's.
pub async fn note_maker(tx: &Tx, actor: &Actor, id: Uuid) -> Result<(), DbErr> {
    let Some(Partner { key, organisation, .. }) = actor.partner().copied() else { return Ok(()) };
    insert_all(tx, vec![partner_record::Model { record_id: id, organisation_id: organisation, key_id: key }])
        .await
}

/// Notes that a record is whose another one is, if a key made that.
///
/// # Errors
/// The database's.
pub async fn hand_on(tx: &Tx, from: Uuid, to: Uuid) -> Result<(), DbErr> {
    let maker = maker(tx, from).await?;
    insert_all(tx, maker.map(|row| partner_record::Model { record_id: to, ..row }).into_iter().collect())
        .await
}

/// Which key made a record, and for whom.
///
/// # Errors
/// The database's.
pub async fn maker<C: ConnectionTrait>(conn: &C, id: Uuid) -> Result<Option<partner_record::Model>, DbErr> {
    partner_record::Entity::find_by_id(id).one(conn).await
}

/// Forgets who made a record that is removed.
///
/// # Errors
/// The database's.
pub async fn forget_maker(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    delete_in::<partner_record::Entity, _>(tx, partner_record::Column::RecordId, &[id]).await
}

/// Whether the keys of an organisation made a record and are all that is in a list of who did something to it.
pub(super) async fn did_it_alone(
    tx: &Tx,
    organisation: OrganisationId,
    record: Uuid,
    list: &[Option<Uuid>],
) -> Result<bool, DbErr> {
    if maker(tx, record).await?.is_none_or(|row| row.organisation_id != organisation) {
        return Ok(false);
    }
    let keys =
        api_key::Entity::find().filter(api_key::Column::OrganisationId.eq(organisation)).all(tx).await?;
    Ok(list.iter().all(|by| by.is_some_and(|by| keys.iter().any(|key| key.id.0 == by))))
}
