//! Whether the log is what it was.

use std::collections::HashMap;

use ::entity::{audit_entry, audit_link};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::chain::{BEGINNING, hash, unlinked};
use crate::db::{Db, find_in};

/// Links looked at with one question.
const PORTION: u64 = 1000;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Entries in the chain that are what they were.
    pub linked: u64,
    /// Entries that are not in the chain yet: seconds old, or somebody has interfered.
    pub unlinked: u64,
    /// The newest of the links that hold, in hexadecimal digits. Kept elsewhere, it shows later that nothing was cut off.
    pub head: String,
    /// The first place that does not hold.
    pub broken: Option<Break>,
}

/// Where the chain breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The place in the chain, from 1.
    pub seq: i64,
    /// The entry there.
    pub entry_id: Uuid,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a place in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The entry, or its link, is not what it was.
    Changed,
    /// The entry is not there.
    Missing,
    /// A link before it is not there.
    Gap,
}

impl Fault {
    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Gap => "gap",
        }
    }
}

/// Walks the chain from its beginning to its end or its first break, as it is at this instant.
///
/// # Errors
/// The database's.
pub async fn verify(db: &Db) -> Result<Verdict, DbErr> {
    let snapshot = db.snapshot().await?;
    let verdict = walk(&snapshot).await?;
    snapshot.rollback().await?;
    Ok(verdict)
}

async fn walk<C: ConnectionTrait>(db: &C) -> Result<Verdict, DbErr> {
    let (mut seq, mut previous, mut broken) = (0, BEGINNING.to_vec(), None);
    'chain: loop {
        let links = audit_link::Entity::find()
            .filter(audit_link::Column::Seq.gt(seq))
            .order_by_asc(audit_link::Column::Seq)
            .limit(PORTION)
            .all(db)
            .await?;
        if links.is_empty() {
            break;
        }
        let ids = links.iter().map(|link| link.entry_id).collect();
        let entries = entries(db, ids).await?;
        for link in links {
            let fault = match entries.get(&link.entry_id) {
                _ if link.seq != seq + 1 => Some(Fault::Gap),
                None => Some(Fault::Missing),
                Some(Some(entry)) if hash(link.seq, &previous, entry)[..] == link.hash => None,
                Some(_) => Some(Fault::Changed),
            };
            if let Some(fault) = fault {
                broken = Some(Break { seq: link.seq, entry_id: link.entry_id, fault });
                break 'chain;
            }
            (seq, previous) = (link.seq, link.hash);
        }
    }
    let head = previous.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Verdict { linked: seq.unsigned_abs(), unlinked: unlinked().count(db).await?, head, broken })
}

/// The entries; nothing in place of one that cannot even be read.
async fn entries<C: ConnectionTrait>(
    db: &C,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Option<audit_entry::Model>>, DbErr> {
    match find_in::<audit_entry::Entity, _, _>(db, audit_entry::Column::Id, ids.clone()).await {
        Ok(found) => return Ok(found.into_iter().map(|entry| (entry.id, Some(entry))).collect()),
        Err(error) if !is_unreadable(&error) => return Err(error),
        Err(_) => {}
    }
    let mut entries = HashMap::new();
    for id in ids {
        match audit_entry::Entity::find_by_id(id).one(db).await {
            Ok(found) => entries.extend(found.map(|entry| (id, Some(entry)))),
            Err(error) if is_unreadable(&error) => _ = entries.insert(id, None),
            Err(error) => return Err(error),
        }
    }
    Ok(entries)
}

/// Whether a row came, but is none of ours.
fn is_unreadable(error: &DbErr) -> bool {
    use sea_orm::{RuntimeErr, SqlxError};
    let decoding = |cause: &SqlxError| matches!(cause, SqlxError::ColumnDecode { .. } | SqlxError::Decode(_));
    match error {
        DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => true,
        DbErr::Query(RuntimeErr::SqlxError(cause)) => decoding(cause),
        _ => false,
    }
}
