//! Keeping a change, and saying how a record stands.

use std::collections::HashMap;

use ::entity::ids::AccountId;
use ::entity::kinds::RecordKind;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::partner;
use super::revisions::{Author, blank_revisions, revise, shows_otherwise};
use super::rules::made_by_oneself;
use super::{Edit, Record, lets_through};
use crate::access::{Owner, Permit};
use crate::audit::{self, Action, By, Entry};
use crate::db::Tx;
use crate::http::idempotency;
use crate::problem::{Kind, Problem};
use crate::publishing::{self, RecordRef, WithheldReason};
use crate::rooms::{accounts, bundle};
use crate::vault::Vault;

/// A record and what the door says of it.
#[derive(Clone, Debug)]
pub struct Shown<R> {
    /// The record.
    pub record: R,
    /// Why it is not public; empty if it is, and for what never is by itself.
    pub withheld_because: Vec<WithheldReason>,
}

/// Writes a record, new or changed, a version further; notes in the audit log who did what to which of its members; and
/// brings the public side up to date. All in this transaction. An edit that changes no member does nothing.
///
/// # Errors
/// The database's.
pub async fn keep<R: Record, A>(
    tx: &Tx,
    vault: &Vault,
    permit: &Permit<A>,
    action: Action,
    members: Vec<&'static str>,
    record: R,
) -> Result<Shown<R>, Problem> {
    if action == Action::Create {
        partner::note_maker(tx, permit.by(), record.id()).await?;
    }
    if matches!(action, Action::Approve | Action::Publish) {
        by_another_person(tx, permit, record.created_by()).await?;
    }
    keep_as(tx, vault, By::from(permit.by()), action, members, record).await
}

/// Nobody approves what they made with another account of theirs.
///
/// # Errors
/// 403 for another account of the person behind the one that made it.
pub async fn by_another_person<A>(
    tx: &Tx,
    permit: &Permit<A>,
    maker: Option<AccountId>,
) -> Result<(), Problem> {
    let (Some(by), Some(maker)) = (permit.by().account(), maker) else { return Ok(()) };
    match accounts::are_one_person(tx, by, maker).await? {
        true => Err(made_by_oneself()),
        false => Ok(()),
    }
}

/// As [`keep`], by somebody who is no account, such as the holder of a manage token.
///
/// # Errors
/// The database's.
pub async fn keep_as<R: Record>(
    tx: &Tx,
    vault: &Vault,
    by: By,
    action: Action,
    members: Vec<&'static str>,
    mut record: R,
) -> Result<Shown<R>, Problem> {
    let id = record.id();
    if matches!(action, Action::Update | Action::RestoreRevision) && members.is_empty() {
        return one(shown(tx, tx.now(), vec![record]).await?);
    }
    record.stamp(tx.now());
    let version = record.version();
    R::save(tx, vault, record).await?;
    audit::note(tx, Entry::new(by, action).on(R::AUDIT, id).fields(members)).await?;
    if action != Action::Create {
        tx.erase();
    }
    if matches!(action, Action::Submit | Action::Schedule | Action::Approve | Action::Publish) {
        bundle::let_through(tx, id, version).await?;
    }
    if action == Action::Withdraw {
        // What was answered before holds the words, and so does what was edited before.
        idempotency::forget(tx, id).await?;
        blank_revisions(tx, &[id]).await?;
    }
    let record = [RecordRef::new(R::KIND, id)];
    match (action, R::KIND) {
        // Nobody shows what is new, but people make crowds.
        (Action::Create, RecordKind::Person) => publishing::joined(tx, &[id]).await?,
        (Action::Create, _) => publishing::publish(tx, &record).await?,
        _ => publishing::changed(tx, &record).await?,
    };
    let kept = R::load(tx, vault, &[id]).await?.remove(&id);
    one(shown(tx, tx.now(), kept.into_iter().collect()).await?)
}

/// Keeps an edit of a record `before` it, and its revision if the record is or was public.
///
/// What a moderator let through is what stands in public: an edit of that by somebody who could not let it through takes the
/// record back to where a moderator has to, and so off the public side, in this transaction.
///
/// # Errors
/// The database's.
pub async fn keep_edit<R: Record, A, T>(
    tx: &Tx,
    vault: &Vault,
    permit: &Permit<A>,
    edit: &Edit<T>,
    before: &R,
    mut members: Vec<&'static str>,
    mut record: R,
) -> Result<Shown<R>, Problem> {
    if !members.is_empty() {
        let by_others = !lets_through(permit, before.created_by());
        if by_others && shows_otherwise(before, &record).map_err(Problem::internal)? && record.take_back() {
            members.push("status");
        }
        let account = permit.by().account();
        let author = match edit.is_whole() {
            true => Author::of_file(account),
            false => Author::of_edit(account, edit.revision()),
        };
        revise(tx, author, before, &record).await?;
    }
    let action = edit.revision().map_or(Action::Update, |_| Action::RestoreRevision);
    keep(tx, vault, permit, action, members, record).await
}

/// What somebody else made safer is not undone by one alone, in a draft neither: the audit log knows who has ever set a member,
/// and whoever made the record set what nobody has since. Who set it last does not say, for one could raise it once more.
///
/// # Errors
/// 409 for a host, or whoever made the record, if somebody else has set it.
pub async fn not_set_by_others<R: Record, A>(
    tx: &Tx,
    permit: &Permit<A>,
    record: &R,
    member: &'static str,
) -> Result<(), Problem> {
    if lets_through(permit, record.created_by()) {
        return Ok(());
    }
    let set_by = audit::who_edited(tx, R::AUDIT, record.id(), member).await?;
    let alone = match permit.by().owner() {
        Some(Owner::Account(account)) => {
            record.created_by() == Some(account) && set_by.iter().all(|by| *by == Some(account.0))
        }
        Some(Owner::Organisation(id)) => partner::did_it_alone(tx, id, record.id(), &set_by).await?,
        None => false,
    };
    match alone {
        true => Ok(()),
        false => Err(Problem::of(Kind::Conflict).with_detail(format!(
            "`{member}` is what somebody else set: a moderator has to show more or lower the risk."
        ))),
    }
}

fn one<R>(mut shown: Vec<Shown<R>>) -> Result<Shown<R>, Problem> {
    shown.pop().ok_or_else(|| Problem::internal(anyhow::anyhow!("what was kept is shown")))
}

/// Notes in the audit log who did what to which members of a record.
pub(super) async fn note<A>(
    tx: &Tx,
    permit: &Permit<A>,
    action: Action,
    kind: audit::Kind,
    id: Uuid,
    members: Vec<&'static str>,
) -> Result<(), Problem> {
    Ok(audit::note(tx, Entry::new(By::from(permit.by()), action).on(kind, id).fields(members)).await?)
}

/// Says of records how they stand.
///
/// # Errors
/// The database's.
pub async fn shown<R: Record>(
    conn: &impl ConnectionTrait,
    now: chrono::DateTime<chrono::Utc>,
    records: Vec<R>,
) -> Result<Vec<Shown<R>>, Problem> {
    let ids: Vec<Uuid> = records.iter().map(Record::id).collect();
    let mut reasons: HashMap<Uuid, Vec<WithheldReason>> =
        publishing::withheld_because(conn, R::KIND, &ids, now).await?;
    let show = |record: R| {
        let withheld_because = reasons.remove(&record.id()).unwrap_or_default();
        Shown { record, withheld_because }
    };
    Ok(records.into_iter().map(show).collect())
}
