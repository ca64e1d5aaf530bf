//! What is done with dialogue guides.

use ::entity::ids::GuideId;
use ::entity::{guide, guide_version};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, patch, post};
use uuid::Uuid;

use super::store::{self, Guide};
use super::wire::{
    GuideIn, GuideOut, GuidePage, GuidePatch, GuidePath, GuideVersionOut, GuideVersionPath, path as address,
};
use crate::access::action::{EditGuides, ReadGuides};
use crate::access::{Allowed, Permit};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::Query;
use crate::http::etag::of_version;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::{self, Cursor, Paging};
use crate::http::patch::{AsRead, DecisionHeaders, EditHeaders, IfMatch, Patch, record};
use crate::ids;
use crate::problem::{Kind as Wrong, Problem};
use crate::rooms::records;

/// Begin a dialogue guide
///
/// Events can have its questions once a version is published.
#[utoipa::path(
    tag = "guides",
    operation_id = "guides.create",
    params(IdempotencyKey),
    request_body = GuideIn,
    responses((status = 201, description = "The guide", body = GuideOut,
        headers(("Location" = String, description = "The guide's address"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/guides")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<EditGuides>,
    body: Body<GuideIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        let row = guide::Model {
            id: GuideId(ids::v7(tx.now())),
            texts: body.texts()?,
            is_changed: true,
            created_by: permit.by().account(),
            version: 0,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        let row = store::save(tx, row).await?;
        note(tx, &permit, Action::Create, row.id, vec![]).await?;
        let (id, version) = (row.id, row.version);
        let guide = GuideOut::from(Guide { row, published: Vec::new() });
        Ok(Reply::created(address(id), &guide)?.etag(of_version(version)).about(id.0))
    })
    .await
}

/// List dialogue guides
///
/// Newest first.
#[utoipa::path(
    tag = "guides",
    operation_id = "guides.list",
    params(Paging),
    responses((status = 200, description = "A page of guides", body = GuidePage), Problem),
    security(("bearer" = []))
)]
#[get("/v1/guides")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    _who: Allowed<ReadGuides>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging.0;
    let after = cursor.map(|cursor| Cursor::decode::<Uuid>("guides", &cursor)).transpose()?;
    let snapshot = app.db.snapshot().await?;
    let found = store::page(&snapshot, after, limit.get()).await?;
    snapshot.rollback().await?;
    page::answer(&req, "guides", limit, found, |guide| guide.row.id.0, GuideOut::from)
}

/// Read a dialogue guide
///
/// As it is being worked on; what is published is under its number.
#[utoipa::path(
    tag = "guides",
    operation_id = "guides.get",
    params(GuidePath),
    responses((status = 200, description = "The guide", body = GuideOut), Problem),
    security(("bearer" = []))
)]
#[get("/v1/guides/{guide_id}")]
pub(super) async fn get(
    app: Data<App>,
    _who: Allowed<ReadGuides>,
    path: Path<GuidePath>,
) -> Result<HttpResponse, Problem> {
    let snapshot = app.db.snapshot().await?;
    let found = store::find(&snapshot, path.guide_id).await?;
    snapshot.rollback().await?;
    let guide = found.ok_or_else(|| Problem::not_found("guide"))?;
    record(guide.row.version, &GuideOut::from(guide))
}

/// Read a published version of a dialogue guide
///
/// It never changes.
#[utoipa::path(
    tag = "guides",
    operation_id = "guides.version",
    params(GuideVersionPath),
    responses((status = 200, description = "The version", body = GuideVersionOut), Problem),
    security(("bearer" = []))
)]
#[get("/v1/guides/{guide_id}/versions/{number}")]
pub(super) async fn read_version(
    app: Data<App>,
    _who: Allowed<ReadGuides>,
    path: Path<GuideVersionPath>,
) -> Result<HttpResponse, Problem> {
    let absent = || Problem::not_found("guide version");
    let number = i32::try_from(path.number).map_err(|_| absent())?;
    let found = store::version(app.db.reader(), GuideId(path.guide_id), number).await?.ok_or_else(absent)?;
    Ok(HttpResponse::Ok().json(GuideVersionOut::from(found)))
}

/// Edit a dialogue guide
///
/// Published versions and the events that name them stay as they are.
#[utoipa::path(
    tag = "guides",
    operation_id = "guides.patch",
    params(GuidePath, EditHeaders),
    request_body(content((GuidePatch = "application/merge-patch+json"), (GuidePatch = "application/json"))),
    responses((status = 200, description = "The guide", body = GuideOut), Problem),
    security(("bearer" = []))
)]
#[patch("/v1/guides/{guide_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<EditGuides>,
    path: Path<GuidePath>,
    if_match: IfMatch,
    body: Patch<GuidePatch>,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    let guide = app
        .db
        .write(async |tx| {
            let Guide { mut row, published } = find(tx, path.guide_id).await?;
            if_match.check(row.version)?;
            let (edited, changed) = records::edited(&GuideIn::of(row.texts.clone()), &body)?;
            if !changed.is_empty() {
                row.texts = edited.texts()?;
                row.is_changed = published.last().is_none_or(|newest| newest.texts != row.texts);
                row = store::save(tx, row).await?;
                note(tx, &permit, Action::Update, row.id, changed).await?;
            }
            Ok::<_, Problem>(Guide { row, published })
        })
        .await?;
    record(guide.row.version, &GuideOut::from(guide))
}

/// Publish a dialogue guide
///
/// Freezes it as its next version, which events can name from then on.
#[utoipa::path(
    tag = "guides",
    operation_id = "guides.publish",
    params(GuidePath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The guide", body = GuideOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/guides/{guide_id}/publish")]
pub(super) async fn publish(
    app: Data<App>,
    who: Allowed<EditGuides>,
    path: Path<GuidePath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        let Guide { mut row, mut published } = find(tx, path.guide_id).await?;
        if !row.is_changed {
            let detail = "It says nothing else than its newest published version.";
            return Err(Problem::of(Wrong::Conflict).with_detail(detail));
        }
        read.check(row.version)?;
        let number = published.last().map_or(0, |newest| newest.number) + 1;
        let (guide_id, texts, published_at) = (row.id, row.texts.clone(), tx.now());
        let version = guide_version::Model { guide_id, number, texts, published_at };
        store::freeze(tx, version.clone()).await?;
        published.push(version);
        row.is_changed = false;
        let row = store::save(tx, row).await?;
        note(tx, &permit, Action::Publish, row.id, vec!["published"]).await?;
        let (id, version) = (row.id, row.version);
        let guide = GuideOut::from(Guide { row, published });
        Ok(Reply::ok(&guide)?.etag(of_version(version)).about(id.0))
    })
    .await
}

async fn find(tx: &Tx, id: Uuid) -> Result<Guide, Problem> {
    store::find_for_change(tx, id).await?.ok_or_else(|| Problem::not_found("guide"))
}

async fn note(
    tx: &Tx,
    permit: &Permit<EditGuides>,
    action: Action,
    id: GuideId,
    members: Vec<&'static str>,
) -> Result<(), Problem> {
    let entry = Entry::new(By::from(permit.by()), action).on(Kind::Guide, id.0);
    Ok(audit::note(tx, entry.fields(members)).await?)
}
