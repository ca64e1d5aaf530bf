//! Working marks off, and queries about what readers are told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ::entity::change_entry::{self, ChangeKind};
use ::entity::ids::{OrganisationId, QuoteId};
use ::entity::{change_mark, change_reader};
use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, DbErr, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Statement,
};
use uuid::Uuid;

use super::rules;
use super::seen::{STAFF, Which, mark_dependents, seen};
use crate::db::{Db, Tx, insert_all, save_all};
use crate::ids;

/// Marks, or records of those that were there before, that are worked off in one transaction.
const PORTION: u64 = 500;
/// The number of the advisory lock of whoever works them off on PostgreSQL ("change" in ASCII).
const LOCK: i64 = 0x6368_616e_6765;
/// How long deletions are told, and how long a reader who does not ask is remembered.
const KEPT: TimeDelta = TimeDelta::days(90);
/// How exactly it is known when a reader asked last.
const NOTED: TimeDelta = TimeDelta::days(1);

/// One at a time works marks off or becomes a reader.
async fn lock(tx: &Tx) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    }
    Ok(())
}

/// Has somebody be a reader.
pub(super) async fn become_reader(db: &Db, reader: Uuid) -> Result<(), DbErr> {
    let known = find(db.reader(), reader).await?;
    if known.is_some_and(|known| known.read_at > db.now() - NOTED) {
        return Ok(());
    }
    db.write(async |tx| {
        lock(tx).await?;
        if let Some(known) = find(tx, reader).await? {
            return save_all(tx, vec![change_reader::Model { read_at: tx.now(), ..known }], &[]).await;
        }
        let filling = ChangeKind::ALL.first().copied();
        let (epoch, read_at) = (ids::v4(), tx.now());
        let row = change_reader::Model { reader, epoch, seq: 0, floor: 0, filling, filled_to: None, read_at };
        insert_all(tx, vec![row]).await
    })
    .await
}

/// A reader, if somebody is one.
pub(super) async fn find<C: ConnectionTrait>(
    conn: &C,
    reader: Uuid,
) -> Result<Option<change_reader::Model>, DbErr> {
    change_reader::Entity::find_by_id(reader).one(conn).await
}

/// What a reader is told of these kinds behind a number, in order.
pub(super) async fn read<C: ConnectionTrait>(
    conn: &C,
    reader: Uuid,
    kinds: &[ChangeKind],
    after: i64,
    limit: u64,
) -> Result<Vec<change_entry::Model>, DbErr> {
    use change_entry::Column;
    change_entry::Entity::find()
        .filter(Column::Reader.eq(reader).and(Column::Seq.gt(after)))
        .filter(Column::Kind.is_in(kinds.iter().copied()))
        .order_by_asc(Column::Seq)
        .limit(limit)
        .all(conn)
        .await
}

/// Works marks off, at most so many portions. Answers how many marks and records that were. Several processes may do this at once.
///
/// # Errors
/// The database's; what was worked off before stays so.
pub async fn settle(db: &Db, portions: u32) -> Result<u64, DbErr> {
    let mut settled = 0;
    for _ in 0..portions {
        if !is_anything_to_do(db).await? {
            break;
        }
        settled += db.write(async |tx| portion(tx).await).await?;
    }
    Ok(settled)
}

async fn is_anything_to_do(db: &Db) -> Result<bool, DbErr> {
    let reader = db.reader();
    let marks = change_mark::Entity::find().select_only().column(change_mark::Column::Id).limit(1);
    if marks.into_tuple::<Uuid>().one(reader).await?.is_some() {
        return Ok(true);
    }
    let filling = change_reader::Entity::find().filter(change_reader::Column::Filling.is_not_null());
    Ok(filling.one(reader).await?.is_some())
}

async fn portion(tx: &Tx) -> Result<u64, DbErr> {
    lock(tx).await?;
    let mut readers = change_reader::Entity::find().all(tx).await?;
    if readers.is_empty() {
        return Ok(change_mark::Entity::delete_many().exec(tx).await?.rows_affected);
    }
    let (taken, marked) = take(tx).await?;
    let mut settled = taken;
    for (kind, ids) in marked {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let mut moved = BTreeSet::new();
        for reader in &mut readers {
            let versions = seen(tx, reader.reader, kind, Which::These(&ids)).await?;
            moved.extend(tell(tx, reader, kind, &ids, &versions).await?);
        }
        mark_dependents(tx, kind, &moved.into_iter().collect::<Vec<_>>()).await?;
    }
    for reader in &mut readers {
        settled += fill(tx, reader).await?;
    }
    save_all(tx, readers, &[]).await?;
    Ok(settled)
}

/// Takes marks away. What they are about is read afterwards, so it is at least as new as they are.
async fn take(tx: &Tx) -> Result<(u64, BTreeMap<ChangeKind, BTreeSet<Uuid>>), DbErr> {
    let sql = format!(
        "DELETE FROM change_mark WHERE id IN (SELECT id FROM change_mark LIMIT {PORTION}) RETURNING kind, record_id"
    );
    let rows = tx.query_all_raw(Statement::from_string(tx.get_database_backend(), sql)).await?;
    let mut marked: BTreeMap<ChangeKind, BTreeSet<Uuid>> = BTreeMap::new();
    for row in &rows {
        marked.entry(row.try_get("", "kind")?).or_default().insert(row.try_get("", "record_id")?);
    }
    Ok((rows.len() as u64, marked))
}

/// Tells a reader what it does not know of these records, in the order of their identifiers, which says nothing of who came when.
/// Answers which of them it sees since now, or no longer.
async fn tell(
    tx: &Tx,
    reader: &mut change_reader::Model,
    kind: ChangeKind,
    ids: &[Uuid],
    versions: &HashMap<Uuid, i64>,
) -> Result<Vec<Uuid>, DbErr> {
    use change_entry::{Column, Entity, Model};
    let mine = Entity::find().filter(Column::Reader.eq(reader.reader));
    let told = mine.filter(Column::RecordId.is_in(ids.iter().copied())).all(tx).await?;
    let told: HashMap<Uuid, Model> = told.into_iter().map(|row| (row.record_id, row)).collect();
    let (mut rows, mut moved) = (Vec::new(), Vec::new());
    for id in ids {
        let known = told.get(id);
        let Some((version, gone)) = rules::news(known, versions.get(id).copied()) else { continue };
        if known.is_none_or(|known| known.gone != gone) {
            moved.push(*id);
        }
        reader.seq += 1;
        let (reader, seq, at) = (reader.reader, reader.seq, tx.now());
        rows.push(Model { reader, record_id: *id, kind, version, seq, at, gone });
    }
    save_all(tx, rows, &[]).await?;
    Ok(moved)
}

/// Tells a new reader a portion of what was there before it began to read.
async fn fill(tx: &Tx, reader: &mut change_reader::Model) -> Result<u64, DbErr> {
    let Some(kind) = reader.filling else { return Ok(0) };
    let versions = seen(tx, reader.reader, kind, Which::Behind(reader.filled_to, PORTION)).await?;
    let mut ids: Vec<Uuid> = versions.keys().copied().collect();
    ids.sort_unstable();
    tell(tx, reader, kind, &ids, &versions).await?;
    let full = ids.len() as u64 == PORTION;
    (reader.filling, reader.filled_to) = match ids.last() {
        Some(last) if full => (Some(kind), Some(*last)),
        _ => (ChangeKind::ALL.iter().copied().find(|next| *next > kind), None),
    };
    Ok(ids.len() as u64)
}

/// The organisations that were told of these quotes as their own, each with the quote.
///
/// # Errors
/// The database's.
pub async fn readers_of(tx: &Tx, quotes: &[QuoteId]) -> Result<Vec<(QuoteId, OrganisationId)>, DbErr> {
    use change_entry::{Column, Entity};
    let told = Entity::find()
        .select_only()
        .column(Column::RecordId)
        .column(Column::Reader)
        .filter(Column::RecordId.is_in(quotes.iter().map(|quote| quote.0)))
        .filter(Column::Kind.eq(ChangeKind::Quote).and(Column::Gone.eq(false)).and(Column::Reader.ne(STAFF)));
    told.into_tuple().all(tx).await
}

/// Forgets deletions that were told for long enough, and readers who no longer ask.
///
/// # Errors
/// The database's; nothing is forgotten then.
pub async fn tidy_up(db: &Db) -> Result<u64, DbErr> {
    use change_entry::{Column, Entity};
    let old = db.now() - KEPT;
    db.write(async |tx| {
        lock(tx).await?;
        let gone = Column::Gone.eq(true).and(Column::At.lt(old));
        let floors =
            Entity::find().select_only().column(Column::Reader).column_as(Column::Seq.max(), "floor");
        let floors = floors.filter(gone.clone()).group_by(Column::Reader);
        for (reader, floor) in floors.into_tuple::<(Uuid, i64)>().all(tx).await? {
            let raised = change_reader::Entity::update_many()
                .col_expr(change_reader::Column::Floor, Expr::value(floor))
                .filter(change_reader::Column::Reader.eq(reader))
                .filter(change_reader::Column::Floor.lt(floor));
            raised.exec(tx).await?;
        }
        let mut forgotten = Entity::delete_many().filter(gone).exec(tx).await?.rows_affected;
        let silent = change_reader::Column::ReadAt.lt(old);
        let readers = Query::select()
            .column(change_reader::Column::Reader)
            .from(change_reader::Entity)
            .cond_where(silent.clone())
            .to_owned();
        let theirs = Entity::delete_many().filter(Column::Reader.in_subquery(readers));
        forgotten += theirs.exec(tx).await?.rows_affected;
        forgotten += change_reader::Entity::delete_many().filter(silent).exec(tx).await?.rows_affected;
        Ok(forgotten)
    })
    .await
}
