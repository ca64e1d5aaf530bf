//! The chain of hashes over the log.

use ::entity::{audit_entry, audit_link, audit_pending};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, DbErr, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use sha2::{Digest as _, Sha256};

use crate::db::{Db, Tx, delete_in, find_in, insert_all};

/// Entries added to the chain in one transaction.
const PORTION: u64 = 500;
/// The number of the advisory lock of whoever adds to the chain on PostgreSQL ("audit" in ASCII).
const LOCK: i64 = 0x0061_7564_6974;
/// What the first link follows.
pub(super) const BEGINNING: [u8; 32] = [0; 32];

/// Adds to the chain what was committed since. Answers how many entries that were. Several processes may do this at once.
///
/// # Errors
/// The database's; what was added before stays.
pub async fn link_pending(db: &Db) -> Result<u64, DbErr> {
    let mut linked = 0;
    loop {
        let portion = db.write(async |tx| link_portion(tx).await).await?;
        linked += portion;
        if portion < PORTION {
            return Ok(linked);
        }
    }
}

async fn link_portion(tx: &Tx) -> Result<u64, DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    }
    let pending: Vec<_> = audit_pending::Entity::find().limit(PORTION).all(tx).await?;
    if pending.is_empty() {
        return Ok(0);
    }
    let pending: Vec<_> = pending.into_iter().map(|row| row.entry_id).collect();
    let mut entries =
        find_in::<audit_entry::Entity, _, _>(tx, audit_entry::Column::Id, pending.clone()).await?;
    entries.sort_by_key(|entry| (entry.at, entry.id));
    let last = audit_link::Entity::find().order_by_desc(audit_link::Column::Seq).one(tx).await?;
    let (mut seq, mut previous) = last.map_or((0, BEGINNING.to_vec()), |link| (link.seq, link.hash));
    let links = entries.iter().map(|entry| {
        seq += 1;
        previous = hash(seq, &previous, entry).to_vec();
        audit_link::Model { seq, entry_id: entry.id, hash: previous.clone() }
    });
    insert_all(tx, links.collect()).await?;
    delete_in::<audit_pending::Entity, _>(tx, audit_pending::Column::EntryId, &pending).await?;
    Ok(pending.len() as u64)
}

/// How many entries wait to be added.
///
/// # Errors
/// The database's.
pub async fn pending(db: &Db) -> Result<u64, DbErr> {
    audit_pending::Entity::find().count(db.reader()).await
}

/// The entries that are not in the chain.
pub(super) fn unlinked() -> sea_orm::Select<audit_entry::Entity> {
    use sea_orm::sea_query::Query;
    let linked = Query::select().column(audit_link::Column::EntryId).from(audit_link::Entity).to_owned();
    audit_entry::Entity::find().filter(audit_entry::Column::Id.not_in_subquery(linked))
}

/// SHA-256 over the place, the link before and every member of the entry, each with its length in front, so that no two
/// entries have the same bytes.
pub(super) fn hash(seq: i64, previous: &[u8], entry: &audit_entry::Model) -> [u8; 32] {
    let audit_entry::Model {
        id,
        at,
        actor,
        actor_id,
        token,
        action,
        record_kind,
        record_id,
        fields,
        request_id,
    } = entry;
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    let optional = |id: &Option<uuid::Uuid>| id.map(|id| id.into_bytes().to_vec()).unwrap_or_default();
    add(b"solidarity audit 1");
    add(&seq.to_be_bytes());
    add(previous);
    add(id.as_bytes());
    add(&at.timestamp_micros().to_be_bytes());
    add(actor.as_str().as_bytes());
    add(&optional(actor_id));
    add(token.map_or("", |token| token.as_str()).as_bytes());
    add(action.as_str().as_bytes());
    add(record_kind.map_or("", |kind| kind.as_str()).as_bytes());
    add(&optional(record_id));
    add(&optional(request_id));
    for field in &fields.0 {
        add(field.as_bytes());
    }
    hash.finalize().into()
}
