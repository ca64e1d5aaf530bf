//! Queries about organisations.

use std::collections::HashMap;

use ::entity::kinds::RecordKind;
use ::entity::organisation::{Column, Entity, Model};
use sea_orm::{Condition, ConnectionTrait, DbErr};
use uuid::Uuid;

use super::wire::OrganisationFilter;
use crate::audit;
use crate::db::{Tx, find_in, save_all};
use crate::rooms::records::{Record, any_of, of_row};
use crate::vault::Vault;

/// Writes organisations, new or over the old ones.
///
/// # Errors
/// The database's.
pub async fn save(tx: &Tx, organisations: Vec<Model>) -> Result<(), DbErr> {
    save_all(tx, organisations, &[Column::CreatedAt, Column::CreatedBy]).await
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
