//! Queries about organisations.

use std::collections::HashMap;

use ::entity::organisation::{Column, Entity, Model};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::db::{Tx, find_in, save_all};

/// Writes organisations, new or over the old ones.
///
/// # Errors
/// The database's.
pub async fn save(tx: &Tx, organisations: Vec<Model>) -> Result<(), DbErr> {
    save_all(tx, organisations, &[Column::CreatedAt]).await
}

/// Reads organisations by their identifiers.
///
/// # Errors
/// The database's.
pub async fn load<C: ConnectionTrait>(conn: &C, ids: &[Uuid]) -> Result<HashMap<Uuid, Model>, DbErr> {
    let rows = find_in::<Entity, _, _>(conn, Column::Id, ids.to_vec()).await?;
    Ok(rows.into_iter().map(|r| (r.id.0, r)).collect())
}
