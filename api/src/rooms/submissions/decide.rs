//! What becomes of a submission.

use ::entity::submission::Model;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};

use super::api::{entry, review, say};
use super::filters::SubmissionPath;
use super::out::SubmissionOut;
use super::rules::{self, Decision};
use super::wire::{ApproveIn, MarkDuplicateIn, RejectIn, RequestChangesIn};
use super::{approval, store};
use crate::access::Allowed;
use crate::access::action::ReviewSubmissions;
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::json::{Body, Empty, fault};
use crate::http::patch::{AsRead, DecisionHeaders, PublishingHeaders};
use crate::outbox::{self, Fact, Message};
use crate::problem::Problem;
use crate::rooms::initiatives;

/// Ask the submitter for changes
///
/// It waits for the submitter, and the claim ends. An edit or a message brings it back to review.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.request_changes",
    params(SubmissionPath, DecisionHeaders, IdempotencyKey),
    request_body = RequestChangesIn,
    responses((status = 200, description = "The submission", body = SubmissionOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/submissions/{submission_id}/request-changes")]
pub(super) async fn request_changes(
    app: Data<App>,
    who: Allowed<ReviewSubmissions>,
    path: Path<SubmissionPath>,
    read: AsRead,
    once: Once,
    body: Body<RequestChangesIn>,
) -> Result<HttpResponse, Problem> {
    review(&app, &who, once, (&path, &read), async |tx, row, permit| {
        let row = rules::request_changes(row, permit, tx.now())?;
        let news = |link| Message::SubmissionChangesRequested { link };
        say(tx, &app, &row, permit, Some(&body.message), news).await?;
        let entry = entry(permit, Action::RequestChanges, &row);
        Ok((row, entry))
    })
    .await
}

/// Approve a submission
///
/// Makes the initiative and the organisation, and puts it on the map, all at once; or, with `merge_into`, edits an initiative that
/// is there and that somebody else made. Where there is an organisation of that name already, it is taken only with
/// `organisation_id` (409, which names it; `…/duplicates` does too). `changes` show a place more coarsely and never more finely
/// (409). A claim hands the initiative over: its organisation joins those that
/// carry it, and whoever claimed it is asked about it from now on. A change is made. Each of them confirms it.
/// What is approved is what was read: `If-Match` is needed (428).
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.approve",
    params(SubmissionPath, PublishingHeaders, IdempotencyKey),
    request_body(content = Option<ApproveIn>),
    responses((status = 200, description = "The submission", body = SubmissionOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/submissions/{submission_id}/approve")]
pub(super) async fn approve(
    app: Data<App>,
    who: Allowed<ReviewSubmissions>,
    path: Path<SubmissionPath>,
    read: AsRead,
    once: Once,
    body: Body<ApproveIn>,
) -> Result<HttpResponse, Problem> {
    review(&app, &who, once, (&path, &read), async |tx, row, permit| {
        rules::may_decide(&row, permit, "approve", tx.now())?;
        read.demand(row.version)?;
        let initiative = approval::carry_out(tx, &app, &row, permit, &body).await?;
        let row = rules::decide(row, permit, "approve", Decision::Approved(initiative), tx.now())?;
        outbox::tell(tx, Fact::SubmissionApproved { submission_id: row.id.0 }).await?;
        say(tx, &app, &row, permit, None, |link| Message::SubmissionApproved { link }).await?;
        let entry = entry(permit, Action::Approve, &row).fields(["status", "initiative_id"]);
        Ok((row, entry))
    })
    .await
}

/// Turn a submission down
///
/// The submitter reads why. What tells of people is erased after ninety days.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.reject",
    params(SubmissionPath, DecisionHeaders, IdempotencyKey),
    request_body = RejectIn,
    responses((status = 200, description = "The submission", body = SubmissionOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/submissions/{submission_id}/reject")]
pub(super) async fn reject(
    app: Data<App>,
    who: Allowed<ReviewSubmissions>,
    path: Path<SubmissionPath>,
    read: AsRead,
    once: Once,
    body: Body<RejectIn>,
) -> Result<HttpResponse, Problem> {
    review(&app, &who, once, (&path, &read), async |tx, row, permit| {
        let row = rules::decide(row, permit, "reject", Decision::Rejected(body.reason_code), tx.now())?;
        outbox::tell(tx, Fact::SubmissionRejected { submission_id: row.id.0 }).await?;
        say(tx, &app, &row, permit, Some(&body.message), |link| Message::SubmissionRejected { link }).await?;
        let entry = entry(permit, Action::Reject, &row).fields(["status", "reason_code"]);
        Ok((row, entry))
    })
    .await
}

/// Close a submission as a double
///
/// Of an initiative, or of another submission. The submitter is told.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.mark_duplicate",
    params(SubmissionPath, DecisionHeaders, IdempotencyKey),
    request_body = MarkDuplicateIn,
    responses((status = 200, description = "The submission", body = SubmissionOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/submissions/{submission_id}/mark-duplicate")]
pub(super) async fn mark_duplicate(
    app: Data<App>,
    who: Allowed<ReviewSubmissions>,
    path: Path<SubmissionPath>,
    read: AsRead,
    once: Once,
    body: Body<MarkDuplicateIn>,
) -> Result<HttpResponse, Problem> {
    review(&app, &who, once, (&path, &read), async |tx, row, permit| {
        rules::may_decide(&row, permit, "mark-duplicate", tx.now())?;
        let decision = original(tx, &row, &body).await?;
        let row = rules::decide(row, permit, "mark-duplicate", decision, tx.now())?;
        say(tx, &app, &row, permit, None, |link| Message::SubmissionRejected { link }).await?;
        let entry = entry(permit, Action::Reject, &row).fields(["status", "duplicate_of"]);
        Ok((row, entry))
    })
    .await
}

/// What it is a double of.
async fn original(tx: &Tx, row: &Model, body: &MarkDuplicateIn) -> Result<Decision, Problem> {
    if initiatives::for_change(tx, body.of.into()).await? {
        return Ok(Decision::DuplicateOf(body.of.into()));
    }
    match store::by_id(tx, body.of.into()).await? {
        Some(other) if other.id != row.id => Ok(Decision::DuplicateOfSubmission(other.id)),
        _ => {
            let detail = "must be an initiative or another submission";
            Err(Problem::invalid_body(vec![fault("/of", "unknown_reference", detail)]))
        }
    }
}

/// Close a submission as spam
///
/// Nobody is told. What tells of people is erased after ninety days.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.mark_spam",
    params(SubmissionPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The submission", body = SubmissionOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/submissions/{submission_id}/mark-spam")]
pub(super) async fn mark_spam(
    app: Data<App>,
    who: Allowed<ReviewSubmissions>,
    path: Path<SubmissionPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    review(&app, &who, once, (&path, &read), async |tx, row, permit| {
        let row = rules::decide(row, permit, "mark-spam", Decision::Spam, tx.now())?;
        let entry = entry(permit, Action::Reject, &row).fields(["status"]);
        Ok((row, entry))
    })
    .await
}
