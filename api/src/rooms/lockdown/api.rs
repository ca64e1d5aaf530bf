//! What is done about the lockdown of the whole gallery.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Allowed;
use crate::access::action::{LockDown, ReadLockdown};
use crate::app::App;
use crate::audit::By;
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::problem::Problem;
use crate::publishing;

/// Whether the whole gallery is locked down.
#[derive(Serialize, ToSchema)]
pub(super) struct LockdownOut {
    /// Since when; `null` if it is not.
    #[schema(required = true)]
    locked_down_at: Option<DateTime<Utc>>,
}

/// Ask whether the whole gallery is locked down
#[utoipa::path(
    tag = "lockdown",
    operation_id = "lockdown.get",
    responses((status = 200, description = "Whether it is", body = LockdownOut), Problem),
    security(("bearer" = []))
)]
#[get("/v1/lockdown")]
pub(super) async fn get(app: Data<App>, _who: Allowed<ReadLockdown>) -> Result<HttpResponse, Problem> {
    let locked_down_at = publishing::locked_down_since(app.db.reader()).await?;
    Ok(HttpResponse::Ok().json(LockdownOut { locked_down_at }))
}

/// Lock the whole gallery down
///
/// Within a second the public side answers in every process as if it were empty: lists, search, map, counts and calendars have
/// nothing in them, every item is 404, and the feed of changes stands still. Nobody registers from outside, nobody is
/// reminded, and no place is told. Nothing is lost: it ends with a second person (`POST /v1/proposals`), and everything is as it
/// was. Calling it again changes nothing.
#[utoipa::path(
    tag = "lockdown",
    operation_id = "lockdown.begin",
    params(IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "It is locked down", body = LockdownOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/lockdown")]
pub(super) async fn lock_down(
    app: Data<App>,
    who: Allowed<LockDown>,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, Caller::Holder(who.account()?.0), async |tx| {
        let since = super::begin(tx, By::from(permit.by())).await?;
        Reply::ok(&LockdownOut { locked_down_at: Some(since) })
    })
    .await
}
