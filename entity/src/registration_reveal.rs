//! Who looked at a registrant's contact, and why.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, RegistrationId};

/// A row of `registration_reveal`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "registration_reveal")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The registration.
    pub registration_id: RegistrationId,
    /// Who looked.
    pub account_id: AccountId,
    /// Why, sealed under the registration's key; none once erased.
    pub sealed_reason: Option<Vec<u8>>,
    /// When.
    pub revealed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
