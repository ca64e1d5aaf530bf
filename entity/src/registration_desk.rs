//! How registration for an event goes: a row from the first registration or setting on.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::EventId;
use crate::values::{RegistrationQuestions, ReminderOffsets};

crate::text_enum! {
    /// What the public may know of an event's seats. Never a number.
    PublicSeats {
        /// There are seats.
        Open = "open",
        /// There are not many left.
        Few = "few",
        /// Whoever registers now waits.
        Waitlist = "waitlist",
        /// Nobody can register.
        Closed = "closed",
    }
}

/// A row of `registration_desk`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "registration_desk")]
pub struct Model {
    /// The event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: EventId,
    /// How many have come, ever: the last arrival number.
    pub arrivals: i64,
    /// What the public may know while registration is open: never `closed`.
    pub seats: PublicSeats,
    /// Whether a free seat is offered instead of given to whoever can be written to.
    pub offers: bool,
    /// What the host asks.
    #[sea_orm(column_type = "JsonBinary")]
    pub questions: RegistrationQuestions,
    /// How long before the event people are reminded.
    #[sea_orm(column_type = "JsonBinary")]
    pub reminders: ReminderOffsets,
    /// When it is looked at next, to remind people.
    pub remind_at: Option<DateTimeUtc>,
    /// Grows by one with every change of the settings.
    pub version: i64,
    /// When the settings last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
