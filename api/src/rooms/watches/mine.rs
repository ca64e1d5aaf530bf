//! What somebody does about their own watch, with the token of the letter.

use ::entity::erasure::ErasureKind;
use ::entity::watch::Model;
use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post};

use super::wire::{self, WatchOut, WatchPatch};
use super::{KIND, filter, rules, store};
use crate::access::action::Anyone;
use crate::access::{Allowed, ManageToken};
use crate::app::App;
use crate::db::{Gone, Tx};
use crate::http::idempotency::{self, Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::patch::{EditHeaders, IfMatch, Patch, record};
use crate::http::{etag, to_the_end};
use crate::outbox;
use crate::problem::Problem;

/// The watch that this token opens.
async fn find(app: &App, token: &ManageToken) -> Result<Model, Problem> {
    let found = store::by_token(app.db.reader(), token.hash(&app.vault, KIND)?).await?;
    found.filter(|row| !rules::is_over(row, app.clock.now())).ok_or(Problem::bad_token())
}

/// The same, kept from changing until the transaction ends.
async fn for_change(tx: &Tx, found: &Model) -> Result<Model, Problem> {
    let row = store::for_change(tx, found.id).await?;
    row.filter(|row| row.token_hash == found.token_hash).ok_or(Problem::bad_token())
}

/// Removes a watch for good: no letter is begun any more, and no copy of the database brings it back.
pub(super) async fn end(tx: &Tx, row: &Model) -> Result<(), Problem> {
    tx.for_good(Gone { kind: ErasureKind::Watch, id: row.id.0 });
    idempotency::forget(tx, row.id).await?;
    Ok(store::remove(tx, row.id).await?)
}

/// Read one's watch
#[utoipa::path(
    tag = "watches",
    operation_id = "watches.mine.get",
    responses((status = 200, description = "The watch", body = WatchOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("manage_token" = []))
)]
#[get("/v1/watches/mine")]
pub(super) async fn get(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
) -> Result<HttpResponse, Problem> {
    let row = find(&app, &token).await?;
    let content = store::content(app.db.reader(), &app.vault, &row).await?;
    record(row.version, &WatchOut::new(&row, content))
}

/// Change one's watch
///
/// What is left out stays; `null` lets everything through. What is new is told from then on by what it is then.
#[utoipa::path(
    tag = "watches",
    operation_id = "watches.mine.patch",
    params(EditHeaders),
    request_body(content((WatchPatch = "application/merge-patch+json"), (WatchPatch = "application/json"))),
    responses((status = 200, description = "The watch", body = WatchOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("manage_token" = []))
)]
#[patch("/v1/watches/mine")]
pub(super) async fn change(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    if_match: IfMatch,
    body: Patch<WatchPatch>,
) -> Result<HttpResponse, Problem> {
    let language = body.language.as_deref().map(wire::language).transpose()?;
    let found = find(&app, &token).await?;
    let (row, content) = app
        .db
        .write(async |tx| {
            let mut row = for_change(tx, &found).await?;
            if_match.check(row.version)?;
            let mut content = store::content(tx, &app.vault, &row).await?;
            content.filter = filter::checked(body.filter().applied_to(content.filter), "")?;
            store::put(tx, &app.vault, &mut row, &content).await?;
            if let Some(language) = &language {
                row.language.clone_from(language);
            }
            if let Some(every) = body.every {
                row = rules::every(row, every, tx.now());
            }
            Ok::<_, Problem>((store::save(tx, row).await?, content))
        })
        .await?;
    record(row.version, &WatchOut::new(&row, content))
}

/// End one's watch
///
/// At once and for good: the address is kept nowhere, and the token opens nothing any more.
#[utoipa::path(
    tag = "watches",
    operation_id = "watches.mine.delete",
    responses((status = 204, description = "There are no more letters"), Problem),
    security(("manage_token" = []))
)]
#[delete("/v1/watches/mine")]
pub(super) async fn remove(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
) -> Result<HttpResponse, Problem> {
    let found = find(&app, &token).await?;
    to_the_end(async move {
        app.db.write(async |tx| end(tx, &for_change(tx, &found).await?).await).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

/// Say that one wants these letters
///
/// With the token of the letter that asked. What becomes public from then on is news. Saying it twice is saying it once.
#[utoipa::path(
    tag = "watches",
    operation_id = "watches.mine.confirm",
    params(IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The watch", body = WatchOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("manage_token" = []))
)]
#[post("/v1/watches/mine/confirm")]
pub(super) async fn confirm(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let found = find(&app, &token).await?;
    once.run(&app, Caller::Holder(found.id.0), async |tx| {
        let mut row = for_change(tx, &found).await?;
        if row.confirmed_at.is_none() {
            let confirmed = rules::confirmed(row, outbox::last_number(tx).await?, tx.now());
            row = store::save(tx, confirmed).await?;
        }
        let content = store::content(tx, &app.vault, &row).await?;
        let (id, version) = (row.id, row.version);
        Ok(Reply::ok(&WatchOut::new(&row, content))?.etag(etag::of_version(version)).about(id))
    })
    .await
}
