//! What is done with initiatives.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use uuid::Uuid;

use super::wire::{
    InitiativeFilter, InitiativeIn, InitiativeOut, InitiativePage, InitiativePatch, InitiativePath,
};
use super::{InitiativeRecord, contacts, rules, store};
use crate::access::Allowed;
use crate::access::action::{EditInitiatives, PublishInitiatives, ReadInitiatives};
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
use crate::rooms::bundle;
use crate::rooms::records::{self, Shown};

/// Record an initiative
///
/// It is a draft, which somebody else publishes. A host may name its own organisations only.
#[utoipa::path(
    tag = "initiatives",
    operation_id = "initiatives.create",
    params(IdempotencyKey),
    request_body = InitiativeIn,
    responses((status = 201, description = "The initiative", body = InitiativeOut,
        headers(("Location" = String, description = "The initiative's address"))), Problem),
    security(("bearer" = []), ("api_key" = ["initiatives:write"]))
)]
#[post("/v1/initiatives")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<EditInitiatives>,
    body: Body<InitiativeIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        let initiative = records::read(tx, &who, &permit, ids::v4(), (*body).clone()).await?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Create, vec![], initiative).await?;
        records::created::<_, InitiativeOut>(shown)
    })
    .await
}

/// List initiatives
///
/// Newest first. Hosts see their own: those they made, and those of their organisations.
#[utoipa::path(
    tag = "initiatives",
    operation_id = "initiatives.list",
    params(Paging, InitiativeFilter),
    responses((status = 200, description = "A page of initiatives", body = InitiativePage), Problem),
    security(("bearer" = []), ("api_key" = ["initiatives:read"]))
)]
#[get("/v1/initiatives")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadInitiatives>,
    paging: Query<Paging>,
    filter: Query<InitiativeFilter>,
) -> Result<HttpResponse, Problem> {
    let fits = store::fitting(&filter.0);
    records::list::<InitiativeRecord, InitiativeOut>(&app, &req, &who, paging.0, &filter.0, fits).await
}

/// Read an initiative
#[utoipa::path(
    tag = "initiatives",
    operation_id = "initiatives.get",
    params(InitiativePath),
    responses((status = 200, description = "The initiative", body = InitiativeOut), Problem),
    security(("bearer" = []), ("api_key" = ["initiatives:read"]))
)]
#[get("/v1/initiatives/{initiative_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadInitiatives>,
    path: Path<InitiativePath>,
) -> Result<HttpResponse, Problem> {
    records::get::<InitiativeRecord, InitiativeOut>(&app, &who, path.initiative_id).await
}

/// Edit an initiative
///
/// On the map stands what a moderator let through: where a moderator edits it who did not make it, the map changes at once;
/// where anybody else changes what is public of it, it is a draft again and off the map until it is published anew. Its place
/// can be shown more coarsely at once. `confirmed` says that all of it is so today; on the map it and `contact` are for
/// moderators and admins.
/// An organisation is taken off it by itself or by them, not by the others that carry it.
#[utoipa::path(
    tag = "initiatives",
    operation_id = "initiatives.patch",
    params(InitiativePath, EditHeaders),
    request_body(content((InitiativePatch = "application/merge-patch+json"), (InitiativePatch = "application/json"))),
    responses((status = 200, description = "The initiative", body = InitiativeOut), Problem),
    security(("bearer" = []), ("api_key" = ["initiatives:write"]))
)]
#[patch("/v1/initiatives/{initiative_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<EditInitiatives>,
    path: Path<InitiativePath>,
    if_match: IfMatch,
    body: Patch<InitiativePatch>,
) -> Result<HttpResponse, Problem> {
    let shown = app
        .db
        .write(async |tx| edited(tx, &app.post, &who, path.initiative_id, &if_match, &body).await)
        .await?;
    records::answer::<_, InitiativeOut>(shown)
}

/// Makes an edit: a patch, or what an earlier edit changed is put back.
pub(super) async fn edited(
    tx: &Tx,
    post: &Post,
    who: &Allowed<EditInitiatives>,
    id: Uuid,
    if_match: &IfMatch,
    edit: &InitiativePatch,
) -> Result<Shown<InitiativeRecord>, Problem> {
    let found = records::find_for_change::<InitiativeRecord>(tx, post.vault(), who.actor(), id).await?;
    let permit = who.over(&found)?;
    if_match.check(found.record.row.version)?;
    let (edited, changed) = records::edit(tx, who, &permit, &found.record, edit).await?;
    let edited = rules::change(&found.record, edited, &permit)?;
    let left = rules::left_out(&found.record, &edited, &permit);
    rules::none_of_others(&records::others(tx, who.actor().owner(), &left).await?)?;
    if edited.row.public_precision < found.record.row.public_precision {
        records::not_set_by_others(tx, &permit, &found.record, "public_precision").await?;
    }
    let unedited = rules::says_nothing_of_it(&changed);
    let shown = records::keep_edit(tx, post.vault(), &permit, edit, &found.record, changed, edited).await?;
    if unedited {
        bundle::not_edited(tx, id, shown.record.row.version).await?;
    }
    Ok(shown)
}

/// Put an initiative on the map
///
/// A draft is published, and counts as confirmed. Nobody publishes what they made themselves.
#[utoipa::path(
    tag = "initiatives",
    operation_id = "initiatives.publish",
    params(InitiativePath, PublishingHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The initiative", body = InitiativeOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/initiatives/{initiative_id}/publish")]
pub(super) async fn publish(
    app: Data<App>,
    who: Allowed<PublishInitiatives>,
    path: Path<InitiativePath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<InitiativeRecord>(tx, &app.vault, who.actor(), path.initiative_id)
                .await?;
        let permit = who.over(&found)?;
        let initiative = rules::publish(found.record, &permit, tx.now().date_naive())?;
        read.demand(initiative.row.version)?;
        let shown =
            records::keep(tx, &app.vault, &permit, Action::Publish, vec!["status"], initiative).await?;
        outbox::tell(tx, Fact::InitiativePublished { initiative_id: path.initiative_id }).await?;
        records::done::<_, InitiativeOut>(shown)
    })
    .await
}

/// Take an initiative off the map
///
/// A published one is archived, for good. What belongs to it leaves the gallery with it.
#[utoipa::path(
    tag = "initiatives",
    operation_id = "initiatives.archive",
    params(InitiativePath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The initiative", body = InitiativeOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/initiatives/{initiative_id}/archive")]
pub(super) async fn archive(
    app: Data<App>,
    who: Allowed<PublishInitiatives>,
    path: Path<InitiativePath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<InitiativeRecord>(tx, &app.vault, who.actor(), path.initiative_id)
                .await?;
        let permit = who.over(&found)?;
        let initiative = rules::archive(found.record, &permit)?;
        read.check(initiative.row.version)?;
        let shown =
            records::keep(tx, &app.vault, &permit, Action::Archive, vec!["status"], initiative).await?;
        outbox::tell(tx, Fact::InitiativeArchived { initiative_id: path.initiative_id }).await?;
        records::done::<_, InitiativeOut>(shown)
    })
    .await
}

/// Remove an initiative
///
/// A draft to which nothing refers. What has been on the map is archived instead. What other organisations carry too, only
/// whoever made it removes, and moderators.
#[utoipa::path(
    tag = "initiatives",
    operation_id = "initiatives.delete",
    params(InitiativePath),
    responses((status = 204, description = "It is gone"), Problem),
    security(("bearer" = []), ("api_key" = ["initiatives:write"]))
)]
#[delete("/v1/initiatives/{initiative_id}")]
pub(super) async fn remove(
    app: Data<App>,
    who: Allowed<EditInitiatives>,
    path: Path<InitiativePath>,
) -> Result<HttpResponse, Problem> {
    app.db
        .write(async |tx| {
            let found =
                records::find_for_change::<InitiativeRecord>(tx, &app.vault, who.actor(), path.initiative_id)
                    .await?;
            let permit = who.over(&found)?;
            rules::remove(&found.record, &permit)?;
            let left = rules::left_behind(&found.record, &permit);
            rules::none_of_others(&records::others(tx, who.actor().owner(), &left).await?)?;
            contacts::forget_contact(tx, found.record.row.id).await?;
            records::remove(tx, &permit, &found.record).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
