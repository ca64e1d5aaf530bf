//! Organisations that had read a quote before it was withdrawn.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{OrganisationId, QuoteId};

/// A row of `withdrawal_reader`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "withdrawal_reader")]
pub struct Model {
    /// The quote.
    #[sea_orm(primary_key, auto_increment = false)]
    pub quote_id: QuoteId,
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: OrganisationId,
    /// By which of its integrations, such as `changes`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration: String,
    /// When it did so last.
    pub read_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
