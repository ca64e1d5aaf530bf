//! A finding, barrier, need, recommendation, decision or lesson of an event.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, EventId, OutcomeId};
use crate::kinds::Moderation;
use crate::values::{Texts, Translations};

crate::text_enum! {
    /// What an outcome is.
    OutcomeKind {
        /// Something learnt about the world.
        Finding = "finding",
        /// Something in the way.
        Barrier = "barrier",
        /// Something missing.
        Need = "need",
        /// Something somebody else should do.
        Recommendation = "recommendation",
        /// Something the group will do.
        Decision = "decision",
        /// Something to do differently next time.
        Lesson = "lesson",
    }
}

/// A row of `outcome`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outcome")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutcomeId,
    /// The event it came from.
    pub event_id: EventId,
    /// What it is.
    pub kind: OutcomeKind,
    /// What was found.
    pub text: String,
    /// The language of the original text (BCP 47).
    pub language: String,
    /// Whom it asks: donors, governments, allies, activists …
    #[sea_orm(column_type = "JsonBinary")]
    pub addressed_to: Texts,
    /// Whether it passed moderation.
    pub status: Moderation,
    /// The texts in other languages.
    #[sea_orm(column_type = "JsonBinary")]
    pub translations: Translations,
    /// The account that made the record; none if it was imported.
    pub created_by: Option<AccountId>,
    /// Grows by one with every edit.
    pub version: i64,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When the record was last edited.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
