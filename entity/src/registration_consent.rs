//! What somebody allowed when registering. One row per purpose; a withdrawn row stays in the ledger.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::consent::{ConsentMethod, ConsentPurpose};
use crate::ids::{ConsentId, RegistrationId};

/// A row of `registration_consent`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "registration_consent")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentId,
    /// The registration.
    pub registration_id: RegistrationId,
    /// What is allowed; never `publish_quote`, which is bound to words.
    pub purpose: ConsentPurpose,
    /// When it was given.
    pub given_at: DateTimeUtc,
    /// The version of the wording that was shown.
    pub text_version: Option<String>,
    /// The language in which it was shown (BCP 47).
    pub language: String,
    /// How it was given, where somebody else took it down.
    pub method: Option<ConsentMethod>,
    /// When it was withdrawn; this is final.
    pub withdrawn_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
