//! Queries about withdrawals.

use ::entity::ids::QuoteId;
use ::entity::kinds::RecordKind;
use ::entity::withdrawal::{self, WithdrawnThrough};
use ::entity::{withdrawal_acknowledgement, withdrawal_reader};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use uuid::Uuid;

use crate::db::{Tx, insert_all};
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
