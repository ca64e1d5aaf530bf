//! What is done with organisations.

use ::entity::kinds::RecordKind;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use uuid::Uuid;

use super::wire::{
    OrganisationFilter, OrganisationIn, OrganisationOut, OrganisationPage, OrganisationPatch,
    OrganisationPath,
};
use super::{Organisation, store};
use crate::access::action::{Action as _, CreateOrganisations, EditOrganisations, Reach, ReadOrganisations};
use crate::access::{Allowed, Permit};
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::http::Query;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::json::Body;
use crate::http::page::Paging;
use crate::http::patch::{EditHeaders, IfMatch, Patch};
use crate::ids;
use crate::outbox::Post;
use crate::problem::{Kind, Problem};
use crate::publishing;
use crate::rooms::records::{self, Shown};

/// Record an organisation
///
/// Of hosts, those whose person belongs to it may edit it. 409 if there is one of this name, whatever its case: submissions name
/// organisations, and each is to be one record.
#[utoipa::path(
    tag = "organisations",
    operation_id = "organisations.create",
    params(IdempotencyKey),
    request_body = OrganisationIn,
    responses((status = 201, description = "The organisation", body = OrganisationOut,
        headers(("Location" = String, description = "The organisation's address"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/organisations")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<CreateOrganisations>,
    body: Body<OrganisationIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        let organisation = records::read(tx, &who, &permit, ids::v4(), (*body).clone()).await?;
        name_is_free(tx, &organisation).await?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Create, vec![], organisation).await?;
        records::created::<_, OrganisationOut>(shown)
    })
    .await
}

/// Refuses a second organisation of one name.
async fn name_is_free(tx: &Tx, organisation: &Organisation) -> Result<(), Problem> {
    let other = store::holding_name(tx, &organisation.name).await?.filter(|other| *other != organisation.id);
    let detail =
        "There is an organisation of this name. Use that one, or add to the name what tells the two apart.";
    other.map_or(Ok(()), |_| Err(Problem::of(Kind::Conflict).with_detail(detail)))
}

/// List organisations
///
/// Newest first. Hosts see those that their person belongs to.
#[utoipa::path(
    tag = "organisations",
    operation_id = "organisations.list",
    params(Paging, OrganisationFilter),
    responses((status = 200, description = "A page of organisations", body = OrganisationPage), Problem),
    security(("bearer" = []), ("api_key" = ["initiatives:read"]))
)]
#[get("/v1/organisations")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadOrganisations>,
    paging: Query<Paging>,
    filter: Query<OrganisationFilter>,
) -> Result<HttpResponse, Problem> {
    let fits = store::fitting(&filter.0);
    records::list::<Organisation, OrganisationOut>(&app, &req, &who, paging.0, &filter.0, fits).await
}

/// Read an organisation
#[utoipa::path(
    tag = "organisations",
    operation_id = "organisations.get",
    params(OrganisationPath),
    responses((status = 200, description = "The organisation", body = OrganisationOut), Problem),
    security(("bearer" = []), ("api_key" = ["initiatives:read"]))
)]
#[get("/v1/organisations/{organisation_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadOrganisations>,
    path: Path<OrganisationPath>,
) -> Result<HttpResponse, Problem> {
    records::get::<Organisation, OrganisationOut>(&app, &who, path.organisation_id).await
}

/// Edit an organisation
///
/// What the gallery shows of it changes at once: name and kind, which moderators and admins change once the public knows it by
/// them (403). 409 if it would get the name of another one.
#[utoipa::path(
    tag = "organisations",
    operation_id = "organisations.patch",
    params(OrganisationPath, EditHeaders),
    request_body(content((OrganisationPatch = "application/merge-patch+json"), (OrganisationPatch = "application/json"))),
    responses((status = 200, description = "The organisation", body = OrganisationOut), Problem),
    security(("bearer" = []), ("api_key" = ["initiatives:write"]))
)]
#[patch("/v1/organisations/{organisation_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<EditOrganisations>,
    path: Path<OrganisationPath>,
    if_match: IfMatch,
    body: Patch<OrganisationPatch>,
) -> Result<HttpResponse, Problem> {
    let shown = app
        .db
        .write(async |tx| edited(tx, &app.post, &who, path.organisation_id, &if_match, &body).await)
        .await?;
    records::answer::<_, OrganisationOut>(shown)
}

/// Makes an edit: a patch, or what an earlier edit changed is put back.
pub(super) async fn edited(
    tx: &Tx,
    post: &Post,
    who: &Allowed<EditOrganisations>,
    id: Uuid,
    if_match: &IfMatch,
    edit: &OrganisationPatch,
) -> Result<Shown<Organisation>, Problem> {
    let found = records::find_for_change::<Organisation>(tx, post.vault(), who.actor(), id).await?;
    let permit = who.over(&found)?;
    if_match.check(found.record.version)?;
    let (edited, changed) = records::edit(tx, who, &permit, &found.record, edit).await?;
    if edited.name != found.record.name || edited.kind != found.record.kind {
        stays_what_the_public_knows(tx, &permit, id).await?;
    }
    if edited.name != found.record.name {
        name_is_free(tx, &edited).await?;
    }
    records::keep_edit(tx, post.vault(), &permit, edit, &found.record, changed, edited).await
}

/// What the public knows an organisation by is what a moderator let through, as it is of everything else.
async fn stays_what_the_public_knows(
    tx: &Tx,
    permit: &Permit<EditOrganisations>,
    id: Uuid,
) -> Result<(), Problem> {
    let is_staff = EditOrganisations::MAY.of(permit.by()) == Reach::All;
    if is_staff || !publishing::ever_public(tx, RecordKind::Organisation, &[id]).await?.contains(&id) {
        return Ok(());
    }
    let detail = "The public knows the organisation by this: a moderator changes its name or kind.";
    Err(Problem::of(Kind::Forbidden).with_detail(detail))
}

/// Remove an organisation
///
/// Only one to which nothing refers.
#[utoipa::path(
    tag = "organisations",
    operation_id = "organisations.delete",
    params(OrganisationPath),
    responses((status = 204, description = "It is gone"), Problem),
    security(("bearer" = []))
)]
#[delete("/v1/organisations/{organisation_id}")]
pub(super) async fn remove(
    app: Data<App>,
    who: Allowed<CreateOrganisations>,
    path: Path<OrganisationPath>,
) -> Result<HttpResponse, Problem> {
    app.db
        .write(async |tx| {
            let found =
                records::find_for_change::<Organisation>(tx, &app.vault, who.actor(), path.organisation_id)
                    .await?;
            let permit = who.over(&found)?;
            records::remove(tx, &permit, &found.record).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
