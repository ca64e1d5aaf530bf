//! Where a partner organisation's own systems are told that something happened. Its secret is sealed, since we sign with it.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Relation;
use crate::ids::{AccountId, OrganisationId, WebhookId};
use crate::watch::WatchFilter;

crate::text_enum! {
    /// What happened. More are added: leave those alone that you do not know.
    WebhookType {
        /// An event is public.
        EventPublished = "event.published",
        /// A public event takes place at another time.
        EventRescheduled = "event.rescheduled",
        /// A public event will not take place.
        EventCancelled = "event.cancelled",
        /// A public event took place.
        EventHeld = "event.held",
        /// An event is public no more.
        EventWithdrawn = "event.withdrawn",
        /// An initiative is on the map.
        InitiativePublished = "initiative.published",
        /// An initiative is on the map no more.
        InitiativeArchived = "initiative.archived",
        /// A submission of the organisation's has arrived.
        SubmissionReceived = "submission.received",
        /// A submission of the organisation's was approved.
        SubmissionApproved = "submission.approved",
        /// A submission of the organisation's was turned down.
        SubmissionRejected = "submission.rejected",
        /// Somebody has a seat at an event of the organisation's.
        RegistrationConfirmed = "registration.confirmed",
        /// Somebody's seat at an event of the organisation's was given back.
        RegistrationCancelled = "registration.cancelled",
        /// An outcome is public.
        OutcomePublished = "outcome.published",
        /// An outcome is public no more.
        OutcomeWithdrawn = "outcome.withdrawn",
        /// A commitment of the organisation's has changed.
        CommitmentUpdated = "commitment.updated",
        /// A quote is public.
        QuotePublished = "quote.published",
        /// A quote is public no more: take it back on your side, and say so at `/v1/withdrawals/{id}/ack`.
        QuoteWithdrawn = "quote.withdrawn",
        /// A story is public.
        StoryPublished = "story.published",
        /// A story is public no more.
        StoryWithdrawn = "story.withdrawn",
        /// Somebody whom the organisation recorded was erased.
        PersonErased = "person.erased",
    }
}

crate::text_enum! {
    /// Where a webhook stands.
    WebhookStatus {
        /// Nobody at its address has answered the challenge yet: it is sent nothing else.
        Pending = "pending",
        /// It is told what happens.
        Active = "active",
        /// It is told nothing.
        Disabled = "disabled",
    }
}

crate::text_enum! {
    /// Why a webhook is told nothing.
    WebhookDisabledBecause {
        /// Somebody asked for it.
        Asked = "asked",
        /// Its address answered that it is gone (410).
        Gone = "gone",
        /// Nothing could be delivered for days.
        Failing = "failing",
    }
}

/// What a webhook is told of, each once, in the order of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct WebhookTypes(pub Vec<WebhookType>);

/// A row of `webhook_endpoint`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookId,
    /// The organisation that is told.
    pub organisation_id: OrganisationId,
    /// Where.
    pub url: String,
    /// What of.
    #[sea_orm(column_type = "JsonBinary")]
    pub kinds: WebhookTypes,
    /// Of which public documents; of all, if none is given.
    #[sea_orm(column_type = "JsonBinary")]
    pub filter: Option<WatchFilter>,
    /// Where it stands.
    pub state: WebhookStatus,
    /// Why it is disabled, if it is.
    pub disabled_because: Option<WebhookDisabledBecause>,
    /// What deliveries are signed with.
    pub sealed_secret: Vec<u8>,
    /// The secret before, while deliveries are signed with that too.
    pub sealed_previous: Option<Vec<u8>>,
    /// Until when they are.
    pub previous_until: Option<DateTimeUtc>,
    /// When its address last answered a challenge rightly.
    pub verified_at: Option<DateTimeUtc>,
    /// When something was last delivered.
    pub delivered_at: Option<DateTimeUtc>,
    /// Since when nothing could be, if the last attempt failed.
    pub failing_since: Option<DateTimeUtc>,
    /// Why that failed, a word.
    pub failed_because: Option<String>,
    /// While somebody delivers to it, when they are given up; afterwards when they ended.
    pub busy_until: DateTimeUtc,
    /// Facts after this number are told again, up to the next one.
    pub replay_after: Option<i64>,
    /// The number of the last fact that is told again.
    pub replay_until: Option<i64>,
    /// The account that made it, if one did.
    pub created_by: Option<AccountId>,
    /// Grows by one with every change, but for what deliveries change.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it last changed, but for what deliveries change.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
