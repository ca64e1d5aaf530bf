//! Looking again: what a rule lets through later, and what may be shown no longer.

use ::entity::gallery_document;
use ::entity::publication_due;
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

use super::{Done, RecordRef, changed, guarded, record_kind};
use crate::db::{Db, Tx};

/// Records looked at in one transaction.
const PORTION: u64 = 200;

/// Documents that a switch hides, since their country is more dangerous than when they were rendered.
async fn hidden(tx: &Tx) -> Result<Vec<RecordRef>, DbErr> {
    let backend = tx.get_database_backend();
    let sql = format!("SELECT d.id, d.kind FROM {} LIMIT {PORTION}", guarded(backend));
    let rows = tx.query_all_raw(Statement::from_string(backend, sql)).await?;
    rows.iter()
        .map(|row| Ok(RecordRef::new(record_kind(row.try_get("", "kind")?), row.try_get::<Uuid>("", "id")?)))
        .collect()
}

/// Publishes what has become due, renders anew what a switch hides, and takes away what may be shown no longer. The latter is
/// hidden from its instant on by every read; here its tombstone is written. Safe to run in several processes at once.
///
/// # Errors
/// The database's.
pub async fn run_due(db: &Db) -> Result<Done, DbErr> {
    let mut done = Done::default();
    loop {
        let (portion, looked) = db
            .write(async |tx| {
                let due = publication_due::Entity::find()
                    .filter(publication_due::Column::DueAt.lte(tx.now()))
                    .order_by_asc(publication_due::Column::DueAt)
                    .limit(PORTION)
                    .all(tx)
                    .await?;
                let over = gallery_document::Entity::find()
                    .filter(gallery_document::Column::WithdrawnAt.is_null())
                    .filter(gallery_document::Column::PublicUntil.lte(tx.now()))
                    .limit(PORTION)
                    .all(tx)
                    .await?;
                let due = due.into_iter().map(|d| RecordRef::new(d.kind, d.record_id));
                let over = over.into_iter().map(|d| RecordRef::new(record_kind(d.kind), d.id));
                let records: Vec<RecordRef> = due.chain(over).chain(hidden(tx).await?).collect();
                // What shows a record that appears or goes has changed with it.
                Ok::<_, DbErr>((changed(tx, &records).await?, records.len()))
            })
            .await?;
        done += portion;
        if looked == 0 {
            return Ok(done);
        }
    }
}
