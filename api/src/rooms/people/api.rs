//! What is done with people.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, patch, post};

use super::wire::{PersonFilter, PersonIn, PersonOut, PersonPage, PersonPatch, PersonPath};
use super::{PersonRecord, store};
use crate::access::Allowed;
use crate::access::action::{CreatePeople, EditPeople, ReadPeople};
use crate::app::App;
use crate::audit::Action;
use crate::http::Query;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::json::Body;
use crate::http::page::Paging;
use crate::http::patch::{EditHeaders, IfMatch, Patch};
use crate::ids;
use crate::problem::Problem;
use crate::rooms::records;

/// Record a person
///
/// A pseudonym is a name. Nothing is mailed, and nothing is public: that takes a consent.
#[utoipa::path(
    tag = "people",
    operation_id = "people.create",
    params(IdempotencyKey),
    request_body = PersonIn,
    responses((status = 201, description = "The person", body = PersonOut,
        headers(("Location" = String, description = "The person's address"))), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:write"]))
)]
#[post("/v1/people")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<CreatePeople>,
    body: Body<PersonIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        let person = records::read(tx, &who, &permit, ids::v4(), (*body).clone()).await?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Create, vec![], person).await?;
        records::created::<_, PersonOut>(shown)
    })
    .await
}

/// List people
///
/// In no particular order. Hosts see those they recorded and those who host their events with them.
#[utoipa::path(
    tag = "people",
    operation_id = "people.list",
    params(Paging, PersonFilter),
    responses((status = 200, description = "A page of people", body = PersonPage), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:read"]))
)]
#[get("/v1/people")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadPeople>,
    paging: Query<Paging>,
    filter: Query<PersonFilter>,
) -> Result<HttpResponse, Problem> {
    let fits = store::fitting(&filter.0);
    records::list::<PersonRecord, PersonOut>(&app, &req, &who, paging.0, &filter.0, fits).await
}

/// Read a person
#[utoipa::path(
    tag = "people",
    operation_id = "people.get",
    params(PersonPath),
    responses((status = 200, description = "The person", body = PersonOut), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:read"]))
)]
#[get("/v1/people/{person_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadPeople>,
    path: Path<PersonPath>,
) -> Result<HttpResponse, Problem> {
    records::get::<PersonRecord, PersonOut>(&app, &who, path.person_id).await
}

/// Edit a person
///
/// A contact is sealed and not read back. Whose person it is does not add organisations to it: what those host is theirs too.
#[utoipa::path(
    tag = "people",
    operation_id = "people.patch",
    params(PersonPath, EditHeaders),
    request_body(content((PersonPatch = "application/merge-patch+json"), (PersonPatch = "application/json"))),
    responses((status = 200, description = "The person", body = PersonOut), Problem),
    security(("bearer" = []))
)]
#[patch("/v1/people/{person_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<EditPeople>,
    path: Path<PersonPath>,
    if_match: IfMatch,
    body: Patch<PersonPatch>,
) -> Result<HttpResponse, Problem> {
    let shown = app
        .db
        .write(async |tx| {
            let found =
                records::find_for_change::<PersonRecord>(tx, &app.vault, who.actor(), path.person_id).await?;
            let permit = who.over(&found)?;
            if_match.check(found.record.row.version)?;
            let (edited, changed) = records::edit(tx, &who, &permit, &found.record, &body).await?;
            let joins = edited.organisations.iter().any(|one| !found.record.organisations.contains(one));
            if joins {
                // What one's organisations host is one's own.
                records::not_oneself(tx, who.owner()?, false, &[path.person_id]).await?;
            }
            records::keep(tx, &app.vault, &permit, Action::Update, changed, edited).await
        })
        .await?;
    records::answer::<_, PersonOut>(shown)
}
