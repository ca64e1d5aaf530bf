//! Revisions: every edit of a record that is or was public, with who made it, which members it changed and what of them
//! was public before and after. An edit is put back like any other edit is made: by the room's own rules.
//!
//! What is sealed or not shown is kept by name only, and so is whoever is named ([`members`]). People have no revisions:
//! who takes another name must not be found by the old one. State changes are in the audit log alone. Where words are
//! withdrawn their revisions are blanked in the same transaction ([`blank_revisions`]).

mod answers;
mod members;
mod routes;
mod store;
mod wire;
mod words;

use std::collections::{HashMap, HashSet};

use ::entity::ids::AccountId;
use ::entity::revision::{self, RevisionChanges, RevisionThrough};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use answers::{blank_revision, revision, revisions};
pub(in crate::rooms) use routes::revision_routes;
pub use store::{blank_revisions, forget_revisions};
pub use wire::{RevisionOut, RevisionPage};

use super::Record;
use crate::db::Tx;
use crate::problem::{Kind, Problem};
use crate::publishing;
use crate::vault::Vault;

/// Who made an edit, and how it came about.
#[derive(Clone, Copy, Debug)]
pub struct Author {
    account: Option<AccountId>,
    through: RevisionThrough,
    restores: Option<i64>,
}

impl Author {
    /// An import.
    const IMPORT: Self = Self { account: None, through: RevisionThrough::Import, restores: None };

    /// Somebody who edits a record, or puts the revision `restores` back.
    pub fn of_edit(account: Option<AccountId>, restores: Option<i64>) -> Self {
        let through = restores.map_or(RevisionThrough::Edit, |_| RevisionThrough::Restore);
        Self { account, through, restores }
    }

    /// Somebody whose file says all of a record.
    pub const fn of_file(account: Option<AccountId>) -> Self {
        Self { account, through: RevisionThrough::Import, restores: None }
    }

    /// Somebody who merges a submission into a record.
    pub fn of_submission(account: Option<AccountId>) -> Self {
        Self { account, through: RevisionThrough::Submission, restores: None }
    }
}

/// Writes the revision of an edit that is about to be saved, if the record is or was public: what an edit brings to light
/// first was nobody's to read before. It is the one after the version `before`.
///
/// # Errors
/// The database's.
pub async fn revise<R: Record>(tx: &Tx, author: Author, before: &R, after: &R) -> anyhow::Result<()> {
    let id = before.id();
    if publishing::ever_public(tx, R::KIND, &[id]).await?.contains(&id) {
        store::add(tx, row(tx, author, before.clone(), after.clone())?.into_iter().collect()).await?;
    }
    Ok(())
}

/// Writes the revisions of what an import is about to save over the records with these identifiers.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn revise_imported<R: Record>(
    tx: &Tx,
    vault: &Vault,
    records: &[R],
    edited: &HashSet<Uuid>,
) -> anyhow::Result<()> {
    let ids: Vec<Uuid> = records.iter().map(R::id).filter(|id| edited.contains(id)).collect();
    let public: Vec<Uuid> = publishing::ever_public(tx, R::KIND, &ids).await?.into_iter().collect();
    if public.is_empty() {
        return Ok(());
    }
    let mut before: HashMap<Uuid, R> = R::load(tx, vault, &public).await?;
    let mut rows = Vec::new();
    for after in records {
        if let Some(before) = before.remove(&after.id()) {
            rows.extend(row(tx, Author::IMPORT, before, after.clone())?);
        }
    }
    Ok(store::add(tx, rows).await?)
}

/// Whether an edit changes what the gallery may show of a record, now or once it shows more of it. That a place is shown more
/// coarsely, and how whoever said it is named, have rules of their own.
///
/// # Errors
/// None that happen: every record can be written as JSON.
pub fn shows_otherwise<R: Record>(before: &R, after: &R) -> serde_json::Result<bool> {
    Ok(members::shows_otherwise(R::KIND, &before.clone().said()?, &after.clone().said()?))
}

/// The revision of an edit; none if it changed nothing.
fn row<R: Record>(tx: &Tx, author: Author, before: R, after: R) -> anyhow::Result<Option<revision::Model>> {
    let (record_id, version) = (before.id(), before.version() + 1);
    let (fields, changes) = members::difference(R::KIND, &before.said()?, &after.said()?);
    if fields.0.is_empty() {
        return Ok(None);
    }
    let Author { account, through, restores } = author;
    let size = i64::try_from(serde_json::to_vec(&changes)?.len())?;
    Ok(Some(revision::Model {
        record_id,
        version,
        at: tx.now(),
        account_id: account,
        through,
        restores,
        fields,
        changes: Some(changes),
        size,
    }))
}

/// What an edit changed of a record in public, to be put back.
///
/// # Errors
/// 404 if there is no such revision, 410 if it was blanked, 409 if nothing is kept of what it changed.
pub(super) async fn kept(tx: &Tx, record: Uuid, version: i64) -> Result<RevisionChanges, Problem> {
    let row = store::one(tx, record, version).await?.ok_or_else(|| Problem::not_found(NOUN))?;
    let changes = row.changes.ok_or_else(Problem::gone)?;
    match changes.0.is_empty() {
        true => Err(Problem::of(Kind::Conflict).with_detail("No value is kept of what this edit changed.")),
        false => Ok(changes),
    }
}

/// Makes of a body what it was before these changes; all else in it stays.
pub(super) fn put_back(body: &mut Map<String, Value>, changes: RevisionChanges) {
    for change in changes.0 {
        members::put(body, &change.path, change.before);
    }
}

/// What a revision is called in a refusal.
const NOUN: &str = "revision";
