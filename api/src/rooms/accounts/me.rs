//! What everybody does with the own account.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, patch, post};

use super::api::answer;
use super::wire::{AccountOut, MePatch, PasswordIn};
use super::{rules, store};
use crate::access::Allowed;
use crate::access::action::OwnAccount;
use crate::access::password::Compared;
use crate::app::App;
use crate::http::json::Body;
use crate::http::limits::Limits;
use crate::http::patch::{EditHeaders, IfMatch, Patch};
use crate::problem::{Fault, Problem};

/// Read one's own account
#[utoipa::path(
    tag = "accounts",
    operation_id = "me.get",
    responses((status = 200, description = "The account", body = AccountOut), Problem),
    security(("bearer" = []))
)]
#[get("/v1/me")]
pub(super) async fn get(app: Data<App>, who: Allowed<OwnAccount>) -> Result<HttpResponse, Problem> {
    let row = store::by_id(app.db.reader(), who.account()?).await?;
    answer(&app, row.ok_or(Problem::not_found("account"))?).await
}

/// Change one's own name and language
#[utoipa::path(
    tag = "accounts",
    operation_id = "me.patch",
    params(EditHeaders),
    request_body(content((MePatch = "application/merge-patch+json"), (MePatch = "application/json"))),
    responses((status = 200, description = "The account", body = AccountOut), Problem),
    security(("bearer" = []))
)]
#[patch("/v1/me")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<OwnAccount>,
    if_match: IfMatch,
    body: Patch<MePatch>,
) -> Result<HttpResponse, Problem> {
    let MePatch { display_name, language } = body.into_inner();
    let changes =
        rules::OwnChanges { display_name: display_name.map(|name| name.trim().to_owned()), language };
    let row = app
        .db
        .write(async |tx| {
            let row = store::for_change(tx, who.account()?).await?.ok_or(Problem::not_found("account"))?;
            let permit = who.over(&row)?;
            if_match.check(row.version)?;
            let (row, changed) = rules::change_own(row, &permit, changes.clone());
            if changed.is_empty() {
                return Ok(row);
            }
            Ok::<_, Problem>(store::save(tx, row).await?)
        })
        .await?;
    answer(&app, row).await
}

/// Change one's own password
///
/// Every other session of the account ends.
#[utoipa::path(
    tag = "accounts",
    operation_id = "me.password",
    request_body = PasswordIn,
    responses((status = 204, description = "It is changed"), Problem),
    security(("bearer" = []))
)]
#[post("/v1/me/password")]
pub(super) async fn password(
    app: Data<App>,
    limits: Data<Limits>,
    req: HttpRequest,
    who: Allowed<OwnAccount>,
    body: Body<PasswordIn>,
) -> Result<HttpResponse, Problem> {
    let (id, session) = (who.account()?, who.signed_in()?.session);
    let row = store::by_id(app.db.reader(), id).await?.ok_or(Problem::not_found("account"))?;
    let attempt = app.access.throttle.attempt(&row.email_hash, limits.network(&req));
    app.access.throttle.pass(attempt, app.clock.now())?;
    let stored = row.password_hash.as_deref();
    if app.access.passwords.compare(&body.old_password, stored).await? == Compared::Wrong {
        return Err(wrong_password("/old_password"));
    }
    app.access.throttle.succeeded(attempt, app.clock.now());
    let email = store::email(app.db.reader(), &app.vault, &row).await?;
    let (words, second_factor) = (vec![email, row.display_name.clone()], row.totp_confirmed_at.is_some());
    app.access.passwords.judge(&body.new_password, "/new_password", second_factor, words).await?;
    let hash = app.access.passwords.hash(&body.new_password).await?;
    app.db
        .write(async |tx| {
            let mut now = store::for_change(tx, id).await?.ok_or(Problem::not_found("account"))?;
            let _permit = who.over(&now)?;
            // Somebody else changed it while this was hashed.
            if now.password_hash != row.password_hash {
                return Err(wrong_password("/old_password"));
            }
            now.password_hash = Some(hash.clone());
            store::save(tx, now).await?;
            store::end_sessions(tx, id, Some(session)).await?;
            Ok::<_, Problem>(())
        })
        .await?;
    app.access.forget_account(id);
    Ok(HttpResponse::NoContent().finish())
}

/// The refusal of somebody who is signed in and does not know the password.
pub(super) fn wrong_password(pointer: &'static str) -> Problem {
    Problem::invalid_body(vec![Fault::pointer(
        pointer,
        "wrong_password",
        "is not the password of this account",
    )])
}
