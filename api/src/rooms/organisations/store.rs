//! Queries about organisations.

use std::collections::HashMap;

use ::entity::ids::OrganisationId;
use ::entity::kinds::RecordKind;
use ::entity::organisation::{ActiveModel, Column, Entity, Model, OrganisationKind};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{
    ActiveModelTrait as _, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, Set, Statement,
};
use uuid::Uuid;

use super::wire::OrganisationFilter;
use crate::audit::{self, Action, By, Entry};
use crate::db::{Tx, find_in, save_all};
use crate::ids;
use crate::rooms::bundle::{self, Names, OrganisationLine};
use crate::rooms::records::{Record, any_of, of_row};
use crate::vault::Vault;

/// Writes organisations, new or over the old ones.
///
/// # Errors
/// The database's.
pub async fn save(tx: &Tx, organisations: Vec<Model>) -> Result<(), DbErr> {
    save_all(tx, organisations, &[Column::CreatedAt, Column::CreatedBy, Column::SuspendedAt]).await
}

/// Reads organisations by their identifiers.
///
/// # Errors
/// The database's.
pub async fn load<C: ConnectionTrait>(conn: &C, ids: &[Uuid]) -> Result<HashMap<Uuid, Model>, DbErr> {
    let rows = find_in::<Entity, _, _>(conn, Column::Id, ids.to_vec()).await?;
    Ok(rows.into_iter().map(|r| (r.id.0, r)).collect())
}

impl Record for Model {
    const KIND: RecordKind = RecordKind::Organisation;
    const AUDIT: audit::Kind = audit::Kind::Organisation;
    const COLLECTION: &'static str = "organisations";
    type Entity = Entity;

    of_row!();

    fn said(self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(OrganisationLine::of(self, &Names::here()))
    }

    async fn load<C: ConnectionTrait>(
        conn: &C,
        _: &Vault,
        ids: &[Uuid],
    ) -> anyhow::Result<HashMap<Uuid, Self>> {
        Ok(load(conn, ids).await?)
    }

    async fn save(tx: &Tx, _: &Vault, record: Self) -> anyhow::Result<()> {
        Ok(save(tx, vec![record]).await?)
    }
}

/// The organisations that fit a filter.
pub(super) fn fitting(filter: &OrganisationFilter) -> Condition {
    let countries = filter.country.iter().map(|country| country.0.as_str());
    Condition::all()
        .add_option(any_of(Column::Kind, filter.kind.iter().copied()))
        .add_option(any_of(Column::Country, countries))
}

/// Suspends an organisation, or puts it to use again, a version further. No later import takes that for an edit.
///
/// # Errors
/// The database's.
pub(super) async fn suspend(tx: &Tx, row: &Model, at: Option<DateTime<Utc>>) -> Result<(), DbErr> {
    let changed = ActiveModel {
        id: Set(row.id),
        suspended_at: Set(at),
        version: Set(row.version + 1),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    changed.update(tx).await?;
    bundle::not_edited(tx, row.id.0, row.version + 1).await
}

/// Suspends organisations again that a copy of the database brought back. Gives their number.
///
/// # Errors
/// The database's.
pub async fn suspend_again(tx: &Tx, organisations: &[Uuid]) -> Result<usize, DbErr> {
    let back = load(tx, organisations).await?.into_values();
    let back: Vec<Model> = back.filter(|row| row.suspended_at.is_none()).collect();
    for row in &back {
        suspend(tx, row, Some(tx.now())).await?;
        let suspended = Entry::new(By::System, Action::Suspend).on(audit::Kind::Organisation, row.id);
        audit::note(tx, suspended).await?;
    }
    Ok(back.len())
}

/// The organisation of this name, whatever its case; the oldest if there are several.
///
/// # Errors
/// The database's.
pub async fn of_name<C: ConnectionTrait>(conn: &C, name: &str) -> Result<Option<OrganisationId>, DbErr> {
    let same = Expr::expr(Func::lower(Expr::col(Column::Name))).eq(Func::lower(Expr::val(name.trim())));
    let oldest = Entity::find().filter(same).order_by_asc(Column::CreatedAt).order_by_asc(Column::Id);
    Ok(oldest.one(conn).await?.map(|found| found.id))
}

/// As [`of_name`], and until the transaction ends nobody else makes one.
///
/// # Errors
/// The database's.
pub(super) async fn holding_name(tx: &Tx, name: &str) -> Result<Option<OrganisationId>, DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        let lock = "SELECT pg_advisory_xact_lock(2, hashtext(lower($1)))";
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, lock, [name.trim().into()]))
            .await?;
    }
    of_name(tx, name).await
}

/// The organisation of this name, whatever its case; a new one if there is none. Says whether it is new. Two transactions
/// that ask for the same name do not both make one.
///
/// # Errors
/// The database's.
pub async fn named(
    tx: &Tx,
    name: &str,
    kind: OrganisationKind,
    country: Option<&str>,
) -> Result<(OrganisationId, bool), DbErr> {
    let name = name.trim();
    if let Some(found) = holding_name(tx, name).await? {
        return Ok((found, false));
    }
    let id = OrganisationId(ids::v4());
    let made = Model {
        id,
        name: name.to_owned(),
        kind,
        formal: None,
        country: country.map(str::to_owned),
        url: None,
        suspended_at: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
        created_by: None,
    };
    save(tx, vec![made]).await?;
    Ok((id, true))
}
