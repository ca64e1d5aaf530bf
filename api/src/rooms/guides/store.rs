//! Queries about dialogue guides.

use ::entity::ids::GuideId;
use ::entity::{guide, guide_version};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use crate::db::{Tx, find_in, insert_all, save_all};

/// A guide and its published versions, the first first.
#[derive(Clone, Debug)]
pub(super) struct Guide {
    pub(super) row: guide::Model,
    pub(super) published: Vec<guide_version::Model>,
}

/// Reads a guide.
pub(super) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Guide>, DbErr> {
    let Some(row) = guide::Entity::find_by_id(GuideId(id)).one(conn).await? else { return Ok(None) };
    Ok(with_versions(conn, vec![row]).await?.pop())
}

/// The same, kept from changing until the transaction ends.
pub(super) async fn find_for_change(tx: &Tx, id: Uuid) -> Result<Option<Guide>, DbErr> {
    guide::Entity::find_by_id(GuideId(id)).lock_exclusive().one(tx).await?;
    find(tx, id).await
}

/// One page of guides, newest first, and one more if there is a next page.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    after: Option<Uuid>,
    limit: u8,
) -> Result<Vec<Guide>, DbErr> {
    let mut query = guide::Entity::find();
    if let Some(after) = after {
        query = query.filter(guide::Column::Id.lt(after));
    }
    let query = query.order_by_desc(guide::Column::Id).limit(u64::from(limit) + 1);
    with_versions(conn, query.all(conn).await?).await
}

async fn with_versions<C: ConnectionTrait>(conn: &C, rows: Vec<guide::Model>) -> Result<Vec<Guide>, DbErr> {
    let ids = rows.iter().map(|row| row.id).collect();
    let mut versions =
        find_in::<guide_version::Entity, _, _>(conn, guide_version::Column::GuideId, ids).await?;
    versions.sort_by_key(|version| version.number);
    let with = |row: guide::Model| {
        let published = versions.iter().filter(|version| version.guide_id == row.id).cloned().collect();
        Guide { row, published }
    };
    Ok(rows.into_iter().map(with).collect())
}

/// A published version.
pub(super) async fn version(
    conn: &impl ConnectionTrait,
    guide: GuideId,
    number: i32,
) -> Result<Option<guide_version::Model>, DbErr> {
    guide_version::Entity::find_by_id((guide, number)).one(conn).await
}

/// Writes a guide, new or over the old one, a version further.
pub(super) async fn save(tx: &Tx, mut row: guide::Model) -> Result<guide::Model, DbErr> {
    row.version += 1;
    row.updated_at = tx.now();
    save_all(tx, vec![row.clone()], &[guide::Column::CreatedAt, guide::Column::CreatedBy]).await?;
    Ok(row)
}

/// Freezes a version.
pub(super) async fn freeze(tx: &Tx, version: guide_version::Model) -> Result<(), DbErr> {
    insert_all(tx, vec![version]).await
}
