//! Queries about stories.

use std::collections::HashMap;

use ::entity::kinds::RecordKind;
use ::entity::story;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::StoryRecord;
use crate::db::{Tx, find_in, save_all};
use crate::rooms::themes;

/// Writes stories, new or over the old ones, with their themes.
///
/// # Errors
/// The database's.
pub async fn save(tx: &Tx, stories: Vec<StoryRecord>) -> Result<(), DbErr> {
    let about: Vec<_> = stories.iter().map(|s| (s.row.id.0, s.themes.clone())).collect();
    save_all(tx, stories.into_iter().map(|s| s.row).collect(), &[story::Column::CreatedAt]).await?;
    themes::set_themes(tx, RecordKind::Story, &about).await
}

/// Reads stories by their identifiers.
///
/// # Errors
/// The database's.
pub async fn load<C: ConnectionTrait>(conn: &C, ids: &[Uuid]) -> Result<HashMap<Uuid, StoryRecord>, DbErr> {
    let rows = find_in::<story::Entity, _, _>(conn, story::Column::Id, ids.to_vec()).await?;
    let mut about = themes::themes_of(conn, ids).await?;
    let record = |row: story::Model| {
        let themes = about.remove(&row.id.0).unwrap_or_default();
        (row.id.0, StoryRecord { row, themes })
    };
    Ok(rows.into_iter().map(record).collect())
}
