//! What callers send and read, and what webhooks are sent.

use ::entity::ids::{OrganisationId, WebhookId};
use ::entity::watch::WatchFilter;
use ::entity::webhook_delivery::{Model as Delivery, WebhookDeliveryStatus};
use ::entity::webhook_endpoint::{Model, WebhookDisabledBecause, WebhookStatus, WebhookType};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::rules;
use crate::http::patch::clearable;
use crate::rooms::records::Links;
use crate::rooms::watches::WatchFilterPatch;

/// The type of a challenge.
pub(super) const VERIFICATION: &str = "webhook.verification";

/// A webhook that is to be made.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookIn {
    /// Where deliveries are sent: `https`, on the public internet, on port 443 or 8443. No user, password or fragment.
    #[schema(
        min_length = 1,
        max_length = 2000,
        format = "uri",
        example = "https://partner.example.org/solidarity"
    )]
    pub(super) url: String,
    /// What it is told of.
    #[schema(min_items = 1, max_items = 40)]
    pub(super) types: Vec<WebhookType>,
    /// Of which public documents, of all if it is left out. What is withdrawn is told whatever it was.
    #[serde(default)]
    pub(super) filter: Option<WatchFilter>,
    /// Whose it is. Admins name it; a key's is its own organisation's.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) organisation: Option<Uuid>,
}

/// An edit of a webhook: what is left out stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookPatch {
    /// Where deliveries are sent from now on; it is verified anew.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 2000, format = "uri")]
    pub(super) url: Option<String>,
    /// What it is told of from now on.
    #[serde(default)]
    #[schema(nullable = false, min_items = 1, max_items = 40)]
    pub(super) types: Option<Vec<WebhookType>>,
    /// Of which public documents; `null`: of all.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<WatchFilterPatch>)]
    pub(super) filter: Option<Option<WatchFilterPatch>>,
}

/// How a webhook gets a new secret.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookRotateIn {
    /// For how many hours deliveries are signed with the secret before, too; with 0 that ends at once.
    #[serde(default = "day")]
    #[schema(default = 24, minimum = 0, maximum = 168)]
    pub(super) overlap_hours: u16,
}

const fn day() -> u16 {
    24
}

/// From when on everything is told again.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookReplayIn {
    /// What happened from then on. It is known for thirty days.
    pub(super) since: DateTime<Utc>,
}

/// A webhook, without its secret.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookOut {
    /// Identifier.
    id: WebhookId,
    /// Whose it is.
    organisation: OrganisationId,
    /// Where deliveries are sent.
    url: String,
    /// What it is told of.
    types: Vec<WebhookType>,
    /// Of which public documents; `null`: of all.
    #[schema(required = true)]
    filter: Option<WatchFilter>,
    /// Where it stands.
    status: WebhookStatus,
    /// Why it is disabled, if it is.
    #[schema(required = true)]
    disabled_because: Option<WebhookDisabledBecause>,
    /// When its address last answered a challenge.
    #[schema(required = true)]
    verified_at: Option<DateTime<Utc>>,
    /// When something was last delivered.
    #[schema(required = true)]
    delivered_at: Option<DateTime<Utc>>,
    /// Since when nothing could be, if the last attempt failed. After five days it is disabled.
    #[schema(required = true)]
    failing_since: Option<DateTime<Utc>>,
    /// Why that attempt failed, a word.
    #[schema(required = true)]
    failed_because: Option<String>,
    /// Until when deliveries are signed with the secret before, too.
    #[schema(required = true)]
    overlap_until: Option<DateTime<Utc>>,
    /// Whether it is still being told again what it asked for.
    replaying: bool,
    /// What can be done now, as the last segments of the addresses.
    allowed: &'static [&'static str],
    /// Grows by one with every change, but for what deliveries change; the `ETag` is made of it.
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    /// Where it is.
    links: Links,
}

impl WebhookOut {
    pub(super) fn new(row: Model, now: DateTime<Utc>) -> Self {
        let (allowed, overlap_until) = (rules::allowed(&row), rules::overlap(&row, now));
        let Model {
            id,
            organisation_id,
            url,
            kinds,
            filter,
            state,
            disabled_because,
            sealed_secret: _,
            sealed_previous: _,
            previous_until: _,
            verified_at,
            delivered_at,
            failing_since,
            failed_because,
            busy_until: _,
            replay_after,
            replay_until: _,
            created_by: _,
            version,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            organisation: organisation_id,
            url,
            types: kinds.0,
            filter,
            status: state,
            disabled_because,
            verified_at,
            delivered_at,
            failing_since,
            failed_because,
            overlap_until,
            replaying: replay_after.is_some(),
            allowed,
            version,
            created_at,
            updated_at,
            links: Links::to(address(id)),
        }
    }
}

/// Where a webhook is.
pub(super) fn address(id: WebhookId) -> String {
    format!("/v1/webhooks/{id}")
}

/// A webhook with a secret that is told once.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookMade {
    #[serde(flatten)]
    webhook: WebhookOut,
    /// What deliveries are signed with (Standard Webhooks). It is told once, here.
    #[serde(serialize_with = "told_once")]
    #[schema(value_type = String, example = "whsec_…")]
    secret: SecretString,
}

impl WebhookMade {
    pub(super) fn new(webhook: WebhookOut, secret: SecretString) -> Self {
        Self { webhook, secret }
    }
}

fn told_once<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// A page of webhooks.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct WebhookPage {
    /// The webhooks.
    items: Vec<WebhookOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// That a webhook is to be told something, or was.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookDeliveryOut {
    /// Identifier: what is sent as `webhook-id`, the same at every attempt.
    id: Uuid,
    /// What happened, or `webhook.verification`.
    #[serde(rename = "type")]
    #[schema(example = "quote.withdrawn")]
    kind: &'static str,
    /// To which record; `null` for a challenge.
    #[schema(required = true)]
    record: Option<Uuid>,
    /// When it happened.
    happened_at: DateTime<Utc>,
    /// How far it is.
    status: WebhookDeliveryStatus,
    /// How often it was attempted since it was last asked for.
    attempts: i32,
    /// When it is attempted next, while it waits.
    #[schema(required = true)]
    next_attempt_at: Option<DateTime<Utc>>,
    /// When it was last attempted.
    #[schema(required = true)]
    attempted_at: Option<DateTime<Utc>>,
    /// How many milliseconds that took.
    #[schema(required = true)]
    took_ms: Option<i32>,
    /// The HTTP status that was answered then.
    #[schema(required = true)]
    http_status: Option<i32>,
    /// Why that failed, a word.
    #[schema(required = true)]
    reason: Option<String>,
    /// When it was delivered, given up or dropped.
    #[schema(required = true)]
    ended_at: Option<DateTime<Utc>>,
    /// What can be done now, as the last segments of the addresses.
    allowed: &'static [&'static str],
}

impl From<Delivery> for WebhookDeliveryOut {
    fn from(row: Delivery) -> Self {
        let allowed = rules::allowed_of_delivery(&row);
        let Delivery {
            endpoint_id: _,
            message_id,
            kind,
            record_id,
            record_version: _,
            happened_at,
            fact_seq: _,
            state,
            attempts,
            due_at,
            tried_at,
            took_ms,
            status,
            reason,
            created_at: _,
            ended_at,
        } = row;
        Self {
            id: message_id,
            kind: kind.map_or(VERIFICATION, WebhookType::as_str),
            record: kind.map(|_| record_id),
            happened_at,
            status: state,
            attempts,
            next_attempt_at: (state == WebhookDeliveryStatus::Waiting).then_some(due_at),
            attempted_at: tried_at,
            took_ms,
            http_status: status,
            reason,
            ended_at,
            allowed,
        }
    }
}

/// A page of deliveries.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct WebhookDeliveryPage {
    /// The deliveries.
    items: Vec<WebhookDeliveryOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// That something happened: what, to which record, and where that is read. Never what is in it.
#[derive(Serialize, ToSchema)]
pub struct WebhookEvent {
    /// What happened.
    #[serde(rename = "type")]
    pub(super) kind: WebhookType,
    /// When.
    pub(super) timestamp: DateTime<Utc>,
    /// To which record.
    pub(super) data: WebhookEventData,
}

/// Which record.
#[derive(Serialize, ToSchema)]
pub struct WebhookEventData {
    /// Its identifier.
    pub(super) id: Uuid,
    /// Its version then.
    pub(super) version: i64,
    /// Where it is read. What was withdrawn answers 410 or 404 there.
    #[schema(example = "https://gallery.example.org/v1/gallery/quotes/8f14e45f-ceea-467f-ab1c-0a1b2c3d4e5f")]
    pub(super) url: String,
}

/// Asks whoever is at the address of a webhook whether it wants to be told: answered 200 with `{"challenge": …}`.
#[derive(Serialize, ToSchema)]
pub struct WebhookVerification {
    /// `webhook.verification`.
    #[serde(rename = "type")]
    #[schema(example = "webhook.verification")]
    pub(super) kind: &'static str,
    /// When it was asked.
    pub(super) timestamp: DateTime<Utc>,
    /// What is to be answered.
    pub(super) data: WebhookChallenge,
}

/// A challenge, and the answer to it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct WebhookChallenge {
    /// What is to be answered.
    pub(super) challenge: String,
}

/// What is searched for among webhooks.
#[derive(Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WebhookFilter {
    /// Whose they are.
    #[param(nullable = false)]
    pub(super) organisation: Option<Uuid>,
    /// Where they stand.
    #[serde(default)]
    #[param(style = Form, explode = false, max_items = 3)]
    pub(super) status: Vec<WebhookStatus>,
}

/// What is searched for among deliveries.
#[derive(Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WebhookDeliveryFilter {
    /// How far they are.
    #[serde(default)]
    #[param(style = Form, explode = false, max_items = 4)]
    pub(super) status: Vec<WebhookDeliveryStatus>,
    /// What they tell.
    #[serde(default, rename = "type")]
    #[param(style = Form, explode = false, max_items = 40)]
    pub(super) kind: Vec<WebhookType>,
}

/// Which webhook.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WebhookPath {
    /// The webhook.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) webhook_id: Uuid,
}

/// Which delivery.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WebhookDeliveryPath {
    /// The webhook.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) webhook_id: Uuid,
    /// The delivery: its `webhook-id`.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) delivery_id: Uuid,
}
