//! What callers send and read.

use ::entity::ids::AccountId;
use ::entity::report::{Model, ReportOutcome, ReportReason, ReportStatus, ReportedKind};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::rooms::records::Links;

/// Something in the gallery that somebody should look at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportIn {
    /// What kind of item it is.
    pub(super) kind: ReportedKind,
    /// Which item.
    pub(super) id: Uuid,
    /// `mine`: it is about me. `danger`: it endangers somebody. `wrong`: it is wrong.
    pub(super) reason: ReportReason,
    /// What else there is to know. It is sealed, and read by moderators alone.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 4000, pattern = r"\S")]
    pub(super) text: Option<String>,
}

/// How a report is closed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportCloseIn {
    /// What came of it.
    pub(super) outcome: ReportOutcome,
    /// What whoever reads it later should know. It is sealed.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 4000, pattern = r"\S")]
    pub(super) note: Option<String>,
}

/// A report, without what was written.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportItem {
    /// Identifier.
    id: Uuid,
    /// What kind of record it is about.
    kind: ReportedKind,
    /// The record.
    record: Uuid,
    /// What is said of it.
    reason: ReportReason,
    /// Whether the record was taken off the public side because of a report.
    hidden: bool,
    /// Where it stands.
    status: ReportStatus,
    /// The account that is looking into it.
    claimed_by: Option<AccountId>,
    /// Until when nobody else closes it.
    claimed_until: Option<DateTime<Utc>>,
    /// What came of it.
    outcome: Option<ReportOutcome>,
    /// The account that closed it.
    closed_by: Option<AccountId>,
    /// When that was.
    closed_at: Option<DateTime<Utc>>,
    /// Grows by one with every change.
    version: i64,
    /// When it arrived.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    links: Links,
}

/// A report, with what was written.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportOut {
    #[serde(flatten)]
    report: ReportItem,
    /// What somebody wrote; `null` if nothing was, or it was erased.
    text: Option<String>,
    /// What the moderator noted.
    note: Option<String>,
}

impl ReportItem {
    pub(super) fn new(row: Model, hidden: bool) -> Self {
        let Model {
            id,
            kind,
            record_id,
            reason,
            is_known: _,
            sealed_text: _,
            status,
            claimed_by,
            claimed_until,
            outcome,
            sealed_note: _,
            closed_by,
            closed_at,
            erased_at: _,
            version,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            kind,
            record: record_id,
            reason,
            hidden,
            status,
            claimed_by,
            claimed_until,
            outcome,
            closed_by,
            closed_at,
            version,
            created_at,
            updated_at,
            links: Links::to(format!("/v1/reports/{id}")),
        }
    }
}

impl ReportOut {
    pub(super) fn new(row: Model, hidden: bool, (text, note): (Option<String>, Option<String>)) -> Self {
        Self { report: ReportItem::new(row, hidden), text, note }
    }
}

/// A page of reports.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct ReportPage {
    /// The reports.
    items: Vec<ReportItem>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which report.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ReportPath {
    /// The report.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) report_id: Uuid,
}

/// Which reports are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReportFilter {
    /// States, separated by commas: one of them. Without it, those that wait.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 2)]
    pub(super) status: Vec<ReportStatus>,
    /// Reasons, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 3)]
    pub(super) reason: Vec<ReportReason>,
}
