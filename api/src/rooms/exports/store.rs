//! Queries about exports.

use ::entity::bulk_export::{Column, Entity, Model};
use ::entity::{event, initiative, outcome, quote, story};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::db::{Db, Tx, insert_all, save_all};

/// Notes an export.
pub(super) async fn insert(tx: &Tx, row: Model) -> Result<(), DbErr> {
    insert_all(tx, vec![row]).await
}

/// By its identifier.
pub(super) async fn find<C: ConnectionTrait>(conn: &C, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// The same, kept from changing until the transaction ends.
pub(super) async fn find_for_change(tx: &Tx, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// Writes an export.
pub(super) async fn save(tx: &Tx, row: Model) -> Result<(), DbErr> {
    save_all(tx, vec![row], &[]).await
}

/// Forgets exports whose time is over. Gives their number.
///
/// # Errors
/// The database's.
pub async fn tidy_up(db: &Db) -> Result<u64, DbErr> {
    db.write(async |tx| {
        let over = Entity::delete_many().filter(Column::ExpiresAt.lte(tx.now())).exec(tx).await?;
        Ok(over.rows_affected)
    })
    .await
}

/// The initiatives of a country, or all.
pub(super) fn initiatives(country: Option<&str>) -> Condition {
    Condition::all().add_option(country.map(|country| initiative::Column::Country.eq(country)))
}

/// The events of a country, or all.
pub(super) fn events(country: Option<&str>) -> Condition {
    Condition::all().add_option(country.map(|country| event::Column::Country.eq(country)))
}

/// The outcomes of a country's events, or all.
pub(super) fn outcomes(country: Option<&str>) -> Condition {
    let of = country.map(|country| outcome::Column::EventId.in_subquery(of_events(country)));
    Condition::all().add_option(of)
}

/// What was said at a country's events or in its initiatives, or everything.
pub(super) fn quotes(country: Option<&str>) -> Condition {
    let of = country.map(|country| {
        Condition::any()
            .add(quote::Column::EventId.in_subquery(of_events(country)))
            .add(quote::Column::InitiativeId.in_subquery(of_initiatives(country)))
    });
    Condition::all().add_option(of)
}

/// The stories of a country, or all.
pub(super) fn stories(country: Option<&str>) -> Condition {
    let of = country.map(|country| {
        Condition::any()
            .add(story::Column::Country.eq(country))
            .add(story::Column::EventId.in_subquery(of_events(country)))
            .add(story::Column::InitiativeId.in_subquery(of_initiatives(country)))
    });
    Condition::all().add_option(of)
}

fn of_events(country: &str) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(event::Column::Id)
        .from(event::Entity)
        .cond_where(event::Column::Country.eq(country))
        .to_owned()
}

fn of_initiatives(country: &str) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(initiative::Column::Id)
        .from(initiative::Entity)
        .cond_where(initiative::Column::Country.eq(country))
        .to_owned()
}
