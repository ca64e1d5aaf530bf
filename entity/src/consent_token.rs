//! Tokens with which whoever gave a consent manages it, as keyed hashes.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::consent::ConsentPurpose;
use crate::ids::{PersonId, QuoteId};

/// A row of `consent_token`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_token")]
pub struct Model {
    /// Keyed hash of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    /// The person whose consents it manages; exactly one of person and quote is set.
    pub person_id: Option<PersonId>,
    /// The quote whose consents it manages.
    pub quote_id: Option<QuoteId>,
    /// Which of them: those for this purpose.
    pub purpose: ConsentPurpose,
    /// When it was told.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
