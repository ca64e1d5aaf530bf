//! How far organisations have read the feed of changes with their keys, so that they are asked to take back what is withdrawn.

use ::entity::feed_reader::{Column, Entity, Model};
use ::entity::gallery_document;
use ::entity::ids::{OrganisationId, QuoteId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DbErr, EntityTrait as _, ExprTrait as _, IntoActiveModel as _,
    QueryFilter as _,
};

use crate::db::{Db, Tx};

/// Notes that an organisation was handed the feed up to this place.
///
/// # Errors
/// The database's.
pub async fn has_read(db: &Db, organisation_id: OrganisationId, seq: i64) -> Result<(), DbErr> {
    let known = Entity::find_by_id(organisation_id).one(db.reader()).await?;
    if known.is_some_and(|known| known.seq >= seq) {
        return Ok(());
    }
    db.write(async |tx| {
        let row = Model { organisation_id, seq, read_at: tx.now() };
        // Of two that read at once the one that came further counts.
        let further = OnConflict::column(Column::OrganisationId)
            .update_columns([Column::Seq, Column::ReadAt])
            .action_and_where(Expr::col((Entity, Column::Seq)).lt(seq))
            .to_owned();
        Entity::insert(row.into_active_model().reset_all())
            .on_conflict(further)
            .exec_without_returning(tx)
            .await?;
        Ok(())
    })
    .await
}

/// The organisations that were handed these quotes in the feed, each with the quote.
///
/// # Errors
/// The database's.
pub async fn readers_of(tx: &Tx, quotes: &[QuoteId]) -> Result<Vec<(QuoteId, OrganisationId)>, DbErr> {
    let mut found = Vec::new();
    let ids = quotes.iter().map(|quote| quote.0);
    let documents =
        gallery_document::Entity::find().filter(gallery_document::Column::Id.is_in(ids)).all(tx).await?;
    for document in documents {
        let Some(first) = document.first_seq else { continue };
        let readers = Entity::find().filter(Column::Seq.gte(first)).all(tx).await?;
        found.extend(readers.into_iter().map(|reader| (QuoteId(document.id), reader.organisation_id)));
    }
    Ok(found)
}
