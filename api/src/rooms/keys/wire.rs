//! What callers send and read about keys.

use ::entity::api_key::{ApiScope, Model};
use ::entity::ids::{ApiKeyId, OrganisationId};
use chrono::{DateTime, NaiveDate, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::rules;

/// A key that is to be given out.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyIn {
    /// What it is called, to be told from others.
    #[schema(max_length = 200, pattern = r"\S", example = "Registration desk in Juba")]
    pub(super) name: String,
    /// What it is good for: no more than it needs.
    #[schema(min_items = 1, max_items = 15)]
    pub(super) scopes: Vec<ApiScope>,
    /// From when on it works no more: in a year if not said, in two years at most.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) expires_at: Option<DateTime<Utc>>,
    /// The networks it may be used from (CIDR), or single addresses; from everywhere if there are none.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["192.0.2.0/24", "2001:db8::/32"]))]
    pub(super) addresses: Vec<KeyNetwork>,
}

/// A network (CIDR) or a single address.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(min_length = 2, max_length = 43, example = "192.0.2.0/24")]
pub(super) struct KeyNetwork(pub(super) String);

/// How a key gets a new secret.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyRotateIn {
    /// For how many hours the secret before works on; with 0 it ends at once, and so does one that is still in its last hours.
    #[serde(default = "day")]
    #[schema(default = 24, minimum = 0, maximum = 168)]
    pub(super) overlap_hours: u16,
}

const fn day() -> u16 {
    24
}

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum KeyStatus {
    /// It works, unless its organisation is suspended.
    Active,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

/// A key, without its secret.
#[derive(Serialize, ToSchema)]
pub(super) struct KeyOut {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: ApiKeyId,
    /// The organisation for which it acts.
    #[schema(value_type = Uuid)]
    organisation: OrganisationId,
    /// What it is called.
    name: String,
    /// What it is good for.
    scopes: Vec<ApiScope>,
    /// The networks it may be used from (CIDR); from everywhere if there are none.
    addresses: Vec<String>,
    /// Where it stands.
    status: KeyStatus,
    /// From when on it works no more.
    expires_at: DateTime<Utc>,
    /// Until when the secret before the last rotation works, if it still does.
    #[schema(required = true)]
    overlap_until: Option<DateTime<Utc>>,
    /// When a secret of it that still works turned up in the address of a request, where logs may hold it: rotate it.
    #[schema(required = true)]
    exposed_at: Option<DateTime<Utc>>,
    /// The last day on which it was used (UTC).
    #[schema(required = true)]
    used_on: Option<NaiveDate>,
    /// When it was taken back.
    #[schema(required = true)]
    revoked_at: Option<DateTime<Utc>>,
    /// What can be done now, as the last segments of the addresses.
    allowed: &'static [&'static str],
    /// Grows by one with every change; the `ETag` is made of it.
    version: i64,
    /// When it was given out.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

impl KeyOut {
    pub(super) fn new(row: Model, now: DateTime<Utc>) -> Self {
        let (status, allowed) = (rules::status(&row, now), rules::allowed(&row, now));
        let overlap_until = rules::overlap(&row, now);
        let Model {
            id,
            organisation_id,
            name,
            scopes,
            addresses,
            secret_hash: _,
            exposed_at,
            previous_hash: _,
            previous_until: _,
            previous_exposed_at,
            expires_at,
            used_on,
            revoked_at,
            created_by: _,
            version,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            organisation: organisation_id,
            name,
            scopes: scopes.0,
            addresses: addresses.0,
            status,
            expires_at,
            overlap_until,
            exposed_at: exposed_at.or(previous_exposed_at.filter(|_| overlap_until.is_some())),
            used_on,
            revoked_at,
            allowed,
            version,
            created_at,
            updated_at,
        }
    }
}

/// A key with a secret that is told once.
#[derive(Serialize, ToSchema)]
pub(super) struct KeyMade {
    #[serde(flatten)]
    key: KeyOut,
    /// What its systems send as `Authorization: Bearer` or `X-API-Key`. It is told once, here.
    #[serde(serialize_with = "told_once")]
    #[schema(value_type = String, example = "sol_live_…")]
    secret: SecretString,
}

impl KeyMade {
    pub(super) fn new(key: KeyOut, secret: SecretString) -> Self {
        Self { key, secret }
    }
}

fn told_once<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// A page of keys.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct KeyPage {
    /// The keys.
    items: Vec<KeyOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Whose keys.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct KeysPath {
    /// The organisation.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) organisation_id: Uuid,
}

/// Which key.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct KeyPath {
    /// The organisation.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) organisation_id: Uuid,
    /// The key.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) key_id: Uuid,
}
