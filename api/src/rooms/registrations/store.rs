//! Queries about registrations, and the sealing of what is in them.

use std::collections::{BTreeMap, HashMap};

use ::entity::ids::{AccountId, EventId, RegistrationId};
use ::entity::kinds::PersonRole;
use ::entity::registration::{Column, Entity, Model, RegistrationStatus as Status};
use ::entity::values::ReminderOffsets;
use ::entity::{
    data_key, registration_consent, registration_desk, registration_reminder, registration_reveal,
};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::proofs::GivenBy;
use super::rules;
use super::seats::Taken;
use crate::db::{Tx, delete_in, insert_all};
use crate::ids;
use crate::vault::{Keyring, Vault};

/// The table, for the seals.
pub(super) const TABLE: &str = "registration";
const REVEALS: &str = "registration_reveal";
/// The states in which somebody may still come.
const LIVE: [Status; 7] = [
    Status::Unverified,
    Status::Pending,
    Status::Confirmed,
    Status::Waitlisted,
    Status::Offered,
    Status::Attended,
    Status::Absent,
];

/// Who registered, open. It has no `Debug`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Person {
    /// The name or pseudonym they chose.
    pub(super) display_name: String,
    /// What they need to take part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) access_needs: Option<String>,
    /// The zone of their clock (IANA).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) time_zone: Option<String>,
    /// What they answered, by question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) answers: BTreeMap<String, String>,
    /// Who took down what they allow, where a partner registered them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) given_by: GivenBy,
}

/// Why somebody looked at a contact, open.
pub(super) struct Reveal {
    pub(super) by: AccountId,
    pub(super) at: DateTime<Utc>,
    pub(super) reason: String,
}

/// How many seats of an event are taken.
pub(super) async fn taken<C: ConnectionTrait>(conn: &C, event: EventId) -> Result<Taken, DbErr> {
    let mut taken = Taken::default();
    for (role, seats) in by_role(conn, event, Column::HoldsSeat.eq(true)).await? {
        taken.add(role, seats);
    }
    Ok(taken)
}

/// How many came, by role.
pub(super) async fn attended(tx: &Tx, event: EventId) -> Result<Vec<(PersonRole, u64)>, DbErr> {
    by_role(tx, event, Column::Status.eq(Status::Attended)).await
}

async fn by_role<C: ConnectionTrait>(
    conn: &C,
    event: EventId,
    which: impl sea_orm::sea_query::IntoCondition,
) -> Result<Vec<(PersonRole, u64)>, DbErr> {
    let counts: Vec<(PersonRole, i64)> = Entity::find()
        .select_only()
        .column(Column::Role)
        .column_as(Column::Id.count(), "seats")
        .filter(Column::EventId.eq(event))
        .filter(which)
        .group_by(Column::Role)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counts.into_iter().map(|(role, seats)| (role, seats.unsigned_abs())).collect())
}

/// How registration for an event goes, if that has been said or somebody has come.
pub(super) async fn desk<C: ConnectionTrait>(
    conn: &C,
    event: EventId,
) -> Result<Option<registration_desk::Model>, DbErr> {
    registration_desk::Entity::find_by_id(event).one(conn).await
}

/// How it goes before anything has been said and anybody has come.
pub(super) fn new_desk(event_id: EventId, now: DateTime<Utc>) -> registration_desk::Model {
    registration_desk::Model {
        event_id,
        arrivals: 0,
        seats: registration_desk::PublicSeats::Open,
        offers: false,
        questions: Default::default(),
        reminders: ReminderOffsets(rules::REMINDERS.to_vec()),
        remind_at: Some(now),
        version: 1,
        updated_at: now,
    }
}

/// Writes a new one, sealed under a key of its own.
pub(super) async fn insert(
    tx: &Tx,
    vault: &Vault,
    row: &mut Model,
    person: &Person,
    email: Option<&str>,
) -> anyhow::Result<()> {
    let keys = Keyring::for_writing(tx, vault, vec![row.id.0]).await?;
    row.sealed_person = keys.seal(TABLE, "sealed_person", row.id.0, Some(person))?;
    row.sealed_email = keys.seal(TABLE, "sealed_email", row.id.0, email.as_ref())?;
    Ok(insert_all(tx, vec![row.clone()]).await?)
}

/// Puts edited words into the row, which is not saved yet.
pub(super) async fn put(tx: &Tx, vault: &Vault, row: &mut Model, person: &Person) -> anyhow::Result<()> {
    let keys = Keyring::for_reading(tx, vault, vec![row.id.0]).await?;
    row.sealed_person = keys.seal(TABLE, "sealed_person", row.id.0, Some(person))?;
    // What was there before is not to be found on the disk.
    tx.erase();
    Ok(())
}

/// Writes a changed one, a version further. The row of its event is locked.
pub(super) async fn save(tx: &Tx, row: &mut Model) -> Result<(), DbErr> {
    row.version += 1;
    row.updated_at = tx.now();
    row.clone().into_active_model().reset_all().update(tx).await.map(drop)
}

/// By its identifier.
pub(super) async fn by_id<C: ConnectionTrait>(conn: &C, id: RegistrationId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// By the keyed hash of its manage token, or of the token that was mailed.
pub(super) async fn by_token<C: ConnectionTrait>(conn: &C, hash: Vec<u8>) -> Result<Option<Model>, DbErr> {
    let either = Condition::any().add(Column::TokenHash.eq(hash.clone())).add(Column::MailedHash.eq(hash));
    Entity::find().filter(either).one(conn).await
}

/// By what is told at the door.
pub(super) async fn by_code<C: ConnectionTrait>(
    conn: &C,
    event: EventId,
    code: &str,
) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::EventId.eq(event)).filter(Column::Code.eq(code)).one(conn).await
}

/// The live registrations of an address for an event.
pub(super) async fn of_address(tx: &Tx, event: EventId, hash: &[u8]) -> Result<Vec<Model>, DbErr> {
    live(event).filter(Column::EmailHash.eq(hash.to_vec())).all(tx).await
}

/// The live registration of an account for an event.
pub(super) async fn of_account<C: ConnectionTrait>(
    conn: &C,
    event: EventId,
    account: AccountId,
) -> Result<Option<Model>, DbErr> {
    live(event).filter(Column::AccountId.eq(account)).one(conn).await
}

/// Those of an account that have not ended, the newest first.
pub(super) async fn live_of_account<C: ConnectionTrait>(
    conn: &C,
    account: AccountId,
    most: u64,
) -> Result<Vec<Model>, DbErr> {
    let live = Entity::find().filter(Column::AccountId.eq(account)).filter(Column::Status.is_in(LIVE));
    live.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(most).all(conn).await
}

/// Those of an account, whatever became of them: one page, and one more if there is a next page.
pub(super) async fn all_of_account<C: ConnectionTrait>(
    conn: &C,
    account: AccountId,
    after: Option<RegistrationId>,
    limit: u8,
) -> Result<Vec<Model>, DbErr> {
    let mut query = Entity::find().filter(Column::AccountId.eq(account));
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    query.order_by_asc(Column::Id).limit(u64::from(limit) + 1).all(conn).await
}

/// Those who have a seat, or had one.
pub(super) async fn seated<C: ConnectionTrait>(conn: &C, event: EventId) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::EventId.eq(event)).filter(Column::HoldsSeat.eq(true)).all(conn).await
}

/// Everybody who may still come.
pub(super) async fn everybody(tx: &Tx, event: EventId) -> Result<Vec<Model>, DbErr> {
    live(event).all(tx).await
}

fn live(event: EventId) -> sea_orm::Select<Entity> {
    Entity::find().filter(Column::EventId.eq(event)).filter(Column::Status.is_in(LIVE))
}

/// The first who waits in this role.
pub(super) async fn first_waiting(tx: &Tx, event: EventId, role: PersonRole) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::EventId.eq(event))
        .filter(Column::Status.eq(Status::Waitlisted))
        .filter(Column::Role.eq(role))
        .order_by_asc(Column::Arrival)
        .order_by_asc(Column::Id)
        .limit(1)
        .one(tx)
        .await
}

/// Those of an event whose time is over.
pub(super) async fn overdue(tx: &Tx, event: EventId) -> Result<Vec<Model>, DbErr> {
    let over = Entity::find().filter(Column::EventId.eq(event)).filter(Column::UntilAt.lte(tx.now()));
    over.order_by_asc(Column::Arrival).all(tx).await
}

/// Events with some whose time is over.
pub(super) async fn events_overdue<C: ConnectionTrait>(
    conn: &C,
    now: DateTime<Utc>,
    most: u64,
) -> Result<Vec<EventId>, DbErr> {
    let events = Entity::find().select_only().column(Column::EventId).distinct();
    events.filter(Column::UntilAt.lte(now)).limit(most).into_tuple().all(conn).await
}

/// One page of those of an event in the order of their arrival, and one more if there is a next page.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    event: EventId,
    fits: Condition,
    after: Option<(i64, Uuid)>,
    limit: u8,
) -> Result<Vec<Model>, DbErr> {
    let mut query = Entity::find().filter(Column::EventId.eq(event)).filter(fits);
    if let Some((arrival, id)) = after {
        let later = Condition::all().add(Column::Arrival.eq(arrival)).add(Column::Id.gt(id));
        query = query.filter(Condition::any().add(Column::Arrival.gt(arrival)).add(later));
    }
    let query = query.order_by_asc(Column::Arrival).order_by_asc(Column::Id);
    query.limit(u64::from(limit) + 1).all(conn).await
}

/// Who they are, as far as that is not erased.
pub(super) async fn people<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    rows: &[Model],
) -> anyhow::Result<HashMap<RegistrationId, Person>> {
    let keys = Keyring::for_reading(conn, vault, rows.iter().map(|row| row.id.0).collect()).await?;
    let mut found = HashMap::new();
    for row in rows {
        let opened = keys.open(TABLE, "sealed_person", row.id.0, row.sealed_person.as_deref())?;
        found.extend(opened.map(|person| (row.id, person)));
    }
    Ok(found)
}

/// Who one of them is.
pub(super) async fn person<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    row: &Model,
) -> anyhow::Result<Option<Person>> {
    Ok(people(conn, vault, std::slice::from_ref(row)).await?.remove(&row.id))
}

/// The address, open.
pub(super) async fn email<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    row: &Model,
) -> anyhow::Result<Option<String>> {
    let Some(sealed) = row.sealed_email.as_deref() else { return Ok(None) };
    let keys = Keyring::for_reading(conn, vault, vec![row.id.0]).await?;
    keys.open(TABLE, "sealed_email", row.id.0, Some(sealed))
}

/// Notes that somebody looked at the contact.
pub(super) async fn note_reveal(
    tx: &Tx,
    vault: &Vault,
    row: &Model,
    by: AccountId,
    reason: &str,
) -> anyhow::Result<()> {
    let id = ids::v4();
    let keys = Keyring::for_reading(tx, vault, vec![row.id.0]).await?;
    let sealed_reason = keys.seal(REVEALS, &format!("sealed_reason {id}"), row.id.0, Some(&reason))?;
    let (registration_id, revealed_at) = (row.id, tx.now());
    let reveal =
        registration_reveal::Model { id, registration_id, account_id: by, sealed_reason, revealed_at };
    Ok(insert_all(tx, vec![reveal]).await?)
}

/// Who looked at the contact, oldest first.
pub(super) async fn reveals<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    row: &Model,
) -> anyhow::Result<Vec<Reveal>> {
    let rows = registration_reveal::Entity::find()
        .filter(registration_reveal::Column::RegistrationId.eq(row.id))
        .order_by_asc(registration_reveal::Column::RevealedAt)
        .all(conn)
        .await?;
    let keys = Keyring::for_reading(conn, vault, vec![row.id.0]).await?;
    let mut found = Vec::new();
    for reveal in rows {
        let column = format!("sealed_reason {}", reveal.id);
        let reason = keys.open(REVEALS, &column, row.id.0, reveal.sealed_reason.as_deref())?;
        found.extend(reason.map(|reason| Reveal { by: reveal.account_id, at: reveal.revealed_at, reason }));
    }
    Ok(found)
}

/// What is consented to now.
pub(super) async fn consents<C: ConnectionTrait>(
    conn: &C,
    id: RegistrationId,
) -> Result<Vec<registration_consent::Model>, DbErr> {
    use registration_consent::Column;
    let given = registration_consent::Entity::find().filter(Column::RegistrationId.eq(id));
    given.filter(Column::WithdrawnAt.is_null()).order_by_asc(Column::Purpose).all(conn).await
}

/// Takes down what somebody new consents to.
pub(super) async fn insert_consents(tx: &Tx, given: Vec<registration_consent::Model>) -> Result<(), DbErr> {
    insert_all(tx, given).await
}

/// Takes down what is consented to, whole: what is not named any more is withdrawn.
pub(super) async fn consent(
    tx: &Tx,
    id: RegistrationId,
    given: Vec<registration_consent::Model>,
) -> Result<(), DbErr> {
    use registration_consent::Column;
    let before = consents(tx, id).await?;
    let same = |one: &registration_consent::Model, other: &registration_consent::Model| {
        one.purpose == other.purpose
            && one.text_version == other.text_version
            && one.language == other.language
    };
    let gone = before.iter().filter(|old| !given.iter().any(|new| same(old, new)));
    let gone: Vec<_> = gone.map(|old| old.purpose).collect();
    if !gone.is_empty() {
        registration_consent::Entity::update_many()
            .col_expr(Column::WithdrawnAt, Expr::value(tx.now()))
            .filter(Column::RegistrationId.eq(id))
            .filter(Column::WithdrawnAt.is_null())
            .filter(Column::Purpose.is_in(gone))
            .exec(tx)
            .await?;
    }
    let new = given.into_iter().filter(|new| !before.iter().any(|old| same(old, new)));
    insert_all(tx, new.collect()).await
}

/// Erases what tells of people: what was sealed, its key, every hash and token. State and role stay, to be counted.
pub(super) async fn erase(tx: &Tx, row: &mut Model) -> Result<(), DbErr> {
    tx.erase();
    let reveals = registration_reveal::Column::RegistrationId;
    delete_in::<registration_reveal::Entity, _>(tx, reveals, &[row.id]).await?;
    let reminders = registration_reminder::Column::RegistrationId;
    delete_in::<registration_reminder::Entity, _>(tx, reminders, &[row.id]).await?;
    data_key::Entity::delete_by_id(row.id.0).exec(tx).await?;
    (row.sealed_person, row.sealed_email, row.code, row.account_id) = (None, None, None, None);
    (row.token_hash, row.mailed_hash, row.email_hash) = (None, None, None);
    row.erased_at = Some(tx.now());
    save(tx, row).await
}
