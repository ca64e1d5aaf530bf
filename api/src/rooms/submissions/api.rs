//! The queue: finding what to review, and taking it.

use ::entity::ids::SubmissionId;
use ::entity::submission::Model;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};

use super::content::{Asked, Content};
use super::doubles::SubmissionDoubles;
use super::filters::{SubmissionFilters, SubmissionPath};
use super::out::{SubmissionItem, SubmissionOut, SubmissionPage};
use super::wire::SubmissionMessageIn;
use super::{alike, letters, rules, store};
use crate::access::action::ReviewSubmissions;
use crate::access::{Allowed, Permit};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::Query;
use crate::http::etag;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::{self, Cursor, Paging};
use crate::http::patch::{AsRead, DecisionHeaders, record};
use crate::outbox::Message;
use crate::problem::Problem;
use crate::rooms::organisations;

/// What a reviewer does to a submission that is kept from changing: the changed row, and what is noted.
pub(super) type Reviewed = (Model, Entry);

/// Finds a submission, asks for the permit, does it to the version that was read, saves and answers.
pub(super) async fn review(
    app: &App,
    who: &Allowed<ReviewSubmissions>,
    once: Once,
    (path, read): (&SubmissionPath, &AsRead),
    effect: impl AsyncFn(&Tx, Model, &Permit<ReviewSubmissions>) -> Result<Reviewed, Problem>,
) -> Result<HttpResponse, Problem> {
    let id = SubmissionId(path.submission_id);
    once.run(app, who.caller()?, async |tx| {
        let row = store::for_change(tx, id).await?.ok_or(Problem::not_found("submission"))?;
        let permit = who.over(&row)?;
        let version = row.version;
        let (row, entry) = effect(tx, row, &permit).await?;
        read.check(version)?;
        let row = store::save(tx, row).await?;
        audit::note(tx, entry).await?;
        let content = store::content(tx, &app.vault, &row).await?;
        let etag = etag::of_version(row.version);
        Ok(Reply::ok(&SubmissionOut::new(row, content, tx.now()))?.etag(etag).about(id))
    })
    .await
}

/// What somebody did to a submission.
pub(super) fn entry(permit: &Permit<ReviewSubmissions>, action: Action, row: &Model) -> Entry {
    Entry::new(By::from(permit.by()), action).on(Kind::Submission, row.id)
}

/// Writes to the submitter, in the thread and by mail.
pub(super) async fn say(
    tx: &Tx,
    app: &App,
    row: &Model,
    permit: &Permit<ReviewSubmissions>,
    text: Option<&str>,
    message: fn(String) -> Message,
) -> Result<(), Problem> {
    if let Some(text) = text {
        store::write_message(tx, &app.vault, row, permit.by().account(), text).await?;
    }
    let Content { email, .. } = store::content(tx, &app.vault, row).await?;
    letters::news(tx, &app.post, row, email.as_deref(), message).await
}

/// List submissions
///
/// The queue, those that have waited longest first, with titles but without submitters.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.list",
    params(SubmissionFilters, Paging),
    responses((status = 200, description = "A page of submissions", body = SubmissionPage), Problem),
    security(("bearer" = []))
)]
#[get("/v1/submissions")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    _who: Allowed<ReviewSubmissions>,
    (filters, paging): (Query<SubmissionFilters>, Query<Paging>),
) -> Result<HttpResponse, Problem> {
    let (filters, Paging { limit, cursor }) = (filters.0, paging.0);
    let binding = serde_json::to_string(&("submissions", &filters)).map_err(Problem::internal)?;
    let after = cursor.map(|cursor| Cursor::decode::<SubmissionId>(&binding, &cursor)).transpose()?;
    let (reader, now) = (app.db.reader(), app.clock.now());
    let rows = store::page(reader, &filters, after, limit.get(), now).await?;
    let mut opened = store::initiatives(reader, &app.vault, &rows).await?;
    let titles = store::titles(reader, &rows).await?;
    page::answer(
        &req,
        &binding,
        limit,
        rows,
        |row| row.id,
        |row| {
            let opened = opened.remove(&row.id).map(|initiative| initiative.title);
            let title = opened.or_else(|| titles.get(&row.about?).cloned());
            SubmissionItem::new(row, title, now)
        },
    )
}

/// Read a submission
///
/// That it was read is noted in the audit log: it tells of a person.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.get",
    params(SubmissionPath),
    responses((status = 200, description = "The submission", body = SubmissionOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []))
)]
#[get("/v1/submissions/{submission_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReviewSubmissions>,
    path: Path<SubmissionPath>,
) -> Result<HttpResponse, Problem> {
    let (row, content) = app
        .db
        .write(async |tx| {
            let row =
                store::by_id(tx, path.submission_id.into()).await?.ok_or(Problem::not_found("submission"))?;
            let permit = who.over(&row)?;
            let content = store::content(tx, &app.vault, &row).await?;
            audit::note(tx, entry(&permit, Action::Read, &row)).await?;
            Ok::<_, Problem>((row, content))
        })
        .await?;
    record(row.version, &SubmissionOut::new(row, content, app.clock.now()))
}

/// List likely doubles of a submission
///
/// Among public initiatives and other open submissions; a claim and a change have none. And whether there is an organisation
/// of the submitter's organisation's name.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.duplicates.list",
    params(SubmissionPath),
    responses((status = 200, description = "What is likely the same", body = SubmissionDoubles), Problem),
    security(("bearer" = []))
)]
#[get("/v1/submissions/{submission_id}/duplicates")]
pub(super) async fn duplicates(
    app: Data<App>,
    who: Allowed<ReviewSubmissions>,
    path: Path<SubmissionPath>,
) -> Result<HttpResponse, Problem> {
    let reader = app.db.reader();
    let row =
        store::by_id(reader, path.submission_id.into()).await?.ok_or(Problem::not_found("submission"))?;
    let _permit = who.over(&row)?;
    let mut found = Vec::new();
    let Content { asked, submitter, .. } = store::content(reader, &app.vault, &row).await?;
    if let Some(Asked::Initiative(initiative)) = asked {
        found = alike::public(&app, &initiative).await?;
        found.extend(alike::open(reader, &app.vault, row.id, &initiative).await?);
    }
    let organisation = match submitter.and_then(|submitter| submitter.organisation) {
        Some(name) => organisations::of_name(reader, &name).await?,
        None => None,
    };
    Ok(HttpResponse::Ok().json(SubmissionDoubles { items: alike::ranked(found).items, organisation }))
}

/// Take a submission to review
///
/// For thirty minutes nobody else decides it (409). Claiming it again goes on for another thirty.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.claim",
    params(SubmissionPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The submission", body = SubmissionOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/submissions/{submission_id}/claim")]
pub(super) async fn claim(
    app: Data<App>,
    who: Allowed<ReviewSubmissions>,
    path: Path<SubmissionPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    review(&app, &who, once, (&path, &read), async |tx, row, permit| {
        let row = rules::claim(row, permit, tx.now())?;
        let entry = entry(permit, Action::Claim, &row);
        Ok((row, entry))
    })
    .await
}

/// Give a submission back to the queue
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.claim.release",
    params(SubmissionPath),
    responses((status = 204, description = "It is free"), Problem),
    security(("bearer" = []))
)]
#[delete("/v1/submissions/{submission_id}/claim")]
pub(super) async fn release(
    app: Data<App>,
    who: Allowed<ReviewSubmissions>,
    path: Path<SubmissionPath>,
) -> Result<HttpResponse, Problem> {
    app.db
        .write(async |tx| {
            let row = store::for_change(tx, path.submission_id.into()).await?;
            let row = row.ok_or(Problem::not_found("submission"))?;
            let permit = who.over(&row)?;
            let row = store::save(tx, rules::release(row, &permit, tx.now())?).await?;
            audit::note(tx, entry(&permit, Action::Update, &row).fields(["claim"])).await?;
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Write to the submitter
///
/// Without asking for anything: the state stays as it is.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.messages.create",
    params(SubmissionPath, DecisionHeaders, IdempotencyKey),
    request_body = SubmissionMessageIn,
    responses((status = 200, description = "The submission", body = SubmissionOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/submissions/{submission_id}/messages")]
pub(super) async fn write(
    app: Data<App>,
    who: Allowed<ReviewSubmissions>,
    path: Path<SubmissionPath>,
    read: AsRead,
    once: Once,
    body: Body<SubmissionMessageIn>,
) -> Result<HttpResponse, Problem> {
    review(&app, &who, once, (&path, &read), async |tx, row, permit| {
        let row = rules::write_to(row, permit)?;
        say(tx, &app, &row, permit, Some(&body.text), |link| Message::SubmissionMessage { link }).await?;
        let entry = entry(permit, Action::Message, &row);
        Ok((row, entry))
    })
    .await
}
