//! What callers send and read.

use ::entity::ids::AccountId;
use ::entity::kinds::{Precision, Risk};
use ::entity::proposal::{Guarded, Model, ProposalStatus, ProposalSubject};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::rules;
use crate::http::json::fault;
use crate::problem::Problem;
use crate::rooms::bundle::CountryCode;
use crate::rooms::records::Links;

/// Something that takes a second person.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProposalIn {
    /// What is to change.
    pub(super) subject: ProposalSubject,
    /// Which event or initiative.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) id: Option<Uuid>,
    /// Which country.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) country: Option<CountryCode>,
    /// What it is to be.
    pub(super) changes: ProposalChanges,
    /// Why. The second person reads it; it is kept sealed and not published.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub(super) reason: String,
}

/// What is to be. At least one of them.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProposalChanges {
    /// A lower risk, of an event or country.
    #[serde(default)]
    #[schema(nullable = false)]
    risk: Option<Risk>,
    /// A finer place, of an event or initiative.
    #[serde(default)]
    #[schema(nullable = false)]
    public_precision: Option<Precision>,
    /// `false` ends the lockdown of an event or of the campaign.
    #[serde(default)]
    #[schema(nullable = false)]
    locked_down: Option<bool>,
}

impl ProposalIn {
    pub(super) fn after(&self) -> Guarded {
        let ProposalChanges { risk, public_precision, locked_down } = self.changes;
        Guarded { risk, public_precision, locked_down }
    }

    /// The record that it names.
    pub(super) fn id_of(&self) -> Result<Uuid, Problem> {
        self.id.ok_or_else(|| Problem::invalid_body(vec![fault("/id", "required", "must name the record")]))
    }
}

/// Something that takes a second person.
#[derive(Serialize, ToSchema)]
pub struct ProposalOut {
    /// Identifier.
    id: Uuid,
    /// What would change.
    subject: ProposalSubject,
    /// The event or initiative.
    record: Option<Uuid>,
    /// The country (ISO 3166-1 alpha-2).
    country: Option<String>,
    /// What would be different.
    changes: Vec<ProposalChange>,
    /// The version of the record that it was proposed about; if it is another one by then, it cannot be approved.
    record_version: i64,
    /// Why, in the words of whoever proposed it.
    reason: Option<String>,
    /// Where it stands.
    status: ProposalStatus,
    /// The account that proposed it.
    proposed_by: AccountId,
    /// Until when it can be approved.
    expires_at: DateTime<Utc>,
    /// The account that decided.
    decided_by: Option<AccountId>,
    /// When it was decided or taken back.
    decided_at: Option<DateTime<Utc>>,
    /// Grows by one with every change; the `ETag` is made of it.
    version: i64,
    /// When it was proposed.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    links: Links,
}

/// One member that would be different.
#[derive(Serialize, ToSchema)]
pub struct ProposalChange {
    /// Which one: `risk`, `public_precision` or `locked_down`.
    member: &'static str,
    /// What it was when this was proposed.
    from: ProposalValue,
    /// What it would be.
    to: ProposalValue,
}

/// A value of a member.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum ProposalValue {
    Word(&'static str),
    Flag(bool),
}

fn changes(before: &Guarded, after: &Guarded) -> Vec<ProposalChange> {
    let word = |member, from, to| ProposalChange {
        member,
        from: ProposalValue::Word(from),
        to: ProposalValue::Word(to),
    };
    let risk = before.risk.zip(after.risk).map(|(from, to)| word("risk", from.as_str(), to.as_str()));
    let precision = before.public_precision.zip(after.public_precision);
    let precision = precision.map(|(from, to)| word("public_precision", from.as_str(), to.as_str()));
    let locked = before.locked_down.zip(after.locked_down).map(|(from, to)| ProposalChange {
        member: "locked_down",
        from: ProposalValue::Flag(from),
        to: ProposalValue::Flag(to),
    });
    [risk, precision, locked].into_iter().flatten().collect()
}

impl ProposalOut {
    pub(super) fn new(row: Model, reason: Option<String>, now: DateTime<Utc>) -> Self {
        let status = rules::status(&row, now);
        let Model {
            id,
            subject,
            record_id,
            country,
            record_version,
            before,
            after,
            sealed_reason: _,
            status: _,
            proposed_by,
            decided_by,
            decided_at,
            expires_at,
            version,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            subject,
            record: record_id,
            country,
            changes: changes(&before, &after),
            record_version,
            reason,
            status,
            proposed_by,
            expires_at,
            decided_by,
            decided_at,
            version,
            created_at,
            updated_at,
            links: Links::to(path(id)),
        }
    }

    /// Where it is.
    pub fn address(&self) -> String {
        path(self.id)
    }
}

/// The address of a proposal.
pub(super) fn path(id: Uuid) -> String {
    format!("/v1/proposals/{id}")
}

/// A page of proposals.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct ProposalPage {
    /// The proposals.
    items: Vec<ProposalOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which proposal.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ProposalPath {
    /// The proposal.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) proposal_id: Uuid,
}

/// Which proposals are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ProposalFilter {
    /// States, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 5)]
    pub(super) status: Vec<ProposalStatus>,
}
