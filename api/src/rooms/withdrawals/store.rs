//! Queries about withdrawals.

use std::collections::BTreeSet;

use ::entity::ids::{OrganisationId, QuoteId};
use ::entity::kinds::RecordKind;
use ::entity::withdrawal::{self, WithdrawnThrough};
use ::entity::{withdrawal_acknowledgement, withdrawal_reader};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use crate::db::{Db, Tx, find_in, insert_all, save_all};
use crate::publishing;

/// Notes that these quotes are withdrawn in this transaction.
pub(super) async fn note(tx: &Tx, quotes: &[QuoteId], through: WithdrawnThrough) -> Result<(), DbErr> {
    let ids: Vec<Uuid> = quotes.iter().map(|quote| quote.0).collect();
    let public = publishing::ever_public(tx, RecordKind::Quote, &ids).await?;
    let row = |quote: &QuoteId| withdrawal::Model {
        quote_id: *quote,
        withdrawn_at: tx.now(),
        through,
        was_public: public.contains(&quote.0),
    };
    insert_all(tx, quotes.iter().map(row).collect()).await
}

/// Whether a quote was withdrawn.
///
/// # Errors
/// The database's.
pub async fn is_withdrawn(tx: &Tx, quote: QuoteId) -> Result<bool, DbErr> {
    Ok(withdrawal::Entity::find_by_id(quote).one(tx).await?.is_some())
}

/// Those of these quotes that were withdrawn.
pub(super) async fn withdrawn_of(tx: &Tx, quotes: BTreeSet<QuoteId>) -> Result<BTreeSet<QuoteId>, DbErr> {
    let found = withdrawal::Entity::find()
        .select_only()
        .column(withdrawal::Column::QuoteId)
        .filter(withdrawal::Column::QuoteId.is_in(quotes));
    Ok(found.into_tuple().all(tx).await?.into_iter().collect())
}

/// Notes that organisations know of withdrawals by one of their integrations, or know them again.
pub(super) async fn add_readers(
    tx: &Tx,
    told: Vec<(QuoteId, OrganisationId)>,
    integration: &str,
) -> Result<(), DbErr> {
    let row = |(quote_id, organisation_id)| withdrawal_reader::Model {
        quote_id,
        organisation_id,
        integration: integration.to_owned(),
        read_at: tx.now(),
    };
    save_all(tx, told.into_iter().map(row).collect(), &[]).await
}

/// Notes that an organisation says that withdrawn words are gone from its side. Says whether it had not said so before.
pub(super) async fn acknowledge(
    tx: &Tx,
    quote: QuoteId,
    organisation: OrganisationId,
) -> Result<bool, DbErr> {
    // Locked, so that of two at once the second finds the first.
    withdrawal::Entity::find_by_id(quote).lock_exclusive().one(tx).await?;
    let said = withdrawal_acknowledgement::Entity::find_by_id((quote, organisation)).one(tx).await?;
    if said.is_some() {
        return Ok(false);
    }
    let row = withdrawal_acknowledgement::Model {
        quote_id: quote,
        organisation_id: organisation,
        acknowledged_at: tx.now(),
    };
    insert_all(tx, vec![row]).await?;
    Ok(true)
}

/// A withdrawal, who had read, and who acknowledged.
pub(super) type Found =
    (withdrawal::Model, Vec<withdrawal_reader::Model>, Vec<withdrawal_acknowledgement::Model>);

/// Where a list goes on.
pub(super) type Place = (DateTime<Utc>, QuoteId);

/// One page of the withdrawals that an organisation has to follow, the last first, and one more if there is a next page; of those alone that it
/// has, or has not, acknowledged.
pub(super) async fn page(
    db: &Db,
    organisation: OrganisationId,
    acknowledged: Option<bool>,
    after: Option<Place>,
    limit: u8,
) -> Result<Vec<Found>, DbErr> {
    use withdrawal::{Column, Entity};
    let read = Query::select()
        .column(withdrawal_reader::Column::QuoteId)
        .from(withdrawal_reader::Entity)
        .and_where(withdrawal_reader::Column::OrganisationId.eq(organisation))
        .to_owned();
    let said = Query::select()
        .column(withdrawal_acknowledgement::Column::QuoteId)
        .from(withdrawal_acknowledgement::Entity)
        .and_where(withdrawal_acknowledgement::Column::OrganisationId.eq(organisation))
        .to_owned();
    let mut query = Entity::find().filter(Column::QuoteId.in_subquery(read));
    query = match acknowledged {
        Some(true) => query.filter(Column::QuoteId.in_subquery(said)),
        Some(false) => query.filter(Column::QuoteId.not_in_subquery(said)),
        None => query,
    };
    if let Some((at, id)) = after {
        let same = Condition::all().add(Column::WithdrawnAt.eq(at)).add(Column::QuoteId.lt(id));
        query = query.filter(Condition::any().add(Column::WithdrawnAt.lt(at)).add(same));
    }
    let query = query.order_by_desc(Column::WithdrawnAt).order_by_desc(Column::QuoteId);
    let rows = query.limit(u64::from(limit) + 1).all(db.reader()).await?;
    let ids: Vec<QuoteId> = rows.iter().map(|row| row.quote_id).collect();
    let readers = find_in::<withdrawal_reader::Entity, _, _>(
        db.reader(),
        withdrawal_reader::Column::QuoteId,
        ids.clone(),
    );
    let said = find_in::<withdrawal_acknowledgement::Entity, _, _>(
        db.reader(),
        withdrawal_acknowledgement::Column::QuoteId,
        ids,
    );
    let (readers, said) = (readers.await?, said.await?);
    let of = |row: withdrawal::Model| {
        let readers = readers.iter().filter(|reader| reader.quote_id == row.quote_id).cloned().collect();
        let said = said.iter().filter(|said| said.quote_id == row.quote_id).cloned().collect();
        (row, readers, said)
    };
    Ok(rows.into_iter().map(of).collect())
}

/// The withdrawal of a quote, if it was withdrawn.
pub(super) async fn find<C: ConnectionTrait>(conn: &C, quote: QuoteId) -> Result<Option<Found>, DbErr> {
    let Some(row) = withdrawal::Entity::find_by_id(quote).one(conn).await? else { return Ok(None) };
    let readers = withdrawal_reader::Entity::find()
        .filter(withdrawal_reader::Column::QuoteId.eq(quote))
        .order_by_asc(withdrawal_reader::Column::ReadAt)
        .all(conn)
        .await?;
    let acknowledged = withdrawal_acknowledgement::Entity::find()
        .filter(withdrawal_acknowledgement::Column::QuoteId.eq(quote))
        .order_by_asc(withdrawal_acknowledgement::Column::AcknowledgedAt)
        .all(conn)
        .await?;
    Ok(Some((row, readers, acknowledged)))
}
