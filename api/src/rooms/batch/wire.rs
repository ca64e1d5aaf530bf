//! What goes over the wire.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Calls, in the order in which they are to be done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchIn {
    /// The calls.
    #[schema(min_items = 1, max_items = 100)]
    pub(super) items: Vec<BatchItem>,
}

/// A call. `{id}` in `path`, `if_match` and `authorization`, and `{"$from": "id"}` as a value in `body`, stand for what the earlier
/// item of this id was answered: its `id`, in `if_match` its `ETag`. `{id#/a/b}` and `{"$from": "id#/a/b"}` stand for another member
/// of that answer (RFC 6901).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchItem {
    /// An id of the client's making, new for every new call, such as a UUID: it is the call's `Idempotency-Key`. No two items
    /// of a batch have the same.
    #[schema(
        max_length = 64,
        pattern = "^[A-Za-z0-9_-]{1,64}$",
        example = "0b5c3c0e-6d0f-4a51-9f0b-3f1e2d7c9a84"
    )]
    pub(super) id: String,
    /// The method.
    pub(super) method: BatchMethod,
    /// The path, without a query. Batches, sessions, invitations, password resets, imports and exports are asked for alone.
    #[schema(
        max_length = 300,
        pattern = r"^/v1/[a-z-]+(/([A-Za-z0-9_.-]+|\{[A-Za-z0-9_-]{1,64}(#(/[A-Za-z0-9_-]+)+)?\}))*$",
        example = "/v1/quotes"
    )]
    pub(super) path: String,
    /// `If-Match`.
    #[serde(default)]
    #[schema(nullable = false, max_length = 200, pattern = "^[ -~]+$", example = "\"1\"")]
    pub(super) if_match: Option<String>,
    /// The token for this call (`Authorization: Bearer`), such as a manage token. Without one it has the batch's credentials.
    #[serde(default)]
    #[schema(nullable = false, value_type = Option<String>, max_length = 4096, pattern = "^[!-~]+$")]
    pub(super) authorization: Option<SecretString>,
    /// The body.
    #[serde(default)]
    #[schema(nullable = false, value_type = Option<BTreeMap<String, Value>>)]
    pub(super) body: Option<Map<String, Value>>,
}

/// How something is called in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum BatchMethod {
    /// POST.
    Post,
    /// PATCH.
    Patch,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
}

/// What became of each call, in their order.
#[derive(Serialize, ToSchema)]
pub(super) struct BatchOut {
    /// The verdicts.
    pub(super) items: Vec<BatchVerdict>,
}

/// What a call was answered.
#[derive(Serialize, ToSchema)]
pub(super) struct BatchVerdict {
    /// The item's id.
    pub(super) id: String,
    /// The status.
    #[schema(minimum = 200, maximum = 599, example = 201)]
    pub(super) status: u16,
    /// `Location`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) location: Option<String>,
    /// `ETag`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) etag: Option<String>,
    /// `Idempotent-Replayed`: it was done before, and this is what was answered then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub(super) replayed: bool,
    /// `Retry-After`: seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub(super) retry_after: Option<u32>,
    /// The body, a problem document if it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<BTreeMap<String, Value>>)]
    pub(super) body: Option<Value>,
}

impl BatchVerdict {
    /// Whether it was done.
    pub(super) const fn succeeded(&self) -> bool {
        self.status < 300
    }
}
