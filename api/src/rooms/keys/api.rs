//! What admins do with keys.

use ::entity::api_key::Model;
use ::entity::ids::{ApiKeyId, OrganisationId};
use ::entity::organisation;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use sea_orm::EntityTrait as _;
use uuid::Uuid;

use super::wire::{KeyIn, KeyMade, KeyOut, KeyPage, KeyPath, KeyRotateIn, KeysPath};
use super::{rules, store};
use crate::access::action::ManageKeys;
use crate::access::{Allowed, ApiKey, Permit};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::Query;
use crate::http::etag::of_version;
use crate::http::idempotency::{self, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::{self, Cursor, Paging};
use crate::http::patch::{AsRead, DecisionHeaders, record};
use crate::ids;
use crate::problem::Problem;

/// Give out an API key
///
/// For one organisation and what it needs the key for. The secret is in this answer and nowhere else: hand it over where nobody
/// reads along. Whoever has it acts for the organisation.
#[utoipa::path(
    tag = "keys",
    operation_id = "keys.create",
    params(KeysPath, IdempotencyKey),
    request_body = KeyIn,
    responses((status = 201, description = "The key, with its secret", body = KeyMade,
        headers(("Location" = String, description = "The key's address"), ("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/organisations/{organisation_id}/keys")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<ManageKeys>,
    path: Path<KeysPath>,
    once: Once,
    body: Body<KeyIn>,
) -> Result<HttpResponse, Problem> {
    let (organisation, permit) = (OrganisationId(path.organisation_id), who.anew());
    let terms = rules::terms(&body, app.clock.now())?;
    let key = ApiKey::new(ApiKeyId(ids::v4()))?;
    let secret_hash = key.hash(&app.vault)?;
    once.run(&app, who.caller()?, async |tx| {
        store::active(tx, organisation).await?.ok_or(Problem::not_found("organisation"))?;
        let by = permit.by().account();
        let row =
            rules::given_out(key.id(), organisation, &body.name, &terms, secret_hash.clone(), by, tx.now());
        store::insert(tx, row.clone()).await?;
        note(tx, &permit, Action::IssueKey, row.id, vec!["name", "scopes", "addresses", "expires_at"])
            .await?;
        let location = format!("/v1/organisations/{organisation}/keys/{}", row.id);
        let made = KeyMade::new(KeyOut::new(row.clone(), tx.now()), key.text());
        Ok(Reply::created(location, &made)?.etag(of_version(row.version)).about(row.id))
    })
    .await
}

async fn note(
    tx: &Tx,
    permit: &Permit<ManageKeys>,
    action: Action,
    id: ApiKeyId,
    fields: Vec<&'static str>,
) -> Result<(), Problem> {
    let entry = Entry::new(By::from(permit.by()), action).on(Kind::ApiKey, id);
    Ok(audit::note(tx, entry.fields(fields)).await?)
}

/// List the API keys of an organisation
///
/// Newest first, with the last day each was used, and whether one turned up where others can read it. Never a secret.
#[utoipa::path(
    tag = "keys",
    operation_id = "keys.list",
    params(KeysPath, Paging),
    responses((status = 200, description = "A page of keys", body = KeyPage), Problem),
    security(("bearer" = []))
)]
#[get("/v1/organisations/{organisation_id}/keys")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    _who: Allowed<ManageKeys>,
    path: Path<KeysPath>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let (organisation, Paging { limit, cursor }) = (OrganisationId(path.organisation_id), paging.0);
    let reader = app.db.reader();
    let found = organisation::Entity::find_by_id(organisation).one(reader).await?;
    found.ok_or(Problem::not_found("organisation"))?;
    let binding = format!("keys {organisation}");
    let after =
        cursor.map(|cursor| Cursor::decode::<(DateTime<Utc>, Uuid)>(&binding, &cursor)).transpose()?;
    let rows = store::page(reader, organisation, after, limit.get()).await?;
    let now = app.clock.now();
    page::answer(&req, &binding, limit, rows, |row| (row.created_at, row.id.0), |row| KeyOut::new(row, now))
}

/// Read an API key
///
/// Never its secret.
#[utoipa::path(
    tag = "keys",
    operation_id = "keys.get",
    params(KeyPath),
    responses((status = 200, description = "The key", body = KeyOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []))
)]
#[get("/v1/organisations/{organisation_id}/keys/{key_id}")]
pub(super) async fn get(
    app: Data<App>,
    _who: Allowed<ManageKeys>,
    path: Path<KeyPath>,
) -> Result<HttpResponse, Problem> {
    let row = store::by_id(app.db.reader(), path.organisation_id.into(), path.key_id.into()).await?;
    let row = row.ok_or(Problem::not_found("key"))?;
    record(row.version, &KeyOut::new(row, app.clock.now()))
}

/// Give an API key a new secret
///
/// It is in this answer and nowhere else. The one before works on for `overlap_hours`, a day unless said otherwise, so that the
/// partner's systems change over one by one; `end-overlap` ends it sooner. 409 while one is in its last hours already, unless
/// `overlap_hours` is 0: that ends both at once.
#[utoipa::path(
    tag = "keys",
    operation_id = "keys.rotate",
    params(KeyPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<KeyRotateIn>),
    responses((status = 200, description = "The key, with its new secret", body = KeyMade,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/organisations/{organisation_id}/keys/{key_id}/rotate")]
pub(super) async fn rotate(
    app: Data<App>,
    who: Allowed<ManageKeys>,
    path: Path<KeyPath>,
    read: AsRead,
    once: Once,
    body: Body<KeyRotateIn>,
) -> Result<HttpResponse, Problem> {
    let key = ApiKey::new(path.key_id.into())?;
    let (permit, hash) = (who.anew(), key.hash(&app.vault)?);
    let answer = once
        .run(&app, who.caller()?, async |tx| {
            let row = found(tx, &path).await?;
            read.check(row.version)?;
            store::never_again(tx, &row);
            let row = rules::rotate(row, &permit, hash.clone(), body.overlap_hours, tx.now())?;
            let row = kept(tx, &permit, Action::RotateKey, row).await?;
            let (id, version) = (row.id, row.version);
            let made = KeyMade::new(KeyOut::new(row, tx.now()), key.text());
            Ok(Reply::ok(&made)?.etag(of_version(version)).about(id))
        })
        .await;
    app.access.api_keys.forget(key.id());
    answer
}

/// End the secret before at once
///
/// From the last rotation on there were two that worked. Now it is the newest alone.
#[utoipa::path(
    tag = "keys",
    operation_id = "keys.end_overlap",
    params(KeyPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The key", body = KeyOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/organisations/{organisation_id}/keys/{key_id}/end-overlap")]
pub(super) async fn end_overlap(
    app: Data<App>,
    who: Allowed<ManageKeys>,
    path: Path<KeyPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    act(&app, &who, (&path, &read), once, (Action::EndOverlap, rules::end_overlap)).await
}

/// Take an API key back
///
/// For good: at once here, within five seconds in every other process. What it made stays.
#[utoipa::path(
    tag = "keys",
    operation_id = "keys.revoke",
    params(KeyPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The key", body = KeyOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/organisations/{organisation_id}/keys/{key_id}/revoke")]
pub(super) async fn revoke(
    app: Data<App>,
    who: Allowed<ManageKeys>,
    path: Path<KeyPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    act(&app, &who, (&path, &read), once, (Action::RevokeKey, rules::revoke)).await
}

type Rule = fn(Model, &Permit<ManageKeys>, DateTime<Utc>) -> Result<Model, Problem>;

/// Does one thing to one key that tells no secret.
async fn act(
    app: &App,
    who: &Allowed<ManageKeys>,
    (path, read): (&KeyPath, &AsRead),
    once: Once,
    (action, rule): (Action, Rule),
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    let answer = once
        .run(app, who.caller()?, async |tx| {
            let row = found(tx, path).await?;
            read.check(row.version)?;
            if action == Action::RevokeKey {
                store::never_again(tx, &row);
            }
            let row = kept(tx, &permit, action, rule(row, &permit, tx.now())?).await?;
            let (id, version) = (row.id, row.version);
            Ok(Reply::ok(&KeyOut::new(row, tx.now()))?.etag(of_version(version)).about(id))
        })
        .await;
    app.access.api_keys.forget(path.key_id.into());
    answer
}

async fn found(tx: &Tx, path: &KeyPath) -> Result<Model, Problem> {
    let row = store::for_change(tx, path.organisation_id.into(), path.key_id.into()).await?;
    row.ok_or(Problem::not_found("key"))
}

/// Writes a changed key. Answers that are kept tell no secret of it any more.
async fn kept(tx: &Tx, permit: &Permit<ManageKeys>, action: Action, row: Model) -> Result<Model, Problem> {
    let row = store::save(tx, row).await?;
    idempotency::forget(tx, row.id).await?;
    note(tx, permit, action, row.id, vec![]).await?;
    Ok(row)
}
