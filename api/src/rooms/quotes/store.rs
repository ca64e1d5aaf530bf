//! Queries about quotes.

use std::collections::HashMap;

use ::entity::kinds::RecordKind;
use ::entity::quote;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::QuoteRecord;
use crate::db::{Tx, find_in, save_all};
use crate::rooms::consents::{self, Subject};
use crate::rooms::themes;

/// Writes quotes, new or over the old ones, with their themes, and restates their consents.
///
/// # Errors
/// The database's.
pub async fn save(tx: &Tx, quotes: Vec<QuoteRecord>) -> Result<(), DbErr> {
    let (mut rows, mut about, mut stated) = (Vec::new(), Vec::new(), Vec::new());
    for QuoteRecord { row, themes, consent } in quotes {
        about.push((row.id.0, themes));
        stated.push((Subject::Quote(row.id), consent.into_iter().collect()));
        rows.push(row);
    }
    save_all(tx, rows, &[quote::Column::CreatedAt]).await?;
    themes::set_themes(tx, RecordKind::Quote, &about).await?;
    consents::restate(tx, stated).await
}

/// Reads quotes by their identifiers.
///
/// # Errors
/// The database's.
pub async fn load<C: ConnectionTrait>(conn: &C, ids: &[Uuid]) -> Result<HashMap<Uuid, QuoteRecord>, DbErr> {
    let rows = find_in::<quote::Entity, _, _>(conn, quote::Column::Id, ids.to_vec()).await?;
    let mut about = themes::themes_of(conn, ids).await?;
    let mut consents = consents::stated_of(conn, consents::Of::Quotes(ids)).await?;
    let record = |row: quote::Model| {
        let themes = about.remove(&row.id.0).unwrap_or_default();
        let consent = consents.remove(&row.id.0).and_then(|mut c| c.pop());
        (row.id.0, QuoteRecord { row, themes, consent })
    };
    Ok(rows.into_iter().map(record).collect())
}
