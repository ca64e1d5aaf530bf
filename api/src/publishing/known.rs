//! Which records the public side shows or has shown.

use std::collections::HashSet;

use ::entity::kinds::RecordKind;
use ::entity::{event_host, gallery_document, initiative_organisation};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

/// The most ids asked for at once.
const PORTION: usize = 1000;

/// Those of these records that are or were public: themes always, organisations as long as something that is or was public
/// names them, all others if they have or had a document. People have none.
///
/// # Errors
/// The database's.
pub async fn ever_public<C: ConnectionTrait>(
    conn: &C,
    kind: RecordKind,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, DbErr> {
    let mut found = HashSet::new();
    for ids in ids.chunks(PORTION) {
        match kind {
            RecordKind::Theme => found.extend(ids),
            RecordKind::Person => {}
            RecordKind::Organisation => found.extend(named(conn, ids).await?),
            RecordKind::Initiative
            | RecordKind::Event
            | RecordKind::Outcome
            | RecordKind::Quote
            | RecordKind::Story => {
                let column = gallery_document::Column::Id;
                let rows = gallery_document::Entity::find().select_only().column(column);
                let rows = match super::document_kind(kind) {
                    Some(kind) => rows.filter(gallery_document::Column::Kind.eq(kind)),
                    None => rows,
                };
                found.extend(rows.filter(column.is_in(ids.to_vec())).into_tuple::<Uuid>().all(conn).await?);
            }
        }
    }
    Ok(found)
}

/// The organisations that documents name or named.
async fn named<C: ConnectionTrait>(conn: &C, ids: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    let column = initiative_organisation::Column::OrganisationId;
    let carriers = initiative_organisation::Entity::find()
        .select_only()
        .column(column)
        .filter(column.is_in(ids.to_vec()))
        .filter(initiative_organisation::Column::InitiativeId.in_subquery(documents()));
    let mut found = carriers.into_tuple::<Uuid>().all(conn).await?;
    let column = event_host::Column::OrganisationId;
    let hosts = event_host::Entity::find()
        .select_only()
        .column(column)
        .filter(column.is_in(ids.to_vec()))
        .filter(event_host::Column::EventId.in_subquery(documents()));
    found.extend(hosts.into_tuple::<Uuid>().all(conn).await?);
    Ok(found)
}

/// The identifiers of all documents and tombstones.
fn documents() -> SelectStatement {
    Query::select().column(gallery_document::Column::Id).from(gallery_document::Entity).to_owned()
}
