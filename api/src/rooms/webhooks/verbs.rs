//! Challenging a webhook, replacing its secret, and having it told nothing, or everything again.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};

use super::api::{find, find_to_hear, kept};
use super::sign::Secret;
use super::wire::{WebhookMade, WebhookOut, WebhookPath, WebhookReplayIn, WebhookRotateIn};
use super::{rules, store};
use crate::access::Allowed;
use crate::access::action::ManageWebhooks;
use crate::app::App;
use crate::audit::Action;
use crate::http::etag::of_version;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty, fault};
use crate::http::patch::{AsRead, DecisionHeaders};
use crate::ids;
use crate::outbox;
use crate::problem::Problem;

/// Have a webhook challenged
///
/// Its address is sent `webhook.verification` within seconds, signed like everything else, and is told what happens once it has answered
/// the challenge. Read the webhook to see whether it did; `failed_because` says why not. One that is active goes on meanwhile; one that is
/// disabled is put to use again by it.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "webhooks.verify",
    params(WebhookPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The webhook", body = WebhookOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []), ("api_key" = ["webhooks:manage"]))
)]
#[post("/v1/webhooks/{webhook_id}/verify")]
pub(super) async fn verify(
    app: Data<App>,
    who: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let (row, permit) = find(tx, &who, path.webhook_id).await?;
        read.check(row.version)?;
        store::challenge(tx, row.id, ids::v4()).await?;
        let row = kept(tx, &permit, Action::Verify, rules::verify(row, &permit), vec![]).await?;
        let (id, version) = (row.id, row.version);
        Ok(Reply::ok(&WebhookOut::new(row, tx.now()))?.etag(of_version(version)).about(id))
    })
    .await
}

/// Give a webhook a new secret
///
/// It is in this answer and nowhere else. For `overlap_hours`, a day unless said otherwise, deliveries are signed with the one before, too, so
/// that the other side can change over. 409 while they are already, unless `overlap_hours` is 0: that leaves the new one alone.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "webhooks.rotate_secret",
    params(WebhookPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<WebhookRotateIn>),
    responses((status = 200, description = "The webhook, with its new secret", body = WebhookMade,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []), ("api_key" = ["webhooks:manage"]))
)]
#[post("/v1/webhooks/{webhook_id}/rotate-secret")]
pub(super) async fn rotate_secret(
    app: Data<App>,
    who: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    read: AsRead,
    once: Once,
    body: Body<WebhookRotateIn>,
) -> Result<HttpResponse, Problem> {
    let secret = Secret::new()?;
    once.run(&app, who.caller()?, async |tx| {
        let (row, permit) = find_to_hear(tx, &who, path.webhook_id).await?;
        read.check(row.version)?;
        let key = app.vault.unwrap_key(&store::key(tx, row.id).await?)?;
        let sealed = secret.seal(&key, row.id)?;
        tx.erase();
        let row = rules::rotate(row, &permit, sealed, body.overlap_hours, tx.now())?;
        let row = kept(tx, &permit, Action::RotateKey, row, vec!["secret"]).await?;
        let (id, version) = (row.id, row.version);
        let made = WebhookMade::new(WebhookOut::new(row, tx.now()), secret.text());
        Ok(Reply::ok(&made)?.etag(of_version(version)).about(id))
    })
    .await
}

/// Have a webhook told nothing any more
///
/// `verify` puts it to use again. What happens meanwhile is not kept for it, but `replay` tells it.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "webhooks.disable",
    params(WebhookPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The webhook", body = WebhookOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []), ("api_key" = ["webhooks:manage"]))
)]
#[post("/v1/webhooks/{webhook_id}/disable")]
pub(super) async fn disable(
    app: Data<App>,
    who: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let (row, permit) = find(tx, &who, path.webhook_id).await?;
        let row = rules::disable(row, &permit)?;
        read.check(row.version)?;
        let row = kept(tx, &permit, Action::Suspend, row, vec![]).await?;
        let (id, version) = (row.id, row.version);
        Ok(Reply::ok(&WebhookOut::new(row, tx.now()))?.etag(of_version(version)).about(id))
    })
    .await
}

/// Have a webhook told again what happened
///
/// Everything since then that it may know and asks for, also what happened while it was disabled or before it was made; for thirty
/// days at most, and since there are webhooks at all. A delivery that it had before comes again with the same `webhook-id`. What is shown no more is not told again.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "webhooks.replay",
    params(WebhookPath, DecisionHeaders, IdempotencyKey),
    request_body = WebhookReplayIn,
    responses((status = 200, description = "The webhook", body = WebhookOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []), ("api_key" = ["webhooks:manage"]))
)]
#[post("/v1/webhooks/{webhook_id}/replay")]
pub(super) async fn replay(
    app: Data<App>,
    who: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    read: AsRead,
    once: Once,
    body: Body<WebhookReplayIn>,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let (row, permit) = find_to_hear(tx, &who, path.webhook_id).await?;
        if body.since > tx.now() {
            return Err(Problem::invalid_body(vec![fault("/since", "ahead", "must not be in the future")]));
        }
        let (newest, before) = outbox::newest_fact(tx, body.since).await?;
        let row = rules::replay(row, &permit, before, newest)?;
        read.check(row.version)?;
        let row = kept(tx, &permit, Action::Replay, row, vec![]).await?;
        let (id, version) = (row.id, row.version);
        Ok(Reply::ok(&WebhookOut::new(row, tx.now()))?.etag(of_version(version)).about(id))
    })
    .await
}
