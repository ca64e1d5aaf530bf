//! Queries about where records came from.

use std::collections::HashMap;

use ::entity::kinds::RecordKind;
use ::entity::{bundle_source, origin};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel as _, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::CAMPAIGN;
use crate::db::{Tx, save_all};

/// The most ids asked for at once.
const PORTION: usize = 1000;

/// A source of bundles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The organisation it belongs to; nil for the campaign's own.
    pub namespace: Uuid,
    /// Its name.
    pub name: String,
}

/// The origins of these external ids, by id.
pub async fn find<C: ConnectionTrait>(
    conn: &C,
    source: &Source,
    external_ids: &[&str],
) -> Result<HashMap<String, origin::Model>, DbErr> {
    let mut found = HashMap::new();
    for ids in external_ids.chunks(PORTION) {
        let rows =
            of_source(source).filter(origin::Column::ExternalId.is_in(ids.iter().copied())).all(conn).await?;
        found.extend(rows.into_iter().map(|r| (r.external_id.clone(), r)));
    }
    Ok(found)
}

/// The external ids of these records, by record.
pub async fn names_of<C: ConnectionTrait>(
    conn: &C,
    source: &Source,
    records: &[Uuid],
) -> Result<HashMap<Uuid, String>, DbErr> {
    let mut found = HashMap::new();
    for ids in records.chunks(PORTION) {
        let rows =
            of_source(source).filter(origin::Column::RecordId.is_in(ids.iter().copied())).all(conn).await?;
        found.extend(rows.into_iter().map(|r| (r.record_id, r.external_id)));
    }
    Ok(found)
}

/// The next origins of a kind, in the order of their external ids.
pub async fn page<C: ConnectionTrait>(
    conn: &C,
    source: &Source,
    kind: RecordKind,
    after: &str,
    limit: u64,
) -> Result<Vec<origin::Model>, DbErr> {
    of_source(source)
        .filter(origin::Column::Kind.eq(kind))
        .filter(origin::Column::ExternalId.gt(after))
        .order_by_asc(origin::Column::ExternalId)
        .limit(limit)
        .all(conn)
        .await
}

/// Writes origins, new or over the old ones.
pub async fn save(tx: &Tx, origins: Vec<origin::Model>) -> Result<(), DbErr> {
    save_all(tx, origins, &[]).await
}

/// Notes that a run has seen these lines, though it changed nothing.
pub async fn mark(tx: &Tx, source: &Source, external_ids: &[String], run: Uuid) -> Result<(), DbErr> {
    for ids in external_ids.chunks(PORTION) {
        origin::Entity::update_many()
            .col_expr(origin::Column::Run, Expr::value(run))
            .filter(origin::Column::Namespace.eq(source.namespace))
            .filter(origin::Column::Source.eq(source.name.as_str()))
            .filter(origin::Column::ExternalId.is_in(ids.iter().map(String::as_str)))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Notes that a record which was as it was imported is a version further, and still is.
pub async fn keep_up(tx: &Tx, record: Uuid, version: i64) -> Result<(), DbErr> {
    origin::Entity::update_many()
        .col_expr(origin::Column::RecordVersion, Expr::value(version))
        .filter(origin::Column::RecordId.eq(record))
        .filter(origin::Column::RecordVersion.eq(version - 1))
        .exec(tx)
        .await?;
    Ok(())
}

/// The same, but of what an organisation sent: the campaign's own files say themselves how a record stands.
pub async fn let_through(tx: &Tx, record: Uuid, version: i64) -> Result<(), DbErr> {
    origin::Entity::update_many()
        .col_expr(origin::Column::RecordVersion, Expr::value(version))
        .filter(origin::Column::RecordId.eq(record))
        .filter(origin::Column::RecordVersion.eq(version - 1))
        .filter(origin::Column::Namespace.ne(CAMPAIGN))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets that a record came from somewhere, which is as if it never had.
pub async fn forget(tx: &Tx, record: Uuid) -> Result<(), DbErr> {
    origin::Entity::delete_many().filter(origin::Column::RecordId.eq(record)).exec(tx).await?;
    Ok(())
}

/// Keeps every other import of this source waiting until the transaction ends: or two that bring a record at once would make two.
pub async fn lock_source(tx: &Tx, header: bundle_source::Model) -> Result<(), DbErr> {
    let unless_there = OnConflict::columns([bundle_source::Column::Namespace, bundle_source::Column::Source])
        .do_nothing()
        .to_owned();
    let key = (header.namespace, header.source.clone());
    bundle_source::Entity::insert(header.into_active_model())
        .on_conflict(unless_there)
        .exec_without_returning(tx)
        .await?;
    bundle_source::Entity::find_by_id(key).lock_exclusive().one(tx).await?;
    Ok(())
}

/// The same of events, which have their new versions already.
pub async fn keep_up_events(tx: &Tx, events: &[Uuid]) -> Result<(), DbErr> {
    let as_imported = "record_version + 1 = (SELECT version FROM event WHERE event.id = origin.record_id)";
    for ids in events.chunks(PORTION) {
        origin::Entity::update_many()
            .col_expr(origin::Column::RecordVersion, Expr::cust("record_version + 1"))
            .filter(origin::Column::RecordId.is_in(ids.iter().copied()))
            .filter(Expr::cust(as_imported))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Notes that a record is gone for good. Of what its line said not even a hash stays.
pub async fn give_up(tx: &Tx, record: Uuid) -> Result<(), DbErr> {
    origin::Entity::update_many()
        .col_expr(origin::Column::Gone, Expr::value(true))
        .col_expr(origin::Column::LineHash, Expr::value(Vec::<u8>::new()))
        .filter(origin::Column::RecordId.eq(record))
        .exec(tx)
        .await?;
    Ok(())
}

/// Has PostgreSQL count anew what is here. It cannot know what a transaction has just put in, takes a source for small, and
/// would read through all of it for every portion in search of a few ids. SQLite looks them up in any case.
pub async fn recount(tx: &Tx) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared("ANALYZE origin").await?;
    }
    Ok(())
}

/// Remembers what a header said.
pub async fn save_source(tx: &Tx, header: bundle_source::Model) -> Result<(), DbErr> {
    save_all(tx, vec![header], &[]).await
}

/// What the headers of the campaign's own sources said; more than two are as good as two.
pub async fn own_sources<C: ConnectionTrait>(
    conn: &C,
    namespace: Uuid,
) -> Result<Vec<bundle_source::Model>, DbErr> {
    bundle_source::Entity::find()
        .filter(bundle_source::Column::Namespace.eq(namespace))
        .order_by_asc(bundle_source::Column::Source)
        .limit(2)
        .all(conn)
        .await
}

/// What a source's header said.
pub async fn source<C: ConnectionTrait>(
    conn: &C,
    source: &Source,
) -> Result<Option<bundle_source::Model>, DbErr> {
    bundle_source::Entity::find_by_id((source.namespace, source.name.clone())).one(conn).await
}

fn of_source(source: &Source) -> sea_orm::Select<origin::Entity> {
    origin::Entity::find()
        .filter(origin::Column::Namespace.eq(source.namespace))
        .filter(origin::Column::Source.eq(source.name.as_str()))
}
