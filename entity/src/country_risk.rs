//! How dangerous it is to be seen in a country. One without a row is low.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::kinds::Risk;

/// A row of `country_risk`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "country_risk")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The country (ISO 3166-1 alpha-2).
    pub country: String,
    /// How dangerous it is.
    pub risk: Risk,
    /// Why, in the words of whoever set it, sealed.
    pub sealed_reason: Option<Vec<u8>>,
    /// When it was set.
    pub set_at: DateTimeUtc,
    /// Grows by one with every change.
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
