//! What is done with webhooks.

use ::entity::ids::{OrganisationId, WebhookId};
use ::entity::watch::WatchFilter;
use ::entity::webhook_endpoint::{Model, WebhookStatus, WebhookType};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use uuid::Uuid;

use super::sign::Secret;
use super::store::Place;
use super::wire::{
    WebhookFilter, WebhookIn, WebhookMade, WebhookOut, WebhookPage, WebhookPatch, WebhookPath, address,
};
use super::{rules, store};
use crate::access::action::ManageWebhooks;
use crate::access::{Actor, Allowed, Owner, Permit, Row};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::Query;
use crate::http::etag::of_version;
use crate::http::idempotency::{self, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, fault};
use crate::http::page::{self, Cursor, Paging};
use crate::http::patch::{EditHeaders, IfMatch, Patch, record};
use crate::ids;
use crate::outbox::Targets;
use crate::problem::{Kind as Wrong, Problem};
use crate::rooms::{keys, watches};

/// Webhooks that an organisation may have.
const MOST: u64 = 2000;

impl Row for Model {
    const NOUN: &'static str = "webhook";

    fn belongs_to(&self, owner: Owner) -> bool {
        owner == Owner::Organisation(self.organisation_id)
    }
}

/// Make a webhook
///
/// The secret is in this answer and nowhere else: deliveries are signed with it. Its address is challenged at once (`webhook.verification`)
/// and told nothing before it has answered; `verify` challenges it again. What is public needs no further scope; to be told of registrations and
/// people takes `registrations:read`, of submissions `submissions:write`, of commitments `outcomes:read`. With a `filter` it is told of some of
/// what is public alone, and of all that is withdrawn.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "webhooks.create",
    params(IdempotencyKey),
    request_body = WebhookIn,
    responses((status = 201, description = "The webhook, with its secret", body = WebhookMade,
        headers(("Location" = String, description = "The webhook's address"), ("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []), ("api_key" = ["webhooks:manage"]))
)]
#[post("/v1/webhooks")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<ManageWebhooks>,
    once: Once,
    body: Body<WebhookIn>,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    let organisation = organisation(who.actor(), body.organisation)?;
    check_url(app.targets, &body.url)?;
    check_scopes(who.actor(), &body.types)?;
    let filter = body.filter.clone().map(|filter| watches::checked(filter, "/filter")).transpose()?;
    let (id, secret) = (WebhookId(ids::v4()), Secret::new()?);
    let (key, wrapped) = app.vault.new_key(id.0, app.clock.now())?;
    let sealed = secret.seal(&key, id)?;
    once.run(&app, who.caller()?, async |tx| {
        let found = keys::active(tx, organisation).await?;
        found.ok_or_else(|| unknown_organisation("names no organisation"))?;
        if store::count_of(tx, organisation).await? >= MOST {
            let detail = format!("An organisation has {MOST} webhooks at most.");
            return Err(Problem::of(Wrong::Conflict).with_detail(detail));
        }
        let row = Model {
            id,
            organisation_id: organisation,
            url: body.url.clone(),
            kinds: rules::types(body.types.clone()),
            filter: filter.clone().and_then(rules::filter),
            state: WebhookStatus::Pending,
            disabled_because: None,
            sealed_secret: sealed.clone(),
            sealed_previous: None,
            previous_until: None,
            verified_at: None,
            delivered_at: None,
            failing_since: None,
            failed_because: None,
            busy_until: tx.now(),
            replay_after: None,
            replay_until: None,
            created_by: permit.by().account(),
            version: 1,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        store::insert(tx, row.clone(), wrapped.clone()).await?;
        store::challenge(tx, id, ids::v4()).await?;
        note(tx, &permit, Action::Create, id, vec!["url", "types", "filter"]).await?;
        let made = WebhookMade::new(WebhookOut::new(row, tx.now()), secret.text());
        Ok(Reply::created(address(id), &made)?.etag(of_version(1)).about(id))
    })
    .await
}

/// Whose a new webhook is.
fn organisation(actor: &Actor, named: Option<Uuid>) -> Result<OrganisationId, Problem> {
    match (actor.partner(), named) {
        (Some(partner), None) => Ok(partner.organisation),
        (Some(partner), Some(named)) if named == partner.organisation.0 => Ok(partner.organisation),
        (Some(_), Some(_)) => Err(unknown_organisation("must be the organisation of the key, or left out")),
        (None, Some(named)) => Ok(named.into()),
        (None, None) => {
            Err(Problem::invalid_body(vec![fault("/organisation", "required", "is required of admins")]))
        }
    }
}

fn unknown_organisation(detail: &'static str) -> Problem {
    Problem::invalid_body(vec![fault("/organisation", "unknown_reference", detail)])
}

fn check_url(targets: Targets, url: &str) -> Result<(), Problem> {
    let fits = targets.check(url);
    fits.map_err(|detail| Problem::invalid_body(vec![fault("/url", "forbidden_address", detail)]))
}

/// A key asks for no more than it may read itself.
fn check_scopes(actor: &Actor, types: &[WebhookType]) -> Result<(), Problem> {
    let Some(partner) = actor.partner() else { return Ok(()) };
    let missing = |kind: &WebhookType| rules::scope(*kind).filter(|scope| !partner.scopes.has(*scope));
    match types.iter().find_map(|kind| missing(kind).map(|scope| (kind, scope))) {
        None => Ok(()),
        Some((kind, scope)) => Err(Problem::of(Wrong::InsufficientScope)
            .with_detail(format!("To be told of `{kind}` the key lacks the scope `{scope}`."))),
    }
}

/// Notes what was done to a webhook.
pub(super) async fn note(
    tx: &Tx,
    permit: &Permit<ManageWebhooks>,
    action: Action,
    id: WebhookId,
    fields: Vec<&'static str>,
) -> Result<(), Problem> {
    let entry = Entry::new(By::from(permit.by()), action).on(Kind::Webhook, id);
    Ok(audit::note(tx, entry.fields(fields)).await?)
}

/// List webhooks
///
/// Newest first: the organisation's own, to admins everybody's. Never a secret.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "webhooks.list",
    params(WebhookFilter, Paging),
    responses((status = 200, description = "A page of webhooks", body = WebhookPage), Problem),
    security(("bearer" = []), ("api_key" = ["webhooks:manage"]))
)]
#[get("/v1/webhooks")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ManageWebhooks>,
    (filter, paging): (Query<WebhookFilter>, Query<Paging>),
) -> Result<HttpResponse, Problem> {
    let (filter, Paging { limit, cursor }) = (filter.0, paging.0);
    let own = who.actor().partner().map(|partner| partner.organisation);
    let binding = serde_json::to_string(&("webhooks", &filter)).map_err(Problem::internal)?;
    let after = cursor.map(|cursor| Cursor::decode::<Place>(&binding, &cursor)).transpose()?;
    let rows = store::page(app.db.reader(), own, &filter, after, limit.get()).await?;
    let now = app.clock.now();
    page::answer(
        &req,
        &binding,
        limit,
        rows,
        |row| (row.created_at, row.id.0),
        |row| WebhookOut::new(row, now),
    )
}

/// Read a webhook
///
/// Where it stands, and since when it fails. Never its secret.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "webhooks.get",
    params(WebhookPath),
    responses((status = 200, description = "The webhook", body = WebhookOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []), ("api_key" = ["webhooks:manage"]))
)]
#[get("/v1/webhooks/{webhook_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
) -> Result<HttpResponse, Problem> {
    let row = store::by_id(app.db.reader(), path.webhook_id.into()).await?;
    let row = row.ok_or(Problem::not_found("webhook"))?;
    let _permit = who.over(&row)?;
    record(row.version, &WebhookOut::new(row, app.clock.now()))
}

/// Edit a webhook
///
/// Another address is told nothing before it has answered a challenge of its own. What waited for the former one is sent to it then.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "webhooks.patch",
    params(WebhookPath, EditHeaders),
    request_body(content((WebhookPatch = "application/merge-patch+json"), (WebhookPatch = "application/json"))),
    responses((status = 200, description = "The webhook", body = WebhookOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []), ("api_key" = ["webhooks:manage"]))
)]
#[patch("/v1/webhooks/{webhook_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
    if_match: IfMatch,
    body: Patch<WebhookPatch>,
) -> Result<HttpResponse, Problem> {
    let row = app
        .db
        .write(async |tx| {
            let (row, permit) = find(tx, &who, path.webhook_id).await?;
            if_match.check(row.version)?;
            if let Some(url) = &body.url {
                check_url(app.targets, url)?;
            }
            let asked = body.types.clone().unwrap_or_default();
            let added: Vec<WebhookType> =
                asked.into_iter().filter(|kind| !row.kinds.0.contains(kind)).collect();
            check_scopes(who.actor(), &added)?;
            if body.url.is_some() {
                // What it is told of already is told there from now on.
                check_scopes(who.actor(), &row.kinds.0)?;
            }
            let types = body.types.clone().map(rules::types);
            let filter = match body.filter.clone() {
                Some(Some(patch)) => patch.applied_to(row.filter.clone().unwrap_or_default()),
                Some(None) => WatchFilter::default(),
                None => row.filter.clone().unwrap_or_default(),
            };
            let filter = rules::filter(watches::checked(filter, "/filter")?);
            let (row, changed) = rules::edit(row, &permit, body.url.clone(), types, filter);
            if changed.is_empty() {
                return Ok(row);
            }
            if changed.contains(&"url") {
                store::challenge(tx, row.id, ids::v4()).await?;
            }
            kept(tx, &permit, Action::Update, row, changed).await
        })
        .await?;
    record(row.version, &WebhookOut::new(row, app.clock.now()))
}

/// Remove a webhook
///
/// It is told nothing from then on, and what it was told is forgotten here.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "webhooks.delete",
    params(WebhookPath),
    responses((status = 204, description = "It is gone"), Problem),
    security(("bearer" = []), ("api_key" = ["webhooks:manage"]))
)]
#[delete("/v1/webhooks/{webhook_id}")]
pub(super) async fn remove(
    app: Data<App>,
    who: Allowed<ManageWebhooks>,
    path: Path<WebhookPath>,
) -> Result<HttpResponse, Problem> {
    app.db
        .write(async |tx| {
            let (row, permit) = find(tx, &who, path.webhook_id).await?;
            store::remove(tx, row.id).await?;
            idempotency::forget(tx, row.id).await?;
            note(tx, &permit, Action::Delete, row.id, vec![]).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One that somebody may manage, kept from changing until the transaction ends.
pub(super) async fn find(
    tx: &Tx,
    who: &Allowed<ManageWebhooks>,
    id: Uuid,
) -> Result<(Model, Permit<ManageWebhooks>), Problem> {
    let row = store::for_change(tx, id.into()).await?.ok_or(Problem::not_found("webhook"))?;
    let permit = who.over(&row)?;
    Ok((row, permit))
}

/// The same, where what is done has it told to whoever does it: a key has what it may read itself.
pub(super) async fn find_to_hear(
    tx: &Tx,
    who: &Allowed<ManageWebhooks>,
    id: Uuid,
) -> Result<(Model, Permit<ManageWebhooks>), Problem> {
    let found = find(tx, who, id).await?;
    check_scopes(who.actor(), &found.0.kinds.0)?;
    Ok(found)
}

/// Writes a changed webhook. Answers that are kept tell no secret of it any more.
pub(super) async fn kept(
    tx: &Tx,
    permit: &Permit<ManageWebhooks>,
    action: Action,
    row: Model,
    fields: Vec<&'static str>,
) -> Result<Model, Problem> {
    let row = store::save(tx, row).await?;
    idempotency::forget(tx, row.id).await?;
    note(tx, permit, action, row.id, fields).await?;
    Ok(row)
}
