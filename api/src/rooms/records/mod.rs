//! What the rooms of records have in common: finding a record for somebody who may see it, reading a body as a whole
//! record, keeping the change, and saying how the record stands.
//!
//! A room says once, by [`Record`], where its records are and how they are written. A handler then finds one ([`find`],
//! [`find_for_change`]), asks `Allowed` about it, applies a rule of the room, and keeps it ([`keep`]), which audits the
//! change and brings the public side up to date in the same transaction.
//!
//! A body says the same as a line of a bundle, except for what only verbs change, and becomes one: so both are refused for
//! the same reasons. An edit is a merge patch on that body ([`Edit`]).

mod answers;
mod keeping;
mod merge;
mod named;
mod owner;
mod partner;
mod removal;
mod revisions;
mod rules;
#[cfg(test)]
mod testing;
mod wire;
mod written;

use std::collections::HashMap;
use std::str::FromStr as _;

use ::entity::ids::AccountId;
use ::entity::kinds::RecordKind;
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Iterable as _, PrimaryKeyToColumn as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Value, sea_query::SimpleExpr,
};
use uuid::Uuid;

pub use answers::{answer, created, done, get, list};
pub use keeping::{Shown, by_another_person, keep, keep_as, keep_edit, not_set_by_others, shown};
pub(in crate::rooms) use merge::written_as;
pub use merge::{Edit, Mergeable, edited};
use named::Named;
pub use named::nameable;
pub use owner::{
    events_with_a_part, hosted_by, made_by, not_oneself, others, own, own_event, own_initiative,
};
pub use partner::{forget_maker, hand_on, maker, note_maker};
pub use removal::remove;
pub(in crate::rooms) use revisions::revision_routes;
pub use revisions::{
    Author, RevisionOut, RevisionPage, blank_revision, blank_revisions, revise, revise_imported, revision,
    revisions, shows_otherwise,
};
pub use rules::{
    approved, lets_through, not_by_its_maker, not_finer, only_a_draft, stays_with, still_there,
    unchanged_since, withdrawn,
};
#[cfg(test)]
pub use testing::permit;
pub use wire::{Links, path};
pub use written::{Written, edit, read, read_again, rewrite};

use crate::access::action::{Action, Reach};
use crate::access::{Actor, Allowed, Owner, Row};
use crate::audit;
use crate::db::Tx;
use crate::http::page::Limit;
use crate::problem::Problem;
use crate::vault::Vault;

/// The members of [`Record`] that every row has; the row is the record itself or a member of it.
macro_rules! of_row {
    ($($row:ident)?) => {
        fn id(&self) -> uuid::Uuid {
            self$(.$row)?.id.0
        }

        fn version(&self) -> i64 {
            self$(.$row)?.version
        }

        fn created_by(&self) -> Option<::entity::ids::AccountId> {
            self$(.$row)?.created_by
        }

        fn created_at(&self) -> chrono::DateTime<chrono::Utc> {
            self$(.$row)?.created_at
        }

        fn stamp(&mut self, now: chrono::DateTime<chrono::Utc>) {
            self$(.$row)?.version += 1;
            self$(.$row)?.updated_at = now;
        }
    };
}
pub(in crate::rooms) use of_row;

/// A record with what belongs to it, as a room reads and writes it.
#[allow(async_fn_in_trait, reason = "handlers stay on their thread")]
pub trait Record: Clone {
    /// The kind.
    const KIND: RecordKind;
    /// What the audit log calls it.
    const AUDIT: audit::Kind;
    /// What its collection is called in addresses, such as `initiatives`.
    const COLLECTION: &'static str;
    /// Its table.
    type Entity: EntityTrait;

    /// Identifier.
    fn id(&self) -> Uuid;
    /// Grows by one with every edit.
    fn version(&self) -> i64;
    /// Who made it.
    fn created_by(&self) -> Option<AccountId>;
    /// When it was made.
    fn created_at(&self) -> DateTime<Utc>;
    /// When it was recorded as held, if it is an event.
    fn held_at(&self) -> Option<DateTime<Utc>> {
        None
    }
    /// A version further.
    fn stamp(&mut self, now: DateTime<Utc>);
    /// Back to where somebody else has to let it through; false if it is not let through, or needs nobody for it.
    fn take_back(&mut self) -> bool {
        false
    }
    /// What it says, as a line of a bundle does, its secrets included.
    ///
    /// # Errors
    /// None that happen: every line can be written as JSON.
    fn said(self) -> serde_json::Result<serde_json::Value>;
    /// Reads records, their secrets open.
    async fn load<C: ConnectionTrait>(
        conn: &C,
        vault: &Vault,
        ids: &[Uuid],
    ) -> anyhow::Result<HashMap<Uuid, Self>>;
    /// Writes a record, new or over the old one.
    async fn save(tx: &Tx, vault: &Vault, record: Self) -> anyhow::Result<()>;
}

/// A record that somebody asked for, and whether it is their own.
#[derive(Clone, Debug)]
pub struct Found<R> {
    /// The record.
    pub record: R,
    owner: Option<Owner>,
}

impl<R> Found<R> {
    /// Whether it is the own of whoever it was found for.
    pub const fn is_own(&self) -> bool {
        self.owner.is_some()
    }
}

impl<R: Record> Row for Found<R> {
    const NOUN: &'static str = R::KIND.as_str();

    fn belongs_to(&self, owner: Owner) -> bool {
        self.owner == Some(owner)
    }
}

/// Finds a record for somebody. Whether they may see it is for `Allowed::over` to say.
///
/// # Errors
/// 404 if there is none.
pub async fn find<R: Record, C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    who: &Actor,
    id: Uuid,
) -> Result<Found<R>, Problem> {
    let record = R::load(conn, vault, &[id]).await?.remove(&id);
    let record = record.ok_or_else(|| Problem::not_found(R::KIND.as_str()))?;
    let owner = match who.owner() {
        Some(owner) if is_own::<R, C>(conn, owner, id).await? => Some(owner),
        _ => None,
    };
    Ok(Found { record, owner })
}

/// The same, kept from changing until the transaction ends.
///
/// # Errors
/// 404 if there is none.
pub async fn find_for_change<R: Record>(
    tx: &Tx,
    vault: &Vault,
    who: &Actor,
    id: Uuid,
) -> Result<Found<R>, Problem> {
    R::Entity::find()
        .select_only()
        .column(key::<R>()?)
        .filter(key::<R>()?.eq(id))
        .lock_exclusive()
        .into_tuple::<Uuid>()
        .one(tx)
        .await?;
    find(tx, vault, who, id).await
}

/// Where a list goes on: behind the record with this identifier that was made at this instant. Of people and quotes the
/// instant is left out, since nobody is to learn in which order they came.
pub type Place = (Option<DateTime<Utc>>, Uuid);

/// The place of a record in a list.
fn place<R: Record>(record: &R) -> Place {
    (is_dated(R::KIND).then(|| record.created_at()), record.id())
}

const fn is_dated(kind: RecordKind) -> bool {
    !matches!(kind, RecordKind::Person | RecordKind::Quote)
}

/// One page of the records that somebody may see and that fit the condition, newest first, and one more if there is a next
/// page.
///
/// # Errors
/// The database's.
pub async fn page<R: Record, A: Action>(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    who: &Allowed<A>,
    fits: Condition,
    after: Option<Place>,
    limit: Limit,
) -> Result<Vec<R>, Problem> {
    let key = key::<R>()?;
    let mut query = R::Entity::find().select_only().column(key).filter(fits);
    if who.reach() == Reach::Own {
        query = query.filter(owner::own(R::KIND, who.owner()?));
    }
    let made = made::<R>()?;
    if let Some((at, after)) = after {
        query = query.filter(match at {
            Some(at) => {
                Condition::any().add(made.lt(at)).add(Condition::all().add(made.eq(at)).add(key.lt(after)))
            }
            None => Condition::all().add(key.lt(after)),
        });
    }
    if is_dated(R::KIND) {
        query = query.order_by_desc(made);
    }
    let query = query.order_by_desc(key).limit(u64::from(limit.get()) + 1);
    let ids = query.into_tuple::<Uuid>().all(conn).await?;
    let mut records = R::load(conn, vault, &ids).await?;
    Ok(ids.iter().filter_map(|id| records.remove(id)).collect())
}

/// The next records of a kind that fit the condition, in the order of their identifiers: somebody's own, or all.
///
/// # Errors
/// The database's.
pub async fn portion<R: Record, C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    owner: Option<Owner>,
    fits: Condition,
    after: Option<Uuid>,
    most: u64,
) -> Result<Vec<R>, Problem> {
    let key = key::<R>()?;
    let own = owner.map(|owner| owner::own(R::KIND, owner));
    let fits = fits.add_option(own).add_option(after.map(|after| key.gt(after)));
    let query = R::Entity::find().select_only().column(key).filter(fits).order_by_asc(key).limit(most);
    let ids = query.into_tuple::<Uuid>().all(conn).await?;
    let mut records = R::load(conn, vault, &ids).await?;
    Ok(ids.iter().filter_map(|id| records.remove(id)).collect())
}

async fn is_own<R: Record, C: ConnectionTrait>(conn: &C, owner: Owner, id: Uuid) -> Result<bool, Problem> {
    let key = key::<R>()?;
    let own = R::Entity::find().select_only().column(key).filter(key.eq(id));
    let own = own.filter(owner::own(R::KIND, owner)).into_tuple::<Uuid>().one(conn).await?;
    Ok(own.is_some())
}

/// The column of the identifier.
fn key<R: Record>() -> Result<<R::Entity as EntityTrait>::Column, Problem> {
    let key = <R::Entity as EntityTrait>::PrimaryKey::iter().next();
    key.map(|key| key.into_column())
        .ok_or_else(|| Problem::internal(anyhow::anyhow!("a table without a key")))
}

/// The column that says when a record was made.
fn made<R: Record>() -> Result<<R::Entity as EntityTrait>::Column, Problem> {
    <R::Entity as EntityTrait>::Column::from_str("created_at")
        .map_err(|_| Problem::internal(anyhow::anyhow!("a table that does not say when")))
}

/// A condition that a column has one of the values; none if there are no values, as in a filter that was not given.
pub fn any_of<V: Into<Value>>(
    column: impl ColumnTrait,
    values: impl IntoIterator<Item = V>,
) -> Option<SimpleExpr> {
    let mut values = values.into_iter().peekable();
    values.peek()?;
    Some(column.is_in(values))
}
