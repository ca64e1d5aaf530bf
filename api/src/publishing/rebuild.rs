//! Rendering everything anew, for when the rules or the renderers themselves have changed. Where nothing differs, nothing
//! is replaced.

use ::entity::gallery_document::{self, DocumentKind};
use ::entity::{event, initiative, outcome, quote, story, theme};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PrimaryKeyToColumn, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use uuid::Uuid;

use super::number::NOWHERE;
use super::{Done, RecordRef, publish, record_kind};
use crate::db::Db;

/// Records rendered in one transaction.
const PORTION: u64 = 500;

/// Renders every record anew, calls `progress` with the number of records looked at so far, and finally counts anew.
///
/// # Errors
/// The database's; what was done before stays done.
pub async fn rebuild(db: &Db, mut progress: impl FnMut(u64)) -> Result<Done, DbErr> {
    let (mut done, mut looked) = (Done::default(), 0);
    db.write(async |tx| {
        let themes = theme::Entity::find()
            .select_only()
            .column(theme::Column::Id)
            .into_tuple::<Uuid>()
            .all(tx)
            .await?;
        let themes: Vec<_> =
            themes.into_iter().map(|id| RecordRef::new(::entity::kinds::RecordKind::Theme, id)).collect();
        publish(tx, &themes).await
    })
    .await?;
    for &kind in DocumentKind::ALL {
        // First the records, then documents whose record is gone.
        for leftovers in [false, true] {
            let mut after = Uuid::nil();
            loop {
                let ids = match (leftovers, kind) {
                    (true, _) => documents_after(db, kind, after).await?,
                    (false, DocumentKind::Initiative) => page::<initiative::Entity>(db, after).await?,
                    (false, DocumentKind::Event) => page::<event::Entity>(db, after).await?,
                    (false, DocumentKind::Quote) => page::<quote::Entity>(db, after).await?,
                    (false, DocumentKind::Outcome) => page::<outcome::Entity>(db, after).await?,
                    (false, DocumentKind::Story) => page::<story::Entity>(db, after).await?,
                };
                let Some(&last) = ids.last() else { break };
                after = last;
                let records: Vec<_> = ids.iter().map(|&id| RecordRef::new(record_kind(kind), id)).collect();
                done += db.write(async |tx| publish(tx, &records).await).await?;
                looked += if leftovers { 0 } else { ids.len() as u64 };
                progress(looked);
            }
        }
    }
    db.write(async |tx| {
        super::store::lock_everything(tx).await?;
        for sql in [
            "UPDATE gallery_clock SET seq = seq WHERE id = 1".to_owned(),
            format!(
                "UPDATE gallery_document SET counted_country = \
                 CASE WHEN listed AND withdrawn_at IS NULL THEN COALESCE(country, '{NOWHERE}') END"
            ),
            "DELETE FROM gallery_count".to_owned(),
            format!(
                "INSERT INTO gallery_count (country, kind, documents) SELECT COALESCE(country, '{NOWHERE}'), kind, count(*) \
                 FROM gallery_document WHERE listed AND withdrawn_at IS NULL GROUP BY 1, 2"
            ),
        ] {
            tx.execute_raw(Statement::from_string(tx.get_database_backend(), sql)).await?;
        }
        Ok::<_, DbErr>(())
    })
    .await?;
    Ok(done)
}

/// The next identifiers of a table, in their order.
async fn page<E: EntityTrait>(db: &Db, after: Uuid) -> Result<Vec<Uuid>, DbErr> {
    use sea_orm::Iterable;
    let Some(key) = E::PrimaryKey::iter().next().map(PrimaryKeyToColumn::into_column) else {
        return Ok(Vec::new());
    };
    E::find()
        .select_only()
        .column(key)
        .filter(key.gt(after))
        .order_by_asc(key)
        .limit(PORTION)
        .into_tuple::<Uuid>()
        .all(db.reader())
        .await
}

/// The next live documents of a kind, in the order of their identifiers.
async fn documents_after(db: &Db, kind: DocumentKind, after: Uuid) -> Result<Vec<Uuid>, DbErr> {
    use gallery_document::Column;
    gallery_document::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Kind.eq(kind))
        .filter(Column::WithdrawnAt.is_null())
        .filter(Column::Id.gt(after))
        .order_by_asc(Column::Id)
        .limit(PORTION)
        .into_tuple::<Uuid>()
        .all(db.reader())
        .await
}
