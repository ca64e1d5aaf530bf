//! Somebody's place at one event. All that could tell who it is, is sealed under a key of its own.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, EventId, InvitationId, RegistrationId};
use crate::kinds::PersonRole;

crate::text_enum! {
    /// Where a registration stands.
    RegistrationStatus {
        /// The e-mail address is not confirmed yet.
        Unverified = "unverified",
        /// The host decides.
        Pending = "pending",
        /// There is a seat for them.
        Confirmed = "confirmed",
        /// There is none yet.
        Waitlisted = "waitlisted",
        /// A seat is held for them until they accept it.
        Offered = "offered",
        /// They came.
        Attended = "attended",
        /// They did not come.
        Absent = "absent",
        /// The host turned it down.
        Declined = "declined",
        /// It was taken back, by them or by the host.
        Cancelled = "cancelled",
        /// It was not confirmed or accepted in time.
        Expired = "expired",
    }
}

/// A row of `registration`. It changes only while the row of its event is locked.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "registration")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RegistrationId,
    /// The event.
    pub event_id: EventId,
    /// In which order people came to this event, from 1.
    pub arrival: i64,
    /// Where it stands.
    pub status: RegistrationStatus,
    /// Whether it takes one of the seats now.
    pub holds_seat: bool,
    /// What brings them.
    pub role: PersonRole,
    /// The language of the letters (BCP 47).
    pub language: String,
    /// The account that registered itself.
    pub account_id: Option<AccountId>,
    /// Told at the door; unique within the event.
    pub code: Option<String>,
    /// Keyed hash of the manage token; none once it no longer opens anything, which it does until the address is confirmed.
    pub token_hash: Option<Vec<u8>>,
    /// Keyed hash of the token that was mailed; it shows that the address is theirs.
    pub mailed_hash: Option<Vec<u8>>,
    /// Keyed hash of event and e-mail address.
    pub email_hash: Option<Vec<u8>>,
    /// Name or pseudonym, access needs and answers, sealed; none once erased.
    pub sealed_person: Option<Vec<u8>>,
    /// The e-mail address, sealed.
    pub sealed_email: Option<Vec<u8>>,
    /// When the address was shown to be theirs.
    pub verified_at: Option<DateTimeUtc>,
    /// Whether they are reminded of the event.
    pub reminders: bool,
    /// The code with which they registered.
    pub invitation_id: Option<InvitationId>,
    /// Until when it may be confirmed or accepted.
    pub until_at: Option<DateTimeUtc>,
    /// When it ended.
    pub closed_at: Option<DateTimeUtc>,
    /// When what told of a person was erased.
    pub erased_at: Option<DateTimeUtc>,
    /// Grows by one with every change.
    pub version: i64,
    /// When they registered.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
