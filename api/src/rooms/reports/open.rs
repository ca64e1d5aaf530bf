//! Reporting something, without an account.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};

use super::store;
use super::wire::ReportIn;
use crate::access::Allowed;
use crate::access::action::Anyone;
use crate::app::App;
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::problem::Problem;

/// Report something in the gallery
///
/// That it is about you, endangers somebody or is wrong. A moderator looks at it. Nobody is asked who they are, and the answer is
/// the same whether or not there is such an item. What you write is sealed, and erased ninety days after it was dealt with.
#[utoipa::path(
    tag = "reports",
    operation_id = "reports.create",
    params(IdempotencyKey),
    request_body = ReportIn,
    responses((status = 202, description = "It has arrived", body = Empty), Problem),
    security()
)]
#[post("/v1/reports")]
pub(super) async fn create(
    app: Data<App>,
    _who: Allowed<Anyone>,
    once: Once,
    body: Body<ReportIn>,
) -> Result<HttpResponse, Problem> {
    once.run(&app, Caller::Nobody, async |tx| {
        let id = store::insert(tx, &app.vault, &body).await?;
        Ok(Reply::accepted(&Empty {})?.about(id))
    })
    .await
}
