//! Queries about submissions, and the sealing of what is in them.

use std::collections::HashMap;

use ::entity::ids::{AccountId, InitiativeId, SubmissionId};
use ::entity::submission::{Column, Entity, Model, SubmissionKind, SubmissionStatus};
use ::entity::submission_message::{self, MessageFrom};
use ::entity::{data_key, initiative, submission_sign};
use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::content::{Asked, Content, Message};
use super::filters::{QueueOrder, SubmissionFilters};
use super::rules;
use super::wire::{SubmissionInitiative, Submitter};
use crate::db::{Tx, delete_in, find_in, insert_all};
use crate::ids;
use crate::problem::{Kind, Problem};
use crate::publishing::NOWHERE;
use crate::text::normal_address;
use crate::vault::{Keyring, Vault};

const TABLE: &str = "submission";
const MESSAGES: &str = "submission_message";
/// Messages of one submission.
const MOST_MESSAGES: u64 = 200;
/// Other submissions that are looked at for doubles.
const MOST_ALIKE: u64 = 60;

/// What a submission begins with.
pub(super) struct New {
    pub(super) token_hash: Vec<u8>,
    pub(super) submitted_by: Option<AccountId>,
    pub(super) asked: Asked,
    pub(super) submitter: Submitter,
}

/// What a claim or a change is about.
pub(super) struct About {
    pub(super) id: InitiativeId,
    pub(super) country: Option<String>,
    /// Of the letters.
    pub(super) language: String,
}

/// Writes a new one. A claim or a change is about something.
pub(super) async fn insert(tx: &Tx, vault: &Vault, new: &New, about: Option<About>) -> anyhow::Result<Model> {
    let mut row = Model {
        id: SubmissionId(ids::v7(tx.now())),
        kind: new.asked.kind(),
        about: about.as_ref().map(|about| about.id),
        status: SubmissionStatus::Received,
        token_hash: Some(new.token_hash.clone()),
        submitted_by: new.submitted_by,
        country: String::new(),
        language: String::new(),
        sealed_initiative: None,
        sealed_submitter: None,
        sealed_email: None,
        email_hash: None,
        claimed_by: None,
        claimed_until: None,
        decided_by: None,
        closed_at: None,
        reason_code: None,
        initiative_id: None,
        duplicate_of: None,
        erased_at: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    if let Some(About { id: _, country, language }) = about {
        row.country = country.unwrap_or_else(|| NOWHERE.to_owned());
        row.language = language;
    }
    let keys = Keyring::for_writing(tx, vault, vec![row.id.0]).await?;
    seal(vault, &keys, &mut row, &new.asked, &new.submitter)?;
    insert_all(tx, vec![row.clone()]).await?;
    set_signs(tx, vault, row.id, &new.asked).await?;
    Ok(row)
}

/// Puts what was edited into the row, which is not saved yet.
pub(super) async fn put(
    tx: &Tx,
    vault: &Vault,
    row: &mut Model,
    asked: &Asked,
    submitter: &Submitter,
) -> anyhow::Result<()> {
    let keys = Keyring::for_reading(tx, vault, vec![row.id.0]).await?;
    seal(vault, &keys, row, asked, submitter)?;
    // What was there before is not to be found on the disk.
    tx.erase();
    delete_in::<submission_sign::Entity, _>(tx, submission_sign::Column::SubmissionId, &[row.id]).await?;
    set_signs(tx, vault, row.id, asked).await
}

/// The keyed hash by which the submissions of an address are found.
///
/// # Errors
/// None that happen; see [`Vault::keyed_hash`].
pub(super) fn address_hash(vault: &Vault, email: &str) -> anyhow::Result<Vec<u8>> {
    Ok(vault.keyed_hash("submission e-mail", &[normal_address(email).as_bytes()])?.to_vec())
}

/// The submissions that were sent with an address.
pub(super) async fn of_address(tx: &Tx, hash: Vec<u8>) -> Result<Vec<SubmissionId>, DbErr> {
    let found = Entity::find().filter(Column::EmailHash.eq(hash)).order_by_desc(Column::Id).limit(20);
    Ok(found.all(tx).await?.into_iter().map(|row| row.id).collect())
}

fn seal(
    vault: &Vault,
    keys: &Keyring,
    row: &mut Model,
    asked: &Asked,
    submitter: &Submitter,
) -> anyhow::Result<()> {
    let mut submitter = submitter.clone();
    let email = submitter.email.take();
    let id = row.id.0;
    row.sealed_initiative = match asked {
        Asked::Initiative(initiative) => {
            row.country.clone_from(&initiative.country);
            row.language.clone_from(&initiative.language);
            keys.seal(TABLE, "sealed_initiative", id, Some(initiative))?
        }
        Asked::Change(changes) => keys.seal(TABLE, "sealed_initiative", id, Some(changes))?,
        // What was not erased is sealed, and there is nothing more to a claim.
        Asked::Claim => keys.seal(TABLE, "sealed_initiative", id, Some(&serde_json::json!({})))?,
    };
    row.sealed_submitter = keys.seal(TABLE, "sealed_submitter", id, Some(&submitter))?;
    row.sealed_email = keys.seal(TABLE, "sealed_email", id, email.as_ref())?;
    row.email_hash = email.map(|email| address_hash(vault, &email)).transpose()?;
    Ok(())
}

async fn set_signs(tx: &Tx, vault: &Vault, id: SubmissionId, asked: &Asked) -> anyhow::Result<()> {
    let Asked::Initiative(initiative) = asked else { return Ok(()) };
    let signs = super::alike::signs(vault, initiative)?;
    let row = |sign| submission_sign::Model { submission_id: id, sign };
    Ok(insert_all(tx, signs.into_iter().map(row).collect()).await?)
}

/// By its identifier.
pub(super) async fn by_id<C: ConnectionTrait>(conn: &C, id: SubmissionId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// By the keyed hash of its tracking token.
pub(super) async fn by_token<C: ConnectionTrait>(conn: &C, hash: Vec<u8>) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::TokenHash.eq(hash)).one(conn).await
}

/// By its identifier, kept from changing until the transaction ends.
pub(super) async fn for_change(tx: &Tx, id: SubmissionId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// Writes a changed one, a version further. Once closed, nothing finds it as a double any more.
pub(super) async fn save(tx: &Tx, mut row: Model) -> Result<Model, DbErr> {
    row.version += 1;
    row.updated_at = tx.now();
    if !rules::is_open(row.status) {
        delete_in::<submission_sign::Entity, _>(tx, submission_sign::Column::SubmissionId, &[row.id]).await?;
    }
    row.into_active_model().reset_all().update(tx).await
}

/// Opens what is sealed in it, as far as it is there.
pub(super) async fn content<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    row: &Model,
) -> anyhow::Result<Content> {
    let id = row.id.0;
    let keys = Keyring::for_reading(conn, vault, vec![id]).await?;
    let messages = submission_message::Entity::find()
        .filter(submission_message::Column::SubmissionId.eq(row.id))
        .order_by_asc(submission_message::Column::Position)
        .all(conn)
        .await?;
    let message = |row: submission_message::Model| {
        let text = keys.open(MESSAGES, &column_of(row.position), id, Some(&row.sealed_text))?;
        let text = text.context("a message has a text")?;
        Ok(Message { from: row.written_by, text, at: row.written_at })
    };
    let sealed = row.sealed_initiative.as_deref();
    let asked = match row.kind {
        SubmissionKind::Initiative => {
            keys.open(TABLE, "sealed_initiative", id, sealed)?.map(Asked::Initiative)
        }
        SubmissionKind::Change => keys.open(TABLE, "sealed_initiative", id, sealed)?.map(Asked::Change),
        SubmissionKind::Claim => sealed.map(|_| Asked::Claim),
    };
    Ok(Content {
        asked,
        submitter: keys.open(TABLE, "sealed_submitter", id, row.sealed_submitter.as_deref())?,
        email: keys.open(TABLE, "sealed_email", id, row.sealed_email.as_deref())?,
        messages: messages.into_iter().map(message).collect::<anyhow::Result<_>>()?,
    })
}

/// The titles of what these claim or would change.
pub(super) async fn titles<C: ConnectionTrait>(
    conn: &C,
    rows: &[Model],
) -> Result<HashMap<InitiativeId, String>, DbErr> {
    let about = rows.iter().filter_map(|row| row.about).collect();
    let found = find_in::<initiative::Entity, _, _>(conn, initiative::Column::Id, about).await?;
    Ok(found.into_iter().map(|initiative| (initiative.id, initiative.title)).collect())
}

/// What asks to be on the map, of several.
pub(super) async fn initiatives<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    rows: &[Model],
) -> anyhow::Result<HashMap<SubmissionId, SubmissionInitiative>> {
    let keys = Keyring::for_reading(conn, vault, rows.iter().map(|row| row.id.0).collect()).await?;
    let mut found = HashMap::new();
    for row in rows.iter().filter(|row| row.kind == SubmissionKind::Initiative) {
        let opened = keys.open(TABLE, "sealed_initiative", row.id.0, row.sealed_initiative.as_deref())?;
        found.extend(opened.map(|initiative| (row.id, initiative)));
    }
    Ok(found)
}

/// The text of a message is sealed for its place in the thread.
fn column_of(position: i32) -> String {
    format!("sealed_text {position}")
}

/// Adds a message.
///
/// # Errors
/// 409 if there are too many.
pub(super) async fn write_message(
    tx: &Tx,
    vault: &Vault,
    row: &Model,
    reviewer: Option<AccountId>,
    text: &str,
) -> Result<(), Problem> {
    let thread =
        submission_message::Entity::find().filter(submission_message::Column::SubmissionId.eq(row.id));
    let count = thread.count(tx).await?;
    if count >= MOST_MESSAGES {
        return Err(Problem::of(Kind::Conflict).with_detail("There are too many messages already."));
    }
    let position = i32::try_from(count).map_err(Problem::internal)?;
    let keys = Keyring::for_reading(tx, vault, vec![row.id.0]).await?;
    let sealed = keys.seal(MESSAGES, &column_of(position), row.id.0, Some(&text.trim()))?;
    let message = submission_message::Model {
        submission_id: row.id,
        position,
        written_by: if reviewer.is_some() { MessageFrom::Reviewer } else { MessageFrom::Submitter },
        account_id: reviewer,
        sealed_text: sealed.ok_or_else(|| Problem::internal(anyhow::anyhow!("a message was sealed")))?,
        written_at: tx.now(),
    };
    Ok(insert_all(tx, vec![message]).await?)
}

/// One page of the queue, and one more if there is a next page.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    filters: &SubmissionFilters,
    after: Option<SubmissionId>,
    limit: u8,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, DbErr> {
    let mut wanted = Condition::all();
    if !filters.status.is_empty() {
        wanted = wanted.add(Column::Status.is_in(filters.status.iter().copied()));
    }
    if !filters.kind.is_empty() {
        wanted = wanted.add(Column::Kind.is_in(filters.kind.iter().copied()));
    }
    if !filters.country.is_empty() {
        wanted = wanted.add(Column::Country.is_in(filters.country.iter().map(|country| country.0.as_str())));
    }
    wanted = wanted.add_option(filters.claimed.map(|claimed| match claimed {
        true => Condition::all().add(Column::ClaimedUntil.gt(now)),
        false => Condition::any().add(Column::ClaimedUntil.is_null()).add(Column::ClaimedUntil.lte(now)),
    }));
    let query = Entity::find().limit(u64::from(limit) + 1);
    let query = match filters.sort {
        QueueOrder::Oldest => {
            wanted = wanted.add_option(after.map(|after| Column::Id.gt(after)));
            query.order_by_asc(Column::Id)
        }
        QueueOrder::Newest => {
            wanted = wanted.add_option(after.map(|after| Column::Id.lt(after)));
            query.order_by_desc(Column::Id)
        }
    };
    query.filter(wanted).all(conn).await
}

/// Other open submissions that share one of these signs.
pub(super) async fn with_signs<C: ConnectionTrait>(
    conn: &C,
    signs: Vec<Vec<u8>>,
    but: SubmissionId,
) -> Result<Vec<Model>, DbErr> {
    let found: Vec<Uuid> = submission_sign::Entity::find()
        .select_only()
        .column(submission_sign::Column::SubmissionId)
        .distinct()
        .filter(submission_sign::Column::Sign.is_in(signs))
        .filter(submission_sign::Column::SubmissionId.ne(but))
        .limit(MOST_ALIKE)
        .into_tuple()
        .all(conn)
        .await?;
    find_in::<Entity, _, _>(conn, Column::Id, found).await
}

/// Some that were closed this long ago and still tell of people, kept from changing.
pub(super) async fn to_erase(tx: &Tx, kept: TimeDelta, most: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::ErasedAt.is_null())
        .filter(Column::ClosedAt.lt(tx.now() - kept))
        .order_by_asc(Column::ClosedAt)
        .limit(most)
        .lock_exclusive()
        .all(tx)
        .await
}

/// Erases what tells of people, and the key with it, and with the key every copy. Whoever is to be asked again one day is the
/// contact of the initiative since its approval.
pub(super) async fn erase(tx: &Tx, mut row: Model) -> Result<(), DbErr> {
    tx.erase();
    let column = submission_message::Column::SubmissionId;
    delete_in::<submission_message::Entity, _>(tx, column, &[row.id]).await?;
    row.sealed_initiative = None;
    row.sealed_submitter = None;
    row.token_hash = None;
    row.erased_at = Some(tx.now());
    row.sealed_email = None;
    row.email_hash = None;
    data_key::Entity::delete_by_id(row.id.0).exec(tx).await?;
    save(tx, row).await.map(drop)
}
