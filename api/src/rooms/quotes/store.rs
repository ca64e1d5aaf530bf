//! Queries about quotes.

use std::collections::HashMap;

use ::entity::erasure::ErasureKind;
use ::entity::ids::{PersonId, QuoteId};
use ::entity::kinds::{Moderation, RecordKind};
use ::entity::{consent, quote};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::QuoteRecord;
use super::wire::QuoteFilter;
use crate::audit;
use crate::db::{Gone, Tx, find_in, save_all};
use crate::rooms::bundle::{Names, QuoteLine};
use crate::rooms::consents::{self, Subject};
use crate::rooms::records::{Record, any_of, of_row};
use crate::rooms::themes;
use crate::vault::Vault;

/// Writes quotes, new or over the old ones, with their themes, and restates their consents.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn save(tx: &Tx, vault: &Vault, quotes: Vec<QuoteRecord>) -> anyhow::Result<()> {
    let (mut rows, mut about, mut stated) = (Vec::new(), Vec::new(), Vec::new());
    for QuoteRecord { row, themes, consent, consent_id: _ } in quotes {
        about.push((row.id.0, themes));
        stated.push((Subject::Quote(row.id), consent.into_iter().collect()));
        rows.push(row);
    }
    save_all(tx, rows, &[quote::Column::CreatedAt, quote::Column::CreatedBy]).await?;
    themes::set_themes(tx, RecordKind::Quote, &about).await?;
    consents::restate(tx, vault, stated).await
}

/// Those of these quotes, about to be written as withdrawn, that are not yet.
pub(super) async fn about_to_end(tx: &Tx, quotes: &[QuoteRecord]) -> Result<Vec<QuoteId>, DbErr> {
    let withdrawn = quotes.iter().filter(|quote| quote.row.status == Moderation::Withdrawn);
    let ids: Vec<Uuid> = withdrawn.map(|quote| quote.row.id.0).collect();
    let before = find_in::<quote::Entity, _, _>(tx, quote::Column::Id, ids).await?;
    Ok(before.iter().filter(|row| row.status != Moderation::Withdrawn).map(|row| row.id).collect())
}

/// Reads quotes by their identifiers.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn load<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    ids: &[Uuid],
) -> anyhow::Result<HashMap<Uuid, QuoteRecord>> {
    let rows = find_in::<quote::Entity, _, _>(conn, quote::Column::Id, ids.to_vec()).await?;
    let mut about = themes::themes_of(conn, ids).await?;
    let mut consents = consents::stated_of(conn, vault, consents::Of::Quotes(ids)).await?;
    let record = |row: quote::Model| {
        let themes = about.remove(&row.id.0).unwrap_or_default();
        let consent = consents.remove(&row.id.0).and_then(|mut c| c.pop());
        (row.id.0, QuoteRecord { row, themes, consent, consent_id: None })
    };
    Ok(rows.into_iter().map(record).collect())
}

impl Record for QuoteRecord {
    const KIND: RecordKind = RecordKind::Quote;
    const AUDIT: audit::Kind = audit::Kind::Quote;
    const COLLECTION: &'static str = "quotes";
    type Entity = quote::Entity;

    of_row!(row);

    fn take_back(&mut self) -> bool {
        let approved = self.row.status == Moderation::Approved;
        if approved {
            self.row.status = Moderation::Draft;
        }
        approved
    }

    fn said(self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(QuoteLine::of(self, &Names::here()))
    }

    async fn load<C: ConnectionTrait>(
        conn: &C,
        vault: &Vault,
        ids: &[Uuid],
    ) -> anyhow::Result<HashMap<Uuid, Self>> {
        let mut quotes = load(conn, vault, ids).await?;
        for (quote, consent) in consents::in_force(conn, ids).await? {
            if let Some(quote) = quotes.get_mut(&quote) {
                quote.consent_id = Some(consent);
            }
        }
        Ok(quotes)
    }

    async fn save(tx: &Tx, vault: &Vault, record: Self) -> anyhow::Result<()> {
        if record.row.status == Moderation::Withdrawn {
            consents::withdraw(tx, record.row.id).await?;
            tx.for_good(Gone { kind: ErasureKind::Quote, id: record.row.id.0 });
        }
        save(tx, vault, vec![record]).await
    }
}

/// What a person has said, kept from changing until the transaction ends.
pub(super) async fn said_by(tx: &Tx, person: PersonId) -> Result<Vec<Uuid>, DbErr> {
    let said = quote::Entity::find().filter(quote::Column::PersonId.eq(person));
    let rows = said.order_by_asc(quote::Column::Id).lock_exclusive().all(tx).await?;
    Ok(rows.into_iter().map(|row| row.id.0).collect())
}

/// The quotes that fit a filter.
pub(super) fn fitting(filter: &QuoteFilter) -> Condition {
    Condition::all()
        .add_option(any_of(quote::Column::Status, filter.status.iter().copied()))
        .add_option(any_of(quote::Column::EventId, filter.event.iter().copied()))
        .add_option(any_of(quote::Column::InitiativeId, filter.initiative.iter().copied()))
        .add_option(themes::about(quote::Column::Id, &filter.theme))
        .add_option(
            filter
                .consent_expires_before
                .map(|before| consents::expiring(consent::Column::QuoteId, quote::Column::Id, before)),
        )
}
