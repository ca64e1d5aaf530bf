//! Facts: what happened, as a kind and identifiers. Names and texts stay where they are.

use std::collections::HashSet;

use ::entity::kinds::RecordKind;
use ::entity::{outbox_clock, outbox_fact, watch, webhook_endpoint};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::db::{Tx, insert_all};
use crate::ids;

/// The member that says which fact it is.
const KIND: &str = "kind";

/// Something that happened. A new one is a variant here, told where it happens and heard by a [`super::Subscriber`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// Somebody was invited to have an account.
    AccountInvited {
        /// The account.
        account_id: Uuid,
    },
    /// An account was put out of use, for now.
    AccountSuspended {
        /// The account.
        account_id: Uuid,
    },
    /// An account was put to use again.
    AccountRestored {
        /// The account.
        account_id: Uuid,
    },
    /// An initiative was put on the map.
    InitiativePublished {
        /// The initiative.
        initiative_id: Uuid,
    },
    /// An initiative was taken off the map.
    InitiativeArchived {
        /// The initiative.
        initiative_id: Uuid,
    },
    /// An event was scheduled and is public.
    EventPublished {
        /// The event.
        event_id: Uuid,
    },
    /// A scheduled event was moved.
    EventRescheduled {
        /// The event.
        event_id: Uuid,
        /// When it was to begin, where that was known.
        #[serde(default)]
        former_starts_at: Option<DateTime<Utc>>,
        /// When it begins now, where that is known.
        #[serde(default)]
        starts_at: Option<DateTime<Utc>>,
        /// Whether it moved so far that whoever comes is asked again.
        #[serde(default)]
        reconfirm: bool,
    },
    /// An event will not take place.
    EventCancelled {
        /// The event.
        event_id: Uuid,
    },
    /// An event took place.
    EventHeld {
        /// The event.
        event_id: Uuid,
    },
    /// An outcome was approved and is public.
    OutcomePublished {
        /// The outcome.
        outcome_id: Uuid,
    },
    /// A quote was approved and is public.
    QuotePublished {
        /// The quote.
        quote_id: Uuid,
    },
    /// A quote was withdrawn.
    QuoteWithdrawn {
        /// The quote.
        quote_id: Uuid,
    },
    /// A story was approved and is public.
    StoryPublished {
        /// The story.
        story_id: Uuid,
    },
    /// A story was withdrawn.
    StoryWithdrawn {
        /// The story.
        story_id: Uuid,
    },
    /// What the public side shows of a record changed. Told by the door, and only while somebody outside listens.
    DocumentChanged {
        /// The kind of the record.
        record: RecordKind,
        /// The record.
        document_id: Uuid,
        /// How it changed.
        change: DocumentChange,
        /// The version of the public document.
        version: i64,
    },
    /// Everything that told of a person was erased.
    PersonErased {
        /// Who the person was.
        person_id: Uuid,
        /// The last version of the record.
        #[serde(default)]
        version: i64,
        /// The organisation whose key recorded the person, if one did: nothing else remembers.
        #[serde(default)]
        organisation_id: Option<Uuid>,
    },
    /// Somebody asked to be on the map.
    SubmissionReceived {
        /// The submission.
        submission_id: Uuid,
    },
    /// A submission was approved.
    SubmissionApproved {
        /// The submission.
        submission_id: Uuid,
    },
    /// A submission was turned down.
    SubmissionRejected {
        /// The submission.
        submission_id: Uuid,
    },
    /// An API key turned up in an address.
    KeyExposed {
        /// The key.
        key_id: Uuid,
    },
    /// Somebody has a seat at an event.
    RegistrationConfirmed {
        /// The registration.
        registration_id: Uuid,
        /// The event.
        event_id: Uuid,
    },
    /// Somebody's registration was taken back, by them or by the host.
    RegistrationCancelled {
        /// The registration.
        registration_id: Uuid,
        /// The event.
        event_id: Uuid,
    },
}

/// How a public document changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentChange {
    /// It is there, or there again.
    Published,
    /// The event is at another time.
    Rescheduled,
    /// The event will not take place.
    Cancelled,
    /// The event took place.
    Held,
    /// It is there no more.
    Withdrawn,
}

/// A fact that has been told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Identifier (UUIDv7).
    pub id: Uuid,
    /// Its number: facts are numbered in the order of commits, so whoever has seen one has missed none before it.
    pub seq: i64,
    /// What happened.
    pub fact: Fact,
    /// When.
    pub told_at: DateTime<Utc>,
}

/// Tells a fact: it is known if and only if this transaction commits.
///
/// # Errors
/// The database's.
pub async fn tell(tx: &Tx, fact: Fact) -> Result<(), DbErr> {
    let (kind, about) = written(fact)?;
    let (id, told_at) = (ids::v7(tx.now()), tx.now());
    let row = outbox_fact::Model { id, seq: None, kind, about, told_at, dispatched_at: None };
    row.into_active_model().insert(tx).await?;
    tx.before_commit("number outbox facts", |tx| Box::pin(number(tx)));
    Ok(())
}

/// Tells what concerns nobody but webhooks and those who get letters about what is new, if there are any.
///
/// # Errors
/// The database's.
pub async fn tell_outside(tx: &Tx, facts: Vec<Fact>) -> Result<(), DbErr> {
    if facts.is_empty() || !is_anybody_outside(tx).await? {
        return Ok(());
    }
    let rows = facts.into_iter().map(|fact| {
        let (kind, about) = written(fact)?;
        let (id, told_at) = (ids::v7(tx.now()), tx.now());
        Ok(outbox_fact::Model { id, seq: None, kind, about, told_at, dispatched_at: None })
    });
    insert_all(tx, rows.collect::<Result<_, DbErr>>()?).await?;
    tx.before_commit("number outbox facts", |tx| Box::pin(number(tx)));
    Ok(())
}

async fn is_anybody_outside(tx: &Tx) -> Result<bool, DbErr> {
    let watches = watch::Entity::find().filter(watch::Column::DueAt.is_not_null());
    Ok(webhook_endpoint::Entity::find().limit(1).one(tx).await?.is_some()
        || watches.limit(1).one(tx).await?.is_some())
}

/// The number of the last fact that is known: whatever commits later has a higher one.
///
/// # Errors
/// The database's.
pub async fn last_number<C: ConnectionTrait>(conn: &C) -> Result<i64, DbErr> {
    Ok(outbox_clock::Entity::find().one(conn).await?.map_or(0, |clock| clock.seq))
}

/// The documents that have become public or were moved after this fact and up to that one, each once, the last first. Of so many facts at
/// most, the last ones.
///
/// # Errors
/// The database's.
pub async fn shown_since<C: ConnectionTrait>(
    conn: &C,
    after: i64,
    until: i64,
    most: u64,
) -> Result<Vec<Uuid>, DbErr> {
    let facts = outbox_fact::Entity::find()
        .filter(outbox_fact::Column::Seq.gt(after).and(outbox_fact::Column::Seq.lte(until)))
        .filter(outbox_fact::Column::Kind.eq("document_changed"));
    let mut shown = Vec::new();
    let mut known = HashSet::new();
    for fact in facts.order_by_desc(outbox_fact::Column::Seq).limit(most).all(conn).await? {
        let Fact::DocumentChanged { document_id, change, .. } = Told::try_from(fact)?.fact else { continue };
        let is_news = matches!(change, DocumentChange::Published | DocumentChange::Rescheduled);
        if is_news && known.insert(document_id) {
            shown.push(document_id);
        }
    }
    Ok(shown)
}

/// Facts that were heard, after this number and up to that one, in their order.
///
/// # Errors
/// The database's.
pub async fn facts_after(tx: &Tx, after: i64, until: i64, limit: u64) -> Result<Vec<Told>, DbErr> {
    let facts = outbox_fact::Entity::find()
        .filter(outbox_fact::Column::Seq.gt(after).and(outbox_fact::Column::Seq.lte(until)))
        .filter(outbox_fact::Column::DispatchedAt.is_not_null());
    let facts = facts.order_by_asc(outbox_fact::Column::Seq).limit(limit).all(tx).await?;
    facts.into_iter().map(Told::try_from).collect()
}

/// The number of the newest fact that was heard, and of the newest before an instant; 0 if there is none.
///
/// # Errors
/// The database's.
pub async fn newest_fact(tx: &Tx, before: DateTime<Utc>) -> Result<(i64, i64), DbErr> {
    let heard = || {
        let column = outbox_fact::Column::Seq;
        let facts = outbox_fact::Entity::find().select_only().column(column);
        facts.filter(outbox_fact::Column::DispatchedAt.is_not_null()).order_by_desc(column).limit(1)
    };
    let newest: Option<Option<i64>> = heard().into_tuple().one(tx).await?;
    let earlier = heard().filter(outbox_fact::Column::ToldAt.lt(before));
    let earlier: Option<Option<i64>> = earlier.into_tuple().one(tx).await?;
    Ok((newest.flatten().unwrap_or_default(), earlier.flatten().unwrap_or_default()))
}

/// The word and the identifiers of a fact.
fn written(fact: Fact) -> Result<(String, Value), DbErr> {
    let mut about = serde_json::to_value(fact).map_err(|error| DbErr::Json(error.to_string()))?;
    match about.as_object_mut().and_then(|members| members.remove(KIND)) {
        Some(Value::String(kind)) => Ok((kind, about)),
        _ => Err(DbErr::Json("a fact has no kind".to_owned())),
    }
}

impl TryFrom<outbox_fact::Model> for Told {
    type Error = DbErr;

    fn try_from(row: outbox_fact::Model) -> Result<Self, DbErr> {
        let outbox_fact::Model { id, seq, kind, mut about, told_at, dispatched_at: _ } = row;
        if let Some(members) = about.as_object_mut() {
            members.insert(KIND.to_owned(), kind.into());
        }
        let fact = serde_json::from_value(about).map_err(|error| DbErr::Json(error.to_string()))?;
        let seq = seq.ok_or_else(|| DbErr::RecordNotFound("the number of a fact".to_owned()))?;
        Ok(Self { id, seq, fact, told_at })
    }
}

/// Numbers the facts of this transaction. The single row of `outbox_clock` is locked from here to the commit.
async fn number(tx: &Tx) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let tick = "UPDATE outbox_clock SET seq = seq + (SELECT count(*) FROM outbox_fact WHERE seq IS NULL) \
                WHERE id = 1 RETURNING seq - (SELECT count(*) FROM outbox_fact WHERE seq IS NULL) AS base";
    let row = tx.query_one_raw(Statement::from_string(backend, tick)).await?;
    let base: i64 =
        row.ok_or_else(|| DbErr::RecordNotFound("outbox_clock".to_owned()))?.try_get("", "base")?;
    let number = format!(
        "UPDATE outbox_fact SET seq = {base} + n.place \
         FROM (SELECT id AS unnumbered, row_number() OVER (ORDER BY id) AS place \
         FROM outbox_fact WHERE seq IS NULL) AS n WHERE id = n.unnumbered"
    );
    tx.execute_raw(Statement::from_string(backend, number)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_a_word_and_identifiers_and_is_read_back() {
        let (id, account_id) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let fact = Fact::AccountInvited { account_id };
        let (kind, about) = written(fact).unwrap();
        assert_eq!(kind, "account_invited");
        assert_eq!(about, serde_json::json!({"account_id": account_id}));
        let told_at = DateTime::UNIX_EPOCH;
        let row = outbox_fact::Model { id, seq: Some(7), kind, about, told_at, dispatched_at: None };
        assert_eq!(Told::try_from(row).unwrap(), Told { id, seq: 7, fact, told_at });
    }
}
