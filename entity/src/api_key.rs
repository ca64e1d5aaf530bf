//! A key with which a partner organisation's own systems ask. Of its secret only a keyed hash is kept.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Relation;
use crate::ids::{AccountId, ApiKeyId, OrganisationId};
use crate::values::Texts;

crate::text_enum! {
    /// What a key is good for. The list is closed.
    ApiScope {
        /// Read its events and series.
        EventsRead = "events:read",
        /// Record and edit its events and series, and submit them for review.
        EventsWrite = "events:write",
        /// Read registrations for its events, and people it recorded.
        RegistrationsRead = "registrations:read",
        /// Register people, decide about registrations for its events, and record people.
        RegistrationsWrite = "registrations:write",
        /// Read its outcomes and stories.
        OutcomesRead = "outcomes:read",
        /// Record, edit and withdraw its outcomes and stories.
        OutcomesWrite = "outcomes:write",
        /// Read its quotes.
        QuotesRead = "quotes:read",
        /// Record, edit and withdraw its quotes.
        QuotesWrite = "quotes:write",
        /// Read its initiatives and its own page.
        InitiativesRead = "initiatives:read",
        /// Record and edit its initiatives, and its own page.
        InitiativesWrite = "initiatives:write",
        /// Ask for a place on the map.
        SubmissionsWrite = "submissions:write",
        /// Read what changed.
        ChangesRead = "changes:read",
        /// Manage its webhooks.
        WebhooksManage = "webhooks:manage",
        /// Push its records in bulk.
        ImportsWrite = "imports:write",
        /// Read what was learned across countries.
        InsightsRead = "insights:read",
    }
}

/// What a key is good for, as a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct ApiScopes(pub Vec<ApiScope>);

/// A row of `api_key`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    /// The organisation that it acts for.
    pub organisation_id: OrganisationId,
    /// What its admins call it.
    pub name: String,
    /// What it is good for.
    #[sea_orm(column_type = "JsonBinary")]
    pub scopes: ApiScopes,
    /// The networks it may ask from (CIDR); from everywhere if there are none.
    #[sea_orm(column_type = "JsonBinary")]
    pub addresses: Texts,
    /// Keyed hash of the newest secret.
    pub secret_hash: Vec<u8>,
    /// When that secret turned up in an address, where logs may have kept it.
    pub exposed_at: Option<DateTimeUtc>,
    /// Keyed hash of the secret before, while it still works.
    pub previous_hash: Option<Vec<u8>>,
    /// Until when it does.
    pub previous_until: Option<DateTimeUtc>,
    /// When that one turned up in an address.
    pub previous_exposed_at: Option<DateTimeUtc>,
    /// From when on none works.
    pub expires_at: DateTimeUtc,
    /// The last day on which it was used (UTC).
    pub used_on: Option<Date>,
    /// When it was taken back; this is final.
    pub revoked_at: Option<DateTimeUtc>,
    /// The account that made it.
    pub created_by: Option<AccountId>,
    /// Grows by one with every change, but for its use.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it last changed, but for its use.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
