//! What callers send and read about invitation codes.

use ::entity::ids::{EventId, InvitationId};
use ::entity::registration_invitation::Model;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::out::told_once;

/// A code that is to be made.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegistrationInvitationIn)]
pub(super) struct InvitationIn {
    /// How many people may register with it.
    #[serde(default = "one")]
    #[schema(default = 1, minimum = 1, maximum = 10_000)]
    pub(super) uses: i32,
    /// From when on nobody may. In the future.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) expires_at: Option<DateTime<Utc>>,
}

const fn one() -> i32 {
    1
}

/// A code, without what it is.
#[derive(Serialize, ToSchema)]
#[schema(as = RegistrationInvitation)]
pub(super) struct InvitationOut {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: InvitationId,
    /// The event.
    #[schema(value_type = Uuid)]
    event: EventId,
    /// How many people may register with it.
    #[schema(minimum = 1)]
    uses: i32,
    /// How many have.
    #[schema(minimum = 0)]
    used: i64,
    /// Whether somebody can still register with it.
    usable: bool,
    /// From when on nobody may.
    #[schema(required = true)]
    expires_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    #[schema(required = true)]
    revoked_at: Option<DateTime<Utc>>,
    /// When it was made.
    created_at: DateTime<Utc>,
}

impl InvitationOut {
    pub(super) fn new(row: &Model, used: i64, now: DateTime<Utc>) -> Self {
        let in_time = row.revoked_at.is_none() && row.expires_at.is_none_or(|end| end > now);
        Self {
            id: row.id,
            event: row.event_id,
            uses: row.uses,
            used,
            usable: in_time && used < i64::from(row.uses),
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            created_at: row.created_at,
        }
    }
}

/// A code that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = RegistrationInvitationMade)]
pub(super) struct InvitationMade {
    #[serde(flatten)]
    invitation: InvitationOut,
    /// What invited people are given. It is told once.
    #[serde(serialize_with = "told_once")]
    #[schema(value_type = String, example = "7KX2-M9QD-4TBW-0ZNE")]
    code: SecretString,
}

impl InvitationMade {
    /// In groups of four, as it is easily read out.
    pub(super) fn new(invitation: InvitationOut, code: &str) -> Self {
        let letters: Vec<char> = code.chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        Self { invitation, code: groups.join("-").into() }
    }
}

/// A page of codes.
#[derive(ToSchema)]
#[schema(as = RegistrationInvitationPage)]
#[allow(dead_code, reason = "only described")]
pub(super) struct InvitationPage {
    /// The codes.
    items: Vec<InvitationOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which code.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct InvitationPath {
    /// The event.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) event_id: Uuid,
    /// The code.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) invitation_id: Uuid,
}
