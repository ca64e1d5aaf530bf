//! That a quote was withdrawn. It is for good, so the quote's identifier is the withdrawal's.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::QuoteId;

crate::text_enum! {
    /// Who withdrew it.
    WithdrawnThrough {
        /// Whoever said the words.
        Speaker = "speaker",
        /// A host, a moderator or an admin.
        Account = "account",
        /// The file it came from.
        Source = "source",
    }
}

/// A row of `withdrawal`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "withdrawal")]
pub struct Model {
    /// The quote.
    #[sea_orm(primary_key, auto_increment = false)]
    pub quote_id: QuoteId,
    /// When.
    pub withdrawn_at: DateTimeUtc,
    /// By whom.
    pub through: WithdrawnThrough,
    /// Whether it was ever public.
    pub was_public: bool,
}

impl ActiveModelBehavior for ActiveModel {}
