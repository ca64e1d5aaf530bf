//! Queries about withdrawals.

use std::collections::BTreeSet;

use ::entity::ids::{OrganisationId, QuoteId};
use ::entity::kinds::RecordKind;
use ::entity::withdrawal::{self, WithdrawnThrough};
use ::entity::{withdrawal_acknowledgement, withdrawal_reader};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use crate::db::{Tx, insert_all, save_all};
use crate::publishing;

/// Notes that these quotes are withdrawn in this transaction.
///
/// # Errors
/// The database's; so too if one was withdrawn before.
pub async fn note(tx: &Tx, quotes: &[QuoteId], through: WithdrawnThrough) -> Result<(), DbErr> {
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
