//! Rows of the ledger: what they state, and what is sealed of them: who took a consent down, a helper who may be looked for as well.

use std::ops::Deref;

use ::entity::consent::Model;
use ::entity::ids::ConsentId;
use ::entity::values::Texts;
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Stated, Subject, rules};
use crate::db::Tx;
use crate::ids;
use crate::vault::{Keyring, Vault};

/// The table, for the seals.
const TABLE: &str = "consent";

/// A row of the ledger, opened.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The row.
    pub(super) row: Model,
    /// Who took it down.
    pub(super) given_by: Option<String>,
}

impl Deref for Entry {
    type Target = Model;

    fn deref(&self) -> &Model {
        &self.row
    }
}

/// The quote or person whose key a row is sealed with.
fn subject(row: &Model) -> Uuid {
    row.person_id.map(Uuid::from).or(row.quote_id.map(Uuid::from)).unwrap_or_default()
}

fn column(row: &Model) -> String {
    format!("sealed_given_by {}", row.id)
}

/// Opens rows.
///
/// # Errors
/// The database's, or that a key does not open.
pub(super) async fn opened<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    rows: Vec<Model>,
) -> anyhow::Result<Vec<Entry>> {
    let sealed: Vec<Uuid> = rows.iter().filter(|row| row.sealed_given_by.is_some()).map(subject).collect();
    let keys = Keyring::for_reading(conn, vault, sealed).await?;
    let open = |row: Model| {
        let given_by = keys.open(TABLE, &column(&row), subject(&row), row.sealed_given_by.as_deref())?;
        Ok(Entry { row, given_by })
    };
    rows.into_iter().map(open).collect()
}

/// Rows of the ledger, each with who took it down.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn with_takers<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    rows: Vec<Model>,
) -> anyhow::Result<Vec<(Model, Option<String>)>> {
    let entries = opened(conn, vault, rows).await?;
    Ok(entries.into_iter().map(|Entry { row, given_by }| (row, given_by)).collect())
}

/// Seals rows that are about to be written.
///
/// # Errors
/// The database's, or that a key does not open.
pub(super) async fn sealed(tx: &Tx, vault: &Vault, entries: Vec<Entry>) -> anyhow::Result<Vec<Model>> {
    let secret = entries.iter().filter(|entry| entry.given_by.is_some()).map(|entry| subject(entry));
    let keys = Keyring::for_writing(tx, vault, secret.collect()).await?;
    let seal = |Entry { mut row, given_by }: Entry| {
        row.sealed_given_by = keys.seal(TABLE, &column(&row), subject(&row), given_by.as_ref())?;
        Ok(row)
    };
    entries.into_iter().map(seal).collect()
}

/// What a row states.
pub(super) fn of(row: &Entry) -> Stated {
    Stated {
        purpose: row.purpose,
        scope: row.scope.0.clone(),
        level: row.level,
        text_hash: row.text_hash.clone(),
        text_version: row.text_version.clone(),
        language: row.language.clone(),
        method: row.method,
        given_at: row.given_at,
        given_by: row.given_by.clone(),
        expires_at: row.expires_at,
    }
}

/// The row that states something of a subject, from now on.
pub(super) fn entry(subject: Subject, stated: Stated, now: DateTime<Utc>) -> Entry {
    let (person_id, quote_id) = subject.columns();
    let given_by = stated.given_by;
    let row = Model {
        id: ConsentId(ids::v4()),
        person_id,
        quote_id,
        purpose: stated.purpose,
        scope: Texts(stated.scope),
        level: stated.level,
        text_hash: stated.text_hash,
        text_version: stated.text_version,
        language: stated.language,
        method: stated.method,
        given_at: stated.given_at,
        sealed_given_by: None,
        expires_at: stated.expires_at,
        withdrawn_at: None,
        withdrawn_by: None,
        replaced_by: None,
        remind_at: rules::told_at(stated.expires_at, now),
        created_at: now,
    };
    Entry { row, given_by }
}
