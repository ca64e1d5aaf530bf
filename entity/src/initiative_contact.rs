//! Who is asked whether an initiative is still so, sealed under a key of its own, and when they are asked next.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::InitiativeId;

/// A row of `initiative_contact`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "initiative_contact")]
pub struct Model {
    /// Identifier (UUIDv4), and that of the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The initiative.
    #[sea_orm(unique)]
    pub initiative_id: InitiativeId,
    /// E-mail address and language.
    pub sealed: Vec<u8>,
    /// Keyed hash of the address, by which whoever lost a link finds it; none if it was recorded before there was any.
    pub email_hash: Option<Vec<u8>>,
    /// Letters that were written since the last confirmation.
    pub letters: i32,
    /// When the next is written; none while nothing is to be asked.
    pub ask_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
