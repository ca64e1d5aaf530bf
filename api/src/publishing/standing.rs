//! Whether those who follow the public side are shown a document now.

use std::collections::{HashMap, HashSet};

use ::entity::{gallery_document, gallery_switch};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _};
use uuid::Uuid;

use crate::db::find_in;

/// How a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The version of the public document.
    pub version: i64,
    /// Whether the feed ever told of it.
    pub was_fed: bool,
    /// Whether it is in the feed, but for switches.
    pub is_fed: bool,
    /// Whether a switch hides it, for now.
    pub is_hidden: bool,
}

/// How these documents stand; nothing of those that never were any.
///
/// # Errors
/// The database's.
pub async fn standing<C: ConnectionTrait>(
    conn: &C,
    ids: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Standing>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = find_in::<gallery_document::Entity, _, _>(conn, gallery_document::Column::Id, ids).await?;
    // After the rows: a switch that is raised meanwhile hides what was read before.
    let switches = gallery_switch::Entity::find().all(conn).await?;
    let switches: HashSet<String> = switches.into_iter().map(|row| row.name).collect();
    let all = switches.contains(gallery_switch::ALL);
    let stands = |row: gallery_document::Model| {
        let lasts = row.public_until.is_none_or(|until| until > now);
        let standing = Standing {
            version: row.version,
            was_fed: row.fed,
            is_fed: row.withdrawn_at.is_none() && row.listed && row.in_feeds && lasts,
            is_hidden: all || switches.contains(&row.guard),
        };
        (row.id, standing)
    };
    Ok(rows.into_iter().map(stands).collect())
}
