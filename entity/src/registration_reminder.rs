//! A reminder that was written. Its key is what makes it one, however often a worker dies.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{EventId, RegistrationId};

/// A row of `registration_reminder`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "registration_reminder")]
pub struct Model {
    /// Who was reminded.
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: RegistrationId,
    /// The beginning that was told.
    #[sea_orm(primary_key, auto_increment = false)]
    pub begins_at: DateTimeUtc,
    /// How long before it, in minutes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub minutes: i32,
    /// The event.
    pub event_id: EventId,
    /// The letter, for as long as it waits to be sent.
    pub letter_id: Uuid,
    /// When it was written.
    pub written_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
