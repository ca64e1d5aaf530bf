//! Organisations that said that a withdrawn quote is gone from their side.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{OrganisationId, QuoteId};

/// A row of `withdrawal_acknowledgement`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "withdrawal_acknowledgement")]
pub struct Model {
    /// The quote.
    #[sea_orm(primary_key, auto_increment = false)]
    pub quote_id: QuoteId,
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: OrganisationId,
    /// When.
    pub acknowledged_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
