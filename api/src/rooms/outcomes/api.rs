//! What is done with outcomes.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use uuid::Uuid;

use super::wire::{OutcomeFilter, OutcomeIn, OutcomeOut, OutcomePage, OutcomePatch, OutcomePath};
use super::{OutcomeRecord, rules, store};
use crate::access::Allowed;
use crate::access::action::{ApproveOutcomes, EditOutcomes, ReadOutcomes};
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::http::Query;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::json::{Body, Empty};
use crate::http::page::Paging;
use crate::http::patch::{AsRead, DecisionHeaders, EditHeaders, IfMatch, Patch, PublishingHeaders};
use crate::ids;
use crate::outbox::{self, Fact, Post};
use crate::problem::Problem;
use crate::rooms::records::{self, Shown};

/// Record an outcome
///
/// A finding, barrier, need, recommendation, decision or lesson of an event. It is a draft, which somebody else
/// approves.
#[utoipa::path(
    tag = "outcomes",
    operation_id = "outcomes.create",
    params(IdempotencyKey),
    request_body = OutcomeIn,
    responses((status = 201, description = "The outcome", body = OutcomeOut,
        headers(("Location" = String, description = "The outcome's address"))), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:write"]))
)]
#[post("/v1/outcomes")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<EditOutcomes>,
    body: Body<OutcomeIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        let outcome = records::read(tx, &who, &permit, ids::v4(), (*body).clone()).await?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Create, vec![], outcome).await?;
        records::created::<_, OutcomeOut>(shown)
    })
    .await
}

/// List outcomes
///
/// Newest first. Hosts see their own: those they recorded, and those of their events.
#[utoipa::path(
    tag = "outcomes",
    operation_id = "outcomes.list",
    params(Paging, OutcomeFilter),
    responses((status = 200, description = "A page of outcomes", body = OutcomePage), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:read"]))
)]
#[get("/v1/outcomes")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadOutcomes>,
    paging: Query<Paging>,
    filter: Query<OutcomeFilter>,
) -> Result<HttpResponse, Problem> {
    let fits = store::fitting(&filter.0);
    records::list::<OutcomeRecord, OutcomeOut>(&app, &req, &who, paging.0, &filter.0, fits).await
}

/// Read an outcome
#[utoipa::path(
    tag = "outcomes",
    operation_id = "outcomes.get",
    params(OutcomePath),
    responses((status = 200, description = "The outcome", body = OutcomeOut), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:read"]))
)]
#[get("/v1/outcomes/{outcome_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadOutcomes>,
    path: Path<OutcomePath>,
) -> Result<HttpResponse, Problem> {
    records::get::<OutcomeRecord, OutcomeOut>(&app, &who, path.outcome_id).await
}

/// Edit an outcome
///
/// Of an approved one, what is public is what a moderator let through: edited by anybody but a moderator who did not make it, it
/// is a draft again and leaves the gallery until it is approved anew. `event` is fixed then (409).
#[utoipa::path(
    tag = "outcomes",
    operation_id = "outcomes.patch",
    params(OutcomePath, EditHeaders),
    request_body(content((OutcomePatch = "application/merge-patch+json"), (OutcomePatch = "application/json"))),
    responses((status = 200, description = "The outcome", body = OutcomeOut), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:write"]))
)]
#[patch("/v1/outcomes/{outcome_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<EditOutcomes>,
    path: Path<OutcomePath>,
    if_match: IfMatch,
    body: Patch<OutcomePatch>,
) -> Result<HttpResponse, Problem> {
    let shown =
        app.db.write(async |tx| edited(tx, &app.post, &who, path.outcome_id, &if_match, &body).await).await?;
    records::answer::<_, OutcomeOut>(shown)
}

/// Makes an edit: a patch, or what an earlier edit changed is put back.
pub(super) async fn edited(
    tx: &Tx,
    post: &Post,
    who: &Allowed<EditOutcomes>,
    id: Uuid,
    if_match: &IfMatch,
    edit: &OutcomePatch,
) -> Result<Shown<OutcomeRecord>, Problem> {
    let found = records::find_for_change::<OutcomeRecord>(tx, post.vault(), who.actor(), id).await?;
    let permit = who.over(&found)?;
    if_match.check(found.record.row.version)?;
    let (edited, changed) = records::edit(tx, who, &permit, &found.record, edit).await?;
    let edited = rules::change(&found.record, edited, &permit)?;
    records::keep_edit(tx, post.vault(), &permit, edit, &found.record, changed, edited).await
}

/// Approve an outcome
///
/// It is public as far as its event is. Nobody approves what they made themselves.
#[utoipa::path(
    tag = "outcomes",
    operation_id = "outcomes.approve",
    params(OutcomePath, PublishingHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The outcome", body = OutcomeOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/outcomes/{outcome_id}/approve")]
pub(super) async fn approve(
    app: Data<App>,
    who: Allowed<ApproveOutcomes>,
    path: Path<OutcomePath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<OutcomeRecord>(tx, &app.vault, who.actor(), path.outcome_id).await?;
        let permit = who.over(&found)?;
        let outcome = rules::approve(found.record, &permit)?;
        read.demand(outcome.row.version)?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Approve, vec!["status"], outcome).await?;
        if shown.withheld_because.is_empty() {
            outbox::tell(tx, Fact::OutcomePublished { outcome_id: path.outcome_id }).await?;
        }
        records::done::<_, OutcomeOut>(shown)
    })
    .await
}

/// Withdraw an outcome
///
/// For good: its text is removed here and from the gallery.
#[utoipa::path(
    tag = "outcomes",
    operation_id = "outcomes.withdraw",
    params(OutcomePath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The outcome", body = OutcomeOut), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:write"]))
)]
#[post("/v1/outcomes/{outcome_id}/withdraw")]
pub(super) async fn withdraw(
    app: Data<App>,
    who: Allowed<EditOutcomes>,
    path: Path<OutcomePath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<OutcomeRecord>(tx, &app.vault, who.actor(), path.outcome_id).await?;
        let permit = who.over(&found)?;
        let outcome = rules::withdraw(found.record, &permit)?;
        read.check(outcome.row.version)?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Withdraw, vec!["status"], outcome).await?;
        records::done::<_, OutcomeOut>(shown)
    })
    .await
}

/// Remove an outcome
///
/// A draft. What was approved is withdrawn instead.
#[utoipa::path(
    tag = "outcomes",
    operation_id = "outcomes.delete",
    params(OutcomePath),
    responses((status = 204, description = "It is gone"), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:write"]))
)]
#[delete("/v1/outcomes/{outcome_id}")]
pub(super) async fn remove(
    app: Data<App>,
    who: Allowed<EditOutcomes>,
    path: Path<OutcomePath>,
) -> Result<HttpResponse, Problem> {
    app.db
        .write(async |tx| {
            let found =
                records::find_for_change::<OutcomeRecord>(tx, &app.vault, who.actor(), path.outcome_id)
                    .await?;
            let permit = who.over(&found)?;
            rules::remove(&found.record, &permit)?;
            records::remove(tx, &permit, &found.record).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
