//! Closing an account for good.

use ::entity::erasure::ErasureKind;
use ::entity::ids::AccountId;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, post};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{erase_person, store};
use crate::access::Allowed;
use crate::access::action::{ManageAccounts, OwnAccount};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Gone, Tx};
use crate::http::idempotency::{self, Caller, IdempotencyKey, Once, Reply};
use crate::http::json::Body;
use crate::http::limits::Limits;
use crate::http::to_the_end;
use crate::outbox::Post;
use crate::problem::Problem;
use crate::rooms::accounts::{self, AccountPath};
use crate::rooms::{calendars, registrations, submissions, watches};

/// Somebody wants to be forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FarewellIn {
    /// The password.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 256)]
    password: SecretString,
}

/// Erase oneself
///
/// For good, and at once: the account is closed, every session of it ends, its seats are given on, and the person it is, if it
/// is one, is erased as `DELETE /v1/people/{person_id}` does. What the account made for the campaign stays, without its
/// name. The last admin stays (409).
#[utoipa::path(
    tag = "accounts",
    operation_id = "me.erase",
    params(IdempotencyKey),
    request_body = FarewellIn,
    responses((status = 204, description = "Nothing tells of them any more"), Problem),
    security(("bearer" = []))
)]
#[post("/v1/me/erase")]
pub(super) async fn erase_me(
    app: Data<App>,
    limits: Data<Limits>,
    req: HttpRequest,
    who: Allowed<OwnAccount>,
    once: Once,
    body: Body<FarewellIn>,
) -> Result<HttpResponse, Problem> {
    let id = who.account()?;
    // A repetition gets the answer of the first: so a refusal waits until it is asked for.
    let known = accounts::know_password(&app, id, limits.network(&req), &body.password, "/password").await;
    let answer = once
        .run(&app, Caller::Holder(id.0), async |tx| {
            known.as_ref().map_err(Problem::clone)?;
            let row = accounts::lock(tx, id).await?.ok_or(Problem::not_found("account"))?;
            let by = By::from(who.over(&row)?.by());
            let person = row.person_id;
            erase_account(tx, &app.post, by, id, true).await?;
            if let Some(person) = person
                && let Some(person) = store::person(tx, person).await?
            {
                erase_person(tx, &app.post, by, person).await?;
            }
            Ok(Reply::no_content())
        })
        .await;
    app.access.forget_account(id);
    answer
}

/// Close an account for good
///
/// Its sessions end, its seats are given on, its address can have another account. The person it is stays: see
/// `DELETE /v1/people/{person_id}`. What it made stays, without its name. Doing it again does nothing; the last admin stays (409).
#[utoipa::path(
    tag = "accounts",
    operation_id = "accounts.erase",
    params(AccountPath),
    responses((status = 204, description = "Nothing tells whose it was"), Problem),
    security(("bearer" = []))
)]
#[delete("/v1/accounts/{account_id}")]
pub(super) async fn erase(
    app: Data<App>,
    who: Allowed<ManageAccounts>,
    path: Path<AccountPath>,
) -> Result<HttpResponse, Problem> {
    let id = AccountId(path.account_id);
    to_the_end(async move {
        let effect = async |tx: &Tx| {
            let row = accounts::lock(tx, id).await?.ok_or(Problem::not_found("account"))?;
            erase_account(tx, &app.post, By::from(who.over(&row)?.by()), id, true).await
        };
        app.db.write(effect).await?;
        app.access.forget_account(id);
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

/// Closes an account, and erases who it was: what it registered and asked for, what it watches, and its calendar.
///
/// # Errors
/// 409 for the last admin, where `keep_an_admin` says so.
pub(super) async fn erase_account(
    tx: &Tx,
    post: &Post,
    by: By,
    id: AccountId,
    keep_an_admin: bool,
) -> Result<(), Problem> {
    let email = accounts::address_of(tx, post.vault(), id).await?;
    if !accounts::close(tx, id, keep_an_admin).await? {
        return Ok(());
    }
    watches::forget_account(tx, id).await?;
    if let Some(email) = email {
        watches::forget_address(tx, post.vault(), &email).await?;
    }
    tx.for_good(Gone { kind: ErasureKind::Account, id: id.0 });
    registrations::forget_account(tx, post, by, id).await?;
    submissions::forget_account(tx, post.vault(), by, id).await?;
    calendars::close(tx, id).await?;
    store::note(tx, ErasureKind::Account, id.0).await?;
    idempotency::forget(tx, id.0).await?;
    Ok(audit::note(tx, Entry::new(by, Action::Erase).on(Kind::Account, id)).await?)
}
