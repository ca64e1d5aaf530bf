//! What a webhook was told, and having it told once more.

use ::entity::ids::WebhookId;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};

use super::api::{find_to_hear, note};
use super::store::Place;
use super::wire::{
    WebhookDeliveryFilter, WebhookDeliveryOut, WebhookDeliveryPage, WebhookDeliveryPath, WebhookPath,
};
use super::{rules, store};
use crate::access::Allowed;
use crate::access::action::ManageWebhooks;
use crate::app::App;
use crate::audit::Action;
use crate::http::Query;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::{self, Cursor, Paging};
use crate::problem::Problem;

/// List what a webhook was told
///
/// Newest first, for thirty days: how far each delivery is, how often it was attempted, and what came of it.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "webhooks.deliveries",
    params(WebhookPath, WebhookDeliveryFilter, Paging),
    responses((status = 200, description = "A page of deliveries", body = WebhookDeliveryPage), Problem),
    security(("bearer" = []), ("api_key" = ["webhooks:manage"]))
)]
#[get("/v1/webhooks/{webhook_id}/deliveries")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    (filter, paging): (Query<WebhookDeliveryFilter>, Query<Paging>),
) -> Result<HttpResponse, Problem> {
    let (filter, Paging { limit, cursor }) = (filter.0, paging.0);
    let (reader, id) = (app.db.reader(), WebhookId(path.webhook_id));
    let webhook = store::by_id(reader, id).await?.ok_or(Problem::not_found("webhook"))?;
    let _permit = who.over(&webhook)?;
    let binding = serde_json::to_string(&("deliveries", id, &filter)).map_err(Problem::internal)?;
    let after = cursor.map(|cursor| Cursor::decode::<Place>(&binding, &cursor)).transpose()?;
    let rows = store::deliveries(reader, id, &filter, after, limit.get()).await?;
    page::answer(
        &req,
        &binding,
        limit,
        rows,
        |row| (row.created_at, row.message_id),
        WebhookDeliveryOut::from,
    )
}

/// Have something delivered once more
///
/// With the same `webhook-id`, at once, and again with pauses until the other side takes it.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "webhooks.redeliver",
    params(WebhookDeliveryPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The delivery", body = WebhookDeliveryOut), Problem),
    security(("bearer" = []), ("api_key" = ["webhooks:manage"]))
)]
#[post("/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver")]
pub(super) async fn redeliver(
    app: Data<App>,
    who: Allowed<ManageWebhooks>,
    path: Path<WebhookDeliveryPath>,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let (webhook, permit) = find_to_hear(tx, &who, path.webhook_id).await?;
        let row = store::delivery(tx, webhook.id, path.delivery_id).await?;
        let row = row.ok_or(Problem::not_found("delivery"))?;
        let row = store::write_delivery(tx, rules::redeliver(row, &webhook, &permit, tx.now())?).await?;
        note(tx, &permit, Action::Replay, webhook.id, vec![]).await?;
        Reply::ok(&WebhookDeliveryOut::from(row))
    })
    .await
}
