//! A newcomer's request to be on the map. All that could tell who asks, or for what, is sealed under a key of its own.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, InitiativeId, SubmissionId};

crate::text_enum! {
    /// What a submission asks for.
    SubmissionKind {
        /// A new initiative.
        Initiative = "initiative",
        /// To take over an initiative that is on the map.
        Claim = "claim",
        /// To change an initiative that is on the map.
        Change = "change",
    }
}

crate::text_enum! {
    /// Where a submission stands.
    SubmissionStatus {
        /// It has arrived.
        Received = "received",
        /// Somebody is reviewing it, or it came back from the submitter.
        InReview = "in_review",
        /// It waits for the submitter.
        ChangesRequested = "changes_requested",
        /// It is on the map.
        Approved = "approved",
        /// It was turned down; the submitter knows why.
        Rejected = "rejected",
        /// It asks for what is there already, or was asked for before.
        Duplicate = "duplicate",
        /// It asks for nothing.
        Spam = "spam",
        /// The submitter took it back.
        Withdrawn = "withdrawn",
    }
}

crate::text_enum! {
    /// Why a submission was turned down.
    RejectionReason {
        /// It is not what this map is for.
        OutOfScope = "out_of_scope",
        /// Being on the map would endanger somebody.
        Unsafe = "unsafe",
        /// Nobody could find out whether it is so.
        Unverifiable = "unverifiable",
        /// Too much is missing, and no answer came.
        Incomplete = "incomplete",
        /// Something else, which the message tells.
        Other = "other",
    }
}

/// A row of `submission`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "submission")]
pub struct Model {
    /// Identifier (UUIDv7): a later one was sent later.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubmissionId,
    /// What it asks for.
    pub kind: SubmissionKind,
    /// The initiative that it claims or would change.
    pub about: Option<InitiativeId>,
    /// Where it stands.
    pub status: SubmissionStatus,
    /// Keyed hash of the tracking token; none once it no longer opens anything.
    pub token_hash: Option<Vec<u8>>,
    /// The account that sent it, if one did.
    pub submitted_by: Option<AccountId>,
    /// The country it asks for (ISO 3166-1 alpha-2); `ZZ` for an entry that spans countries.
    pub country: String,
    /// The language of the letters (BCP 47).
    pub language: String,
    /// What is asked to be on the map or changed there, sealed, and of a claim an empty object; none once it was erased.
    pub sealed_initiative: Option<Vec<u8>>,
    /// Who asks, sealed; none once it was erased.
    pub sealed_submitter: Option<Vec<u8>>,
    /// The e-mail address, sealed; none if there is none or it was erased.
    pub sealed_email: Option<Vec<u8>>,
    /// Keyed hash of that address, by which whoever lost the token finds it; none once it was erased.
    pub email_hash: Option<Vec<u8>>,
    /// Who is reviewing it.
    pub claimed_by: Option<AccountId>,
    /// Until when nobody else decides.
    pub claimed_until: Option<DateTimeUtc>,
    /// Who decided; nobody if the submitter took it back.
    pub decided_by: Option<AccountId>,
    /// When that was.
    pub closed_at: Option<DateTimeUtc>,
    /// Why it was turned down.
    pub reason_code: Option<RejectionReason>,
    /// What it became, or what was there already.
    pub initiative_id: Option<InitiativeId>,
    /// The earlier submission that asks for the same.
    pub duplicate_of: Option<SubmissionId>,
    /// When what told of people was erased.
    pub erased_at: Option<DateTimeUtc>,
    /// Grows by one with every change.
    pub version: i64,
    /// When it arrived.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
