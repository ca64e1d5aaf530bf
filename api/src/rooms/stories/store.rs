//! Queries about stories.

use std::collections::HashMap;

use ::entity::erasure::ErasureKind;
use ::entity::kinds::{Moderation, RecordKind};
use ::entity::story;
use sea_orm::{Condition, ConnectionTrait, DbErr};
use uuid::Uuid;

use super::StoryRecord;
use super::wire::StoryFilter;
use crate::audit;
use crate::db::{Gone, Tx, find_in, save_all};
use crate::rooms::bundle::{Names, StoryLine};
use crate::rooms::records::{Record, any_of, of_row};
use crate::rooms::themes;
use crate::vault::Vault;

/// Writes stories, new or over the old ones, with their themes.
///
/// # Errors
/// The database's.
pub async fn save(tx: &Tx, stories: Vec<StoryRecord>) -> Result<(), DbErr> {
    for story in stories.iter().filter(|story| story.row.status == Moderation::Withdrawn) {
        tx.for_good(Gone { kind: ErasureKind::Story, id: story.row.id.0 });
    }
    let about: Vec<_> = stories.iter().map(|s| (s.row.id.0, s.themes.clone())).collect();
    save_all(
        tx,
        stories.into_iter().map(|s| s.row).collect(),
        &[story::Column::CreatedAt, story::Column::CreatedBy],
    )
    .await?;
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

impl Record for StoryRecord {
    const KIND: RecordKind = RecordKind::Story;
    const AUDIT: audit::Kind = audit::Kind::Story;
    const COLLECTION: &'static str = "stories";
    type Entity = story::Entity;

    of_row!(row);

    fn take_back(&mut self) -> bool {
        let approved = self.row.status == Moderation::Approved;
        if approved {
            self.row.status = Moderation::Draft;
        }
        approved
    }

    fn said(self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(StoryLine::of(self, &Names::here()))
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

/// The stories that fit a filter.
pub(super) fn fitting(filter: &StoryFilter) -> Condition {
    Condition::all()
        .add_option(any_of(story::Column::Status, filter.status.iter().copied()))
        .add_option(any_of(story::Column::Kind, filter.kind.iter().copied()))
        .add_option(any_of(story::Column::EventId, filter.event.iter().copied()))
        .add_option(any_of(story::Column::InitiativeId, filter.initiative.iter().copied()))
        .add_option(themes::about(story::Column::Id, &filter.theme))
}
