//! Queries about reminders.

use ::entity::ids::{EventId, RegistrationId};
use ::entity::registration::{self, RegistrationStatus};
use ::entity::registration_reminder::{Column, Entity, Model};
use ::entity::{outbox_letter, registration_desk};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::super::store::{Person, TABLE};
use crate::db::{Tx, delete_in, insert_all};
use crate::vault::{Keyring, Vault};

/// Events in one condition at most.
const MANY: usize = 500;

/// The events whose desks are to be looked at, those that have waited longest first.
pub(super) async fn due<C: ConnectionTrait>(
    conn: &C,
    now: DateTime<Utc>,
    most: u64,
) -> Result<Vec<EventId>, DbErr> {
    let column = registration_desk::Column::RemindAt;
    let due = registration_desk::Entity::find().select_only().column(registration_desk::Column::EventId);
    due.filter(column.lte(now)).order_by_asc(column).limit(most).into_tuple().all(conn).await
}

/// Those who have a seat, an address and no such reminder yet.
pub(super) async fn to_remind(
    tx: &Tx,
    event: EventId,
    begins_at: DateTime<Utc>,
    minutes: u16,
    most: u64,
) -> Result<Vec<registration::Model>, DbErr> {
    let written = Query::select()
        .column(Column::RegistrationId)
        .from(Entity)
        .and_where(Column::EventId.eq(event))
        .and_where(Column::BeginsAt.eq(begins_at))
        .and_where(Column::Minutes.eq(i32::from(minutes)))
        .to_owned();
    registration::Entity::find()
        .filter(registration::Column::EventId.eq(event))
        .filter(registration::Column::Status.eq(RegistrationStatus::Confirmed))
        .filter(registration::Column::Reminders.eq(true))
        .filter(registration::Column::VerifiedAt.is_not_null())
        .filter(registration::Column::SealedEmail.is_not_null())
        .filter(registration::Column::Id.not_in_subquery(written))
        .order_by_asc(registration::Column::Arrival)
        .limit(most)
        .all(tx)
        .await
}

/// Who they are and where they are written to.
pub(super) async fn opened(
    tx: &Tx,
    vault: &Vault,
    rows: Vec<registration::Model>,
) -> anyhow::Result<Vec<(registration::Model, Person, String)>> {
    let keys = Keyring::for_reading(tx, vault, rows.iter().map(|row| row.id.0).collect()).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let person = keys.open(TABLE, "sealed_person", row.id.0, row.sealed_person.as_deref())?;
        let email = keys.open(TABLE, "sealed_email", row.id.0, row.sealed_email.as_deref())?;
        found.extend(person.zip(email).map(|(person, email)| (row, person, email)));
    }
    Ok(found)
}

/// Writes reminders.
pub(super) async fn insert(tx: &Tx, reminders: Vec<Model>) -> Result<(), DbErr> {
    insert_all(tx, reminders).await
}

/// Has the desks of events looked at now, where there are any. What was due before stays so.
pub(super) async fn look_again(tx: &Tx, events: &[EventId]) -> Result<(), DbErr> {
    use registration_desk::Column;
    for events in events.chunks(MANY) {
        let later = Condition::any().add(Column::RemindAt.is_null()).add(Column::RemindAt.gt(tx.now()));
        registration_desk::Entity::update_many()
            .col_expr(Column::RemindAt, Expr::value(tx.now()))
            .filter(Column::EventId.is_in(events.iter().copied()))
            .filter(later)
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// The reminders of events whose letters wait to be sent.
pub(super) async fn waiting_for_events(tx: &Tx, events: &[EventId]) -> Result<Vec<Model>, DbErr> {
    let mut waiting = Vec::new();
    for events in events.chunks(MANY) {
        let of_events = Entity::find().filter(Column::EventId.is_in(events.iter().copied()));
        waiting.extend(of_events.filter(Column::LetterId.in_subquery(letters())).all(tx).await?);
    }
    Ok(waiting)
}

/// Somebody's.
pub(super) async fn waiting_for(tx: &Tx, id: RegistrationId) -> Result<Vec<Model>, DbErr> {
    let own = Entity::find().filter(Column::RegistrationId.eq(id));
    own.filter(Column::LetterId.in_subquery(letters())).all(tx).await
}

fn letters() -> sea_orm::sea_query::SelectStatement {
    Query::select().column(outbox_letter::Column::Id).from(outbox_letter::Entity).to_owned()
}

/// Forgets the reminders that were these letters.
pub(super) async fn forget_letters(tx: &Tx, letters: &[Uuid]) -> Result<(), DbErr> {
    delete_in::<Entity, _>(tx, Column::LetterId, letters).await
}
