//! An activist, donor or ally; may use a pseudonym. Contacts are not kept here.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, PersonId};
use crate::kinds::PersonRole;

/// A row of `person`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    /// The name or pseudonym the person chose. Public only with an active `publish_name` consent.
    pub display_name: String,
    /// What brings the person.
    pub role: PersonRole,
    /// The person's country (ISO 3166-1 alpha-2).
    pub country: Option<String>,
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
