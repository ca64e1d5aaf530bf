//! That a webhook is to be told something, or was.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::WebhookId;
use crate::webhook_endpoint::WebhookType;

crate::text_enum! {
    /// How far a delivery is.
    WebhookDeliveryStatus {
        /// To be attempted, or attempted again.
        Waiting = "waiting",
        /// The other side took it.
        Delivered = "delivered",
        /// It was attempted for the last time.
        Failed = "failed",
        /// What it tells of was withdrawn before it could be delivered.
        Dropped = "dropped",
    }
}

/// A row of `webhook_delivery`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// The webhook.
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint_id: WebhookId,
    /// The message: the fact. It is sent as `webhook-id`, the same at every attempt.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: Uuid,
    /// What happened; nothing, if it is a challenge.
    pub kind: Option<WebhookType>,
    /// To which record; the webhook itself, if it is a challenge.
    pub record_id: Uuid,
    /// The version of the record then.
    pub record_version: i64,
    /// When it happened.
    pub happened_at: DateTimeUtc,
    /// The number of the fact: what happened first is delivered first. 0 for a challenge.
    pub fact_seq: i64,
    /// How far it is.
    pub state: WebhookDeliveryStatus,
    /// How often it was attempted since it was last asked for.
    pub attempts: i32,
    /// When it may be attempted.
    pub due_at: DateTimeUtc,
    /// When it was last attempted.
    pub tried_at: Option<DateTimeUtc>,
    /// How long that took, in milliseconds.
    pub took_ms: Option<i32>,
    /// The status that was answered then.
    pub status: Option<i32>,
    /// Why that failed, a word.
    pub reason: Option<String>,
    /// When it was first asked for.
    pub created_at: DateTimeUtc,
    /// When it was delivered, given up or dropped.
    pub ended_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
