//! Identifiers: a newtype per record, so that one is never taken for another.
//!
//! UUIDv4 (RFC 9562 §5.4) for people and for whatever may be public: an identifier must not tell when somebody joined or spoke,
//! or on which day of a month that is all the public may know something was written down. UUIDv7 (§5.7) for the rest. Records
//! from before that rule keep theirs. An identifier is never a permission.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, DeriveValueType)]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// An account (UUIDv4).
    AccountId,
    /// An API key of an organisation (UUIDv4).
    ApiKeyId,
    /// A consent (UUIDv4).
    ConsentId,
    /// An event (UUIDv4).
    EventId,
    /// A dialogue guide (UUIDv7).
    GuideId,
    /// An initiative (UUIDv4).
    InitiativeId,
    /// A code with which invited people register (UUIDv4).
    InvitationId,
    /// An organisation (UUIDv4).
    OrganisationId,
    /// An outcome (UUIDv4).
    OutcomeId,
    /// A person (UUIDv4).
    PersonId,
    /// A quote (UUIDv4).
    QuoteId,
    /// A series of events (UUIDv4).
    SeriesId,
    /// A registration for an event (UUIDv4).
    RegistrationId,
    /// A session of an account (UUIDv4).
    SessionId,
    /// A story (UUIDv4).
    StoryId,
    /// A submission (UUIDv7).
    SubmissionId,
    /// A theme (UUIDv7).
    ThemeId,
    /// Somebody's wish for letters about what is new (UUIDv4).
    WatchId,
    /// A webhook of an organisation (UUIDv4).
    WebhookId,
}
