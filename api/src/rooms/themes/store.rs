//! Queries about themes.

use std::collections::HashMap;

use ::entity::ids::ThemeId;
use ::entity::kinds::RecordKind;
use ::entity::{theme, theme_link};
use sea_orm::sea_query::{Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::audit;
use crate::db::{Tx, delete_in, find_in, insert_all, save_all};
use crate::rooms::bundle::{Names, ThemeLine};
use crate::rooms::records::{Record, of_row};
use crate::vault::Vault;

/// Writes themes, new or over the old ones.
///
/// # Errors
/// The database's.
pub async fn save(tx: &Tx, themes: Vec<theme::Model>) -> Result<(), DbErr> {
    save_all(tx, themes, &[theme::Column::CreatedAt, theme::Column::CreatedBy]).await
}

/// Reads themes by their identifiers.
///
/// # Errors
/// The database's.
pub async fn load<C: ConnectionTrait>(conn: &C, ids: &[Uuid]) -> Result<HashMap<Uuid, theme::Model>, DbErr> {
    let rows = find_in::<theme::Entity, _, _>(conn, theme::Column::Id, ids.to_vec()).await?;
    Ok(rows.into_iter().map(|r| (r.id.0, r)).collect())
}

/// Replaces the themes that records of one kind carry.
///
/// # Errors
/// The database's.
pub async fn set_themes(tx: &Tx, kind: RecordKind, themes: &[(Uuid, Vec<ThemeId>)]) -> Result<(), DbErr> {
    let records: Vec<Uuid> = themes.iter().map(|(id, _)| *id).collect();
    delete_in::<theme_link::Entity, _>(tx, theme_link::Column::RecordId, &records).await?;
    let rows = themes.iter().flat_map(|(record_id, themes)| {
        themes.iter().zip(0..).map(|(&theme_id, position)| theme_link::Model {
            record_id: *record_id,
            position,
            kind,
            theme_id,
        })
    });
    insert_all(tx, rows.collect()).await
}

/// The themes that records carry, in their order.
///
/// # Errors
/// The database's.
pub async fn themes_of<C: ConnectionTrait>(
    conn: &C,
    records: &[Uuid],
) -> Result<HashMap<Uuid, Vec<ThemeId>>, DbErr> {
    let mut rows =
        find_in::<theme_link::Entity, _, _>(conn, theme_link::Column::RecordId, records.to_vec()).await?;
    rows.sort_by_key(|r| r.position);
    let mut themes: HashMap<Uuid, Vec<ThemeId>> = HashMap::new();
    for row in rows {
        themes.entry(row.record_id).or_default().push(row.theme_id);
    }
    Ok(themes)
}

/// A condition that a record, whose identifier is in this column, carries one of the themes; none without themes.
pub fn about(record: impl ColumnTrait, themes: &[Uuid]) -> Option<SimpleExpr> {
    let links = Query::select()
        .column(theme_link::Column::RecordId)
        .from(theme_link::Entity)
        .cond_where(theme_link::Column::ThemeId.is_in(themes.iter().copied()))
        .to_owned();
    (!themes.is_empty()).then(|| record.in_subquery(links))
}

impl Record for theme::Model {
    const KIND: RecordKind = RecordKind::Theme;
    const AUDIT: audit::Kind = audit::Kind::Theme;
    const COLLECTION: &'static str = "themes";
    type Entity = theme::Entity;

    of_row!();

    fn said(self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(ThemeLine::of(self, &Names::here()))
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
