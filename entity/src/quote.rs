//! Words somebody said, bound to the consent they gave.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, EventId, InitiativeId, PersonId, QuoteId};
use crate::kinds::Moderation;
use crate::values::Translations;

crate::text_enum! {
    /// How finely a speaker may be named, from fine to coarse.
    AttributionLevel {
        /// By name.
        Name = "name",
        /// By a name of their choice.
        Pseudonym = "pseudonym",
        /// As "an activist, Zambia", if there are enough such people.
        RoleAndCountry = "role_and_country",
        /// Not at all.
        Anonymous = "anonymous",
    }
}

/// A row of `quote`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "quote")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: QuoteId,
    /// Where it was said.
    pub event_id: Option<EventId>,
    /// The initiative it belongs to.
    pub initiative_id: Option<InitiativeId>,
    /// Who said it. Never public.
    pub person_id: Option<PersonId>,
    /// The words; blank once withdrawn.
    pub text: String,
    /// The language of the original text (BCP 47).
    pub language: String,
    /// How finely the speaker may be named.
    pub level: AttributionLevel,
    /// The name or pseudonym to show.
    pub label: Option<String>,
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
