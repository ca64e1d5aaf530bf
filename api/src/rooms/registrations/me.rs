//! What somebody signed in does about the registrations that they made with their account.

use ::entity::ids::RegistrationId;
use ::entity::registration::Model;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};

use super::mine::{BY_ITS_HOLDER, act, give_up, take_up};
use super::out::{MyRegistration, MyRegistrationPage};
use super::store;
use super::wire::RegistrationPath;
use crate::access::Allowed;
use crate::access::action::OwnRegistrations;
use crate::app::App;
use crate::http::Query;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::json::{Body, Empty};
use crate::http::page::{self, Cursor, Paging};
use crate::problem::Problem;

/// List one's own registrations
///
/// Those that were made with the account, in no particular order.
#[utoipa::path(
    tag = "registrations",
    operation_id = "me.registrations.list",
    params(Paging),
    responses((status = 200, description = "A page of registrations", body = MyRegistrationPage), Problem),
    security(("bearer" = []))
)]
#[get("/v1/me/registrations")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<OwnRegistrations>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let (account, Paging { limit, cursor }) = (who.account()?, paging.0);
    let binding = format!("me/registrations {account}");
    let after = cursor.map(|cursor| Cursor::decode::<RegistrationId>(&binding, &cursor)).transpose()?;
    let reader = app.db.reader();
    let mut mine = Vec::new();
    for row in store::all_of_account(reader, account, after, limit.get()).await? {
        mine.push((row.id, MyRegistration::read(reader, &app.vault, &row).await?));
    }
    page::answer(&req, &binding, limit, mine, |(id, _)| *id, |(_, registration)| registration)
}

async fn find(app: &App, who: &Allowed<OwnRegistrations>, path: &RegistrationPath) -> Result<Model, Problem> {
    let account = who.account()?;
    let row = store::by_id(app.db.reader(), RegistrationId(path.registration_id)).await?;
    row.filter(|row| row.account_id == Some(account)).ok_or(Problem::not_found("registration"))
}

/// Take a registration of one's own back
///
/// The seat is given to whoever is next, in the same moment.
#[utoipa::path(
    tag = "registrations",
    operation_id = "me.registrations.cancel",
    params(RegistrationPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The registration", body = MyRegistration), Problem),
    security(("bearer" = []))
)]
#[post("/v1/me/registrations/{registration_id}/cancel")]
pub(super) async fn cancel(
    app: Data<App>,
    who: Allowed<OwnRegistrations>,
    path: Path<RegistrationPath>,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let found = find(&app, &who, &path).await?;
    act(&app, found, BY_ITS_HOLDER, once, give_up).await
}

/// Accept a seat that is offered to oneself
#[utoipa::path(
    tag = "registrations",
    operation_id = "me.registrations.accept",
    params(RegistrationPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The registration", body = MyRegistration), Problem),
    security(("bearer" = []))
)]
#[post("/v1/me/registrations/{registration_id}/accept")]
pub(super) async fn accept(
    app: Data<App>,
    who: Allowed<OwnRegistrations>,
    path: Path<RegistrationPath>,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let found = find(&app, &who, &path).await?;
    act(&app, found, BY_ITS_HOLDER, once, take_up).await
}
