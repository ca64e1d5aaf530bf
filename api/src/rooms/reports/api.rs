//! What moderators do about reports.

use ::entity::kinds::RecordKind;
use ::entity::report::Model;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};

use super::rules;
use super::store::{self, After};
use super::wire::{ReportCloseIn, ReportFilter, ReportItem, ReportOut, ReportPage, ReportPath};
use crate::access::Allowed;
use crate::access::action::{HandleReports, ReadReports};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::Query;
use crate::http::etag::of_version;
use crate::http::idempotency::{self, Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::{self, Cursor, Paging};
use crate::http::patch::record;
use crate::problem::Problem;
use crate::publishing::{self, RecordRef};
use crate::rooms::records;

/// List reports
///
/// Those that have waited longest first; without a filter those that wait. What was written is in each by itself.
#[utoipa::path(
    tag = "reports",
    operation_id = "reports.list",
    params(Paging, ReportFilter),
    responses((status = 200, description = "A page of reports", body = ReportPage), Problem),
    security(("bearer" = []))
)]
#[get("/v1/reports")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    _who: Allowed<ReadReports>,
    (filter, paging): (Query<ReportFilter>, Query<Paging>),
) -> Result<HttpResponse, Problem> {
    let (filter, Paging { limit, cursor }) = (filter.0, paging.0);
    let binding = serde_json::to_string(&("reports", &filter)).map_err(Problem::internal)?;
    let after = cursor.map(|cursor| Cursor::decode::<After>(&binding, &cursor)).transpose()?;
    let snapshot = app.db.snapshot().await?;
    let rows = store::page(&snapshot, &filter, after, limit.get()).await?;
    let hidden = store::hidden(&snapshot, rows.iter().map(|row| row.record_id).collect()).await?;
    snapshot.rollback().await?;
    let key = |row: &Model| (row.created_at, row.id);
    page::answer(&req, &binding, limit, rows, key, |row| {
        let is_hidden = hidden.contains(&row.record_id);
        ReportItem::new(row, is_hidden)
    })
}

/// Read a report
///
/// With what was written. That it was read is in the audit log: it tells of a person.
#[utoipa::path(
    tag = "reports",
    operation_id = "reports.get",
    params(ReportPath),
    responses((status = 200, description = "The report", body = ReportOut), Problem),
    security(("bearer" = []))
)]
#[get("/v1/reports/{report_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadReports>,
    path: Path<ReportPath>,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    let (version, report) = app
        .db
        .write(async |tx| {
            let row = store::find(tx, path.report_id).await?.ok_or_else(unknown)?;
            let read = Entry::new(By::from(permit.by()), Action::Read).on(Kind::Report, row.id);
            audit::note(tx, read.fields(["text", "note"])).await?;
            Ok::<_, Problem>((row.version, out(tx, &app, row).await?))
        })
        .await?;
    record(version, &report)
}

fn unknown() -> Problem {
    Problem::not_found("report")
}

async fn out(tx: &Tx, app: &App, row: Model) -> Result<ReportOut, Problem> {
    let hidden = store::hidden(tx, vec![row.record_id]).await?.contains(&row.record_id);
    let texts = store::texts(tx, &app.vault, &row).await?;
    Ok(ReportOut::new(row, hidden, texts))
}

/// Notes what was done, and answers with the report.
async fn done(tx: &Tx, app: &App, row: Model, by: By, action: Action) -> Result<Reply, Problem> {
    audit::note(tx, Entry::new(by, action).on(Kind::Report, row.id)).await?;
    let (id, version) = (row.id, row.version);
    Ok(Reply::ok(&out(tx, app, row).await?)?.etag(of_version(version)).about(id))
}

/// Look into a report
///
/// For an hour nobody else closes it.
#[utoipa::path(
    tag = "reports",
    operation_id = "reports.claim",
    params(ReportPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The report", body = ReportOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/reports/{report_id}/claim")]
pub(super) async fn claim(
    app: Data<App>,
    who: Allowed<HandleReports>,
    path: Path<ReportPath>,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let (account, permit) = (who.account()?, who.anew());
    once.run(&app, Caller::Holder(account.0), async |tx| {
        let row = store::find_for_change(tx, path.report_id).await?.ok_or_else(unknown)?;
        let row = rules::claim(row, &permit, account, tx.now())?;
        let row = store::save(tx, &app.vault, row, None).await?;
        done(tx, &app, row, By::from(permit.by()), Action::Claim).await
    })
    .await
}

/// Close a report
///
/// With what came of it. What was written is erased ninety days later.
#[utoipa::path(
    tag = "reports",
    operation_id = "reports.close",
    params(ReportPath, IdempotencyKey),
    request_body = ReportCloseIn,
    responses((status = 200, description = "The report", body = ReportOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/reports/{report_id}/close")]
pub(super) async fn close(
    app: Data<App>,
    who: Allowed<HandleReports>,
    path: Path<ReportPath>,
    body: Body<ReportCloseIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let (account, permit) = (who.account()?, who.anew());
    once.run(&app, Caller::Holder(account.0), async |tx| {
        let row = store::find_for_change(tx, path.report_id).await?.ok_or_else(unknown)?;
        let row = rules::close(row, &permit, account, body.outcome, tx.now())?;
        let row = store::save(tx, &app.vault, row, body.note.as_deref()).await?;
        done(tx, &app, row, By::from(permit.by()), Action::End).await
    })
    .await
}

/// Take what was reported off the public side
///
/// At once, with everything that belongs to it, until somebody lets it back. It asks nobody and decides nothing else; the record
/// says `reported`.
#[utoipa::path(
    tag = "reports",
    operation_id = "reports.hide",
    params(ReportPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The report", body = ReportOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/reports/{report_id}/hide")]
pub(super) async fn hide(
    app: Data<App>,
    who: Allowed<HandleReports>,
    path: Path<ReportPath>,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let (account, permit) = (who.account()?, who.anew());
    once.run(&app, Caller::Holder(account.0), async |tx| {
        let row = store::find_for_change(tx, path.report_id).await?.ok_or_else(unknown)?;
        let kind = RecordKind::from(row.kind);
        if store::hide(tx, kind, row.record_id).await? {
            idempotency::forget(tx, row.record_id).await?;
            publishing::changed(tx, &[RecordRef::new(kind, row.record_id)]).await?;
        }
        done(tx, &app, row, By::from(permit.by()), Action::Hide).await
    })
    .await
}

/// Let what was hidden back into public
///
/// As far as everything else lets it. By a moderator who did not make the record.
#[utoipa::path(
    tag = "reports",
    operation_id = "reports.unhide",
    params(ReportPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The report", body = ReportOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/reports/{report_id}/unhide")]
pub(super) async fn unhide(
    app: Data<App>,
    who: Allowed<HandleReports>,
    path: Path<ReportPath>,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let (account, permit) = (who.account()?, who.anew());
    once.run(&app, Caller::Holder(account.0), async |tx| {
        let row = store::find_for_change(tx, path.report_id).await?.ok_or_else(unknown)?;
        let kind = RecordKind::from(row.kind);
        records::not_by_its_maker(&permit, store::maker(tx, kind, row.record_id).await?)?;
        if store::unhide(tx, row.record_id).await? {
            publishing::changed(tx, &[RecordRef::new(kind, row.record_id)]).await?;
        }
        done(tx, &app, row, By::from(permit.by()), Action::Unhide).await
    })
    .await
}
