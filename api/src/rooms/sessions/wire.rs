//! What callers send and read.

use ::entity::ids::SessionId;
use ::entity::session;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};

use crate::access;

/// What signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionIn {
    /// The e-mail address.
    #[schema(value_type = String, min_length = 1, max_length = 254, example = "amina@example.org")]
    pub(super) email: SecretString,
    /// The password.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 256)]
    pub(super) password: SecretString,
    /// The code that the authenticator shows now, where the account has one.
    #[serde(default)]
    #[schema(value_type = String, nullable = false, pattern = "^[0-9]{6}$", example = "287082")]
    pub(super) totp: Option<SecretString>,
    /// A recovery code, where the authenticator is lost.
    #[serde(default)]
    #[schema(value_type = String, nullable = false, min_length = 10, max_length = 20)]
    pub(super) recovery_code: Option<SecretString>,
}

/// What stays signed in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshIn {
    /// The refresh token of the answer before.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub(super) refresh_token: SecretString,
}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
pub(super) struct TokensOut {
    /// For `Authorization: Bearer`.
    #[serde(serialize_with = "shown_once")]
    #[schema(value_type = String)]
    pub(super) access_token: SecretString,
    /// Seconds for which the access token holds.
    #[schema(minimum = 1, example = 600)]
    pub(super) expires_in: i64,
    /// For `POST /v1/sessions/refresh`, once. It holds for fourteen days.
    #[serde(serialize_with = "shown_once")]
    #[schema(value_type = String)]
    pub(super) refresh_token: SecretString,
}

/// A session: one device that is signed in. Which device it is, and where, is not kept.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionOut {
    /// Identifier.
    #[schema(value_type = uuid::Uuid)]
    id: SessionId,
    /// Whether it is the one that asks.
    current: bool,
    /// Whether it began with a second factor.
    second_factor: bool,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was last refreshed.
    refreshed_at: DateTime<Utc>,
    /// When it ends unless it is refreshed before.
    expires_at: DateTime<Utc>,
}

impl SessionOut {
    pub(super) fn new(row: session::Model, current: SessionId) -> Self {
        let expires_at = access::session_end(&row);
        let session::Model {
            id,
            account_id: _,
            token_hash: _,
            previous_hash: _,
            second_factor,
            created_at,
            refreshed_at,
        } = row;
        Self { id, current: id == current, second_factor, created_at, refreshed_at, expires_at }
    }
}

/// A page of sessions.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct SessionPage {
    /// The sessions.
    items: Vec<SessionOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which session.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SessionPath {
    /// The session.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = uuid::Uuid)]
    pub(super) session_id: uuid::Uuid,
}

/// Writes a secret into the one answer that it is meant for.
fn shown_once<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}
