//! What one person proposes and another has to approve.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::AccountId;
use crate::kinds::{Precision, Risk};

crate::text_enum! {
    /// What would change.
    ProposalSubject {
        /// An event.
        Event = "event",
        /// An initiative.
        Initiative = "initiative",
        /// The risk of a country.
        Country = "country",
        /// The lockdown of the whole gallery.
        Campaign = "campaign",
    }
}

crate::text_enum! {
    /// Where a proposal stands.
    ProposalStatus {
        /// Waits for a second person.
        Open = "open",
        /// A second person approved it, and it was done.
        Approved = "approved",
        /// A second person turned it down.
        Rejected = "rejected",
        /// Whoever made it took it back.
        Withdrawn = "withdrawn",
        /// Nobody decided in time.
        Expired = "expired",
    }
}

/// The members that a second person decides about, before or after.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    sea_orm::FromJsonQueryResult,
)]
pub struct Guarded {
    /// How dangerous it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// How finely the place is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_precision: Option<Precision>,
    /// Whether it is locked down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_down: Option<bool>,
}

/// A row of `proposal`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "proposal")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What would change.
    pub subject: ProposalSubject,
    /// The event or initiative.
    pub record_id: Option<Uuid>,
    /// The country (ISO 3166-1 alpha-2).
    pub country: Option<String>,
    /// The version of what would change when it was proposed.
    pub record_version: i64,
    /// What it was then.
    #[sea_orm(column_type = "JsonBinary")]
    pub before: Guarded,
    /// What it would be.
    #[sea_orm(column_type = "JsonBinary")]
    pub after: Guarded,
    /// Why, in the words of whoever proposed it, sealed.
    pub sealed_reason: Option<Vec<u8>>,
    /// Where it stands.
    pub status: ProposalStatus,
    /// Who proposed it.
    pub proposed_by: AccountId,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// When it was decided, taken back or over.
    pub decided_at: Option<DateTimeUtc>,
    /// Until when it can be approved.
    pub expires_at: DateTimeUtc,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
