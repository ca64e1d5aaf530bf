//! How the records stand that lines would change.

use std::collections::HashMap;

use ::entity::kinds::{Moderation, RecordKind};
use ::entity::{event, initiative, organisation, outcome, quote, story, theme};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

use crate::db::{Tx, find_in};
use crate::rooms::people;

/// What is known here of a record that a line would change.
#[derive(Clone, Copy)]
pub struct Standing {
    /// Its version.
    pub version: i64,
    /// Since when an event counts as held.
    pub held_at: Option<DateTime<Utc>>,
    /// Whether it was withdrawn here.
    pub withdrawn: bool,
}

/// How these records stand, by identifier; those that are no more are left out.
///
/// # Errors
/// The database's.
pub async fn standing(
    tx: &Tx,
    ids: HashMap<RecordKind, Vec<Uuid>>,
) -> Result<HashMap<Uuid, Standing>, DbErr> {
    let mut standing = HashMap::new();
    let mut put = |id: Uuid, version, held_at, withdrawn| {
        standing.insert(id, Standing { version, held_at, withdrawn });
    };
    for (kind, ids) in ids {
        match kind {
            RecordKind::Theme => {
                let rows = find_in::<theme::Entity, _, _>(tx, theme::Column::Id, ids).await?;
                rows.into_iter().for_each(|r| put(r.id.0, r.version, None, false));
            }
            RecordKind::Organisation => {
                let rows = find_in::<organisation::Entity, _, _>(tx, organisation::Column::Id, ids).await?;
                rows.into_iter().for_each(|r| put(r.id.0, r.version, None, false));
            }
            RecordKind::Person => {
                // Locked, or one who is erased at this moment would be written anew.
                let rows = people::locked(tx, ids).await?;
                rows.into_iter().for_each(|r| put(r.id.0, r.version, None, false));
            }
            RecordKind::Initiative => {
                let rows = find_in::<initiative::Entity, _, _>(tx, initiative::Column::Id, ids).await?;
                rows.into_iter().for_each(|r| put(r.id.0, r.version, None, false));
            }
            RecordKind::Event => {
                for row in find_in::<event::Entity, _, _>(tx, event::Column::Id, ids).await? {
                    put(row.id.0, row.version, row.held_at, false);
                }
            }
            RecordKind::Outcome => {
                for row in find_in::<outcome::Entity, _, _>(tx, outcome::Column::Id, ids).await? {
                    put(row.id.0, row.version, None, row.status == Moderation::Withdrawn);
                }
            }
            RecordKind::Quote => {
                for row in find_in::<quote::Entity, _, _>(tx, quote::Column::Id, ids).await? {
                    put(row.id.0, row.version, None, row.status == Moderation::Withdrawn);
                }
            }
            RecordKind::Story => {
                for row in find_in::<story::Entity, _, _>(tx, story::Column::Id, ids).await? {
                    put(row.id.0, row.version, None, row.status == Moderation::Withdrawn);
                }
            }
        }
    }
    Ok(standing)
}
