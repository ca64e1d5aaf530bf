//! A code with which invited people register for an event.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, EventId, InvitationId};

/// A row of `registration_invitation`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "registration_invitation")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    /// The event.
    pub event_id: EventId,
    /// Keyed hash of event and code.
    pub code_hash: Vec<u8>,
    /// How many people may register with it.
    pub uses: i32,
    /// From when on nobody may.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was taken back.
    pub revoked_at: Option<DateTimeUtc>,
    /// Who made it.
    pub created_by: Option<AccountId>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
