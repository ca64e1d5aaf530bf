//! What callers read of a withdrawal.

use ::entity::ids::{OrganisationId, QuoteId};
use ::entity::withdrawal::{self, WithdrawnThrough};
use ::entity::{withdrawal_acknowledgement, withdrawal_reader};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store;

/// That words were taken back, and who knows of it.
#[derive(Serialize, ToSchema)]
pub struct WithdrawalOut {
    /// Identifier: the quote's.
    id: QuoteId,
    /// When.
    withdrawn_at: DateTime<Utc>,
    /// By whom; `null` to a partner whose quote it is not.
    #[schema(required = true)]
    through: Option<WithdrawnThrough>,
    /// Whether it was ever public.
    was_public: bool,
    /// The organisations that are known to have been told by an integration, and so have to take it back too.
    readers: Vec<WithdrawalReaderOut>,
    /// Those that say that it is gone from their side.
    acknowledgements: Vec<WithdrawalAcknowledgementOut>,
}

/// An organisation that was told that words were withdrawn.
#[derive(Serialize, ToSchema)]
struct WithdrawalReaderOut {
    /// The organisation.
    organisation: OrganisationId,
    /// By which of its integrations, such as `webhook`.
    integration: String,
    /// When, last.
    read_at: DateTime<Utc>,
}

/// An organisation that says that withdrawn words are gone from its side.
#[derive(Serialize, ToSchema)]
struct WithdrawalAcknowledgementOut {
    /// The organisation.
    organisation: OrganisationId,
    /// When it said so.
    acknowledged_at: DateTime<Utc>,
}

impl WithdrawalOut {
    /// Whether the words were ever public.
    pub(super) fn was_public(&self) -> bool {
        self.was_public
    }

    /// Where it is in a list.
    pub(super) fn place(&self) -> store::Place {
        (self.withdrawn_at, self.id)
    }

    /// What of it concerns one organisation.
    pub(super) fn part_of(mut self, organisation: OrganisationId) -> Self {
        self.through = None;
        self.readers.retain(|reader| reader.organisation == organisation);
        self.acknowledgements.retain(|said| said.organisation == organisation);
        self
    }
}

/// The withdrawal of a quote, if it was withdrawn.
///
/// # Errors
/// The database's.
pub async fn of_quote<C: ConnectionTrait>(conn: &C, quote: QuoteId) -> Result<Option<WithdrawalOut>, DbErr> {
    Ok(store::find(conn, quote).await?.map(WithdrawalOut::from))
}

impl From<store::Found> for WithdrawalOut {
    fn from((row, readers, acknowledgements): store::Found) -> Self {
        let withdrawal::Model { quote_id, withdrawn_at, through, was_public } = row;
        let reader = |row: withdrawal_reader::Model| {
            let withdrawal_reader::Model { quote_id: _, organisation_id, integration, read_at } = row;
            WithdrawalReaderOut { organisation: organisation_id, integration, read_at }
        };
        let acknowledgement = |row: withdrawal_acknowledgement::Model| {
            let withdrawal_acknowledgement::Model { quote_id: _, organisation_id, acknowledged_at } = row;
            WithdrawalAcknowledgementOut { organisation: organisation_id, acknowledged_at }
        };
        Self {
            id: quote_id,
            withdrawn_at,
            through: Some(through),
            was_public,
            readers: readers.into_iter().map(reader).collect(),
            acknowledgements: acknowledgements.into_iter().map(acknowledgement).collect(),
        }
    }
}

/// A page of withdrawals.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct WithdrawalPage {
    /// The withdrawals.
    items: Vec<WithdrawalOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which withdrawals are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WithdrawalFilter {
    /// Only those that the organisation has acknowledged, or only those that it still has to.
    #[param(nullable = false)]
    pub(super) acknowledged: Option<bool>,
}

/// Which withdrawal.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WithdrawalPath {
    /// The withdrawal: the quote's identifier.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) withdrawal_id: Uuid,
}
