//! Reading the log, newest first.

use ::entity::audit_entry::{Column, Entity, Model};
use ::entity::values::Texts;
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::{Action, Kind};
use crate::db::Db;

/// Which entries. What is not said does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Done by this account or key.
    pub actor: Option<Uuid>,
    /// What was done: one of these, if any are given.
    pub actions: Vec<Action>,
    /// The kind of record.
    pub kind: Option<Kind>,
    /// The record.
    pub record: Option<Uuid>,
    /// At this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// Where a page ended.
pub type After = (DateTime<Utc>, Uuid);

/// At most so many entries, newest first, from the one `after` on.
///
/// # Errors
/// The database's.
pub async fn list(db: &Db, filter: &Filter, after: Option<After>, limit: u64) -> Result<Vec<Model>, DbErr> {
    let Filter { actor, actions, kind, record, from, until } = filter;
    let one_of = (!actions.is_empty()).then(|| Column::Action.is_in(actions.iter().copied()));
    let older = after.map(|(at, id)| Column::At.lt(at).or(Column::At.eq(at).and(Column::Id.lt(id))));
    let wanted = Condition::all()
        .add_option(actor.map(|id| Column::ActorId.eq(id)))
        .add_option(one_of)
        .add_option(kind.map(|kind| Column::RecordKind.eq(kind)))
        .add_option(record.map(|id| Column::RecordId.eq(id)))
        .add_option(from.map(|at| Column::At.gte(at)))
        .add_option(until.map(|at| Column::At.lt(at)))
        .add_option(older);
    Entity::find()
        .filter(wanted)
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db.reader())
        .await
}

/// The accounts that edited a field of a record, as often as they did; none where it was no account's doing.
///
/// # Errors
/// The database's.
pub async fn who_edited(
    conn: &impl ConnectionTrait,
    kind: Kind,
    record: Uuid,
    field: &str,
) -> Result<Vec<Option<Uuid>>, DbErr> {
    let edits = Entity::find()
        .select_only()
        .columns([Column::Fields, Column::ActorId])
        .filter(Column::RecordKind.eq(kind))
        .filter(Column::RecordId.eq(record));
    let edits: Vec<(Texts, Option<Uuid>)> = edits.into_tuple().all(conn).await?;
    let of_field = edits.into_iter().filter(|(fields, _)| fields.0.iter().any(|name| name == field));
    Ok(of_field.map(|(_, by)| by).collect())
}
