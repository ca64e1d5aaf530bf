//! What everybody does with the own account.

use std::net::IpAddr;

use ::entity::account;
use ::entity::ids::AccountId;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, patch, post};
use secrecy::SecretString;

use super::api::answer;
use super::wire::{AccountOut, MePatch, PasswordIn};
use super::{rules, store};
use crate::access::Allowed;
use crate::access::action::OwnAccount;
use crate::access::password::Compared;
use crate::access::throttle::Attempt;
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::http::json::Body;
use crate::http::limits::Limits;
use crate::http::patch::{EditHeaders, IfMatch, Patch};
use crate::outbox::{Language, Letter, Message, mail};
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
            let update = Entry::new(By::from(permit.by()), Action::Update).on(Kind::Account, row.id);
            audit::note(tx, update.fields(changed)).await?;
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
    params(IdempotencyKey),
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
    once: Once,
    body: Body<PasswordIn>,
) -> Result<HttpResponse, Problem> {
    let (id, session) = (who.account()?, who.signed_in()?.session);
    // A repetition gets the answer of the first, which has changed the password: so a refusal waits until it is asked for.
    let prepared = prepare(&app, id, limits.network(&req), &body).await;
    let answer = once
        .run(&app, Caller::Holder(id.0), async |tx| {
            let Prepared { before, hash, email } = prepared.as_ref().map_err(Problem::clone)?;
            let mut row = store::for_change(tx, id).await?.ok_or(Problem::not_found("account"))?;
            let permit = who.over(&row)?;
            // Somebody else changed it while this was hashed.
            if row.password_hash != *before {
                return Err(wrong_password("/old_password"));
            }
            row.password_hash = Some(hash.clone());
            let row = store::save(tx, row).await?;
            store::end_sessions(tx, id, Some(session)).await?;
            audit::note(tx, Entry::new(By::from(permit.by()), Action::ChangePassword).on(Kind::Account, id))
                .await?;
            let language = Language::of(row.language.as_deref().unwrap_or_default());
            mail(tx, &app.post, Letter { to: email.clone(), language, message: Message::PasswordChanged })
                .await?;
            Ok(Reply::no_content())
        })
        .await;
    app.access.forget_account(id);
    answer
}

/// What a new password takes before the transaction.
struct Prepared {
    /// The hash of the old one.
    before: Option<String>,
    /// The hash of the new one.
    hash: String,
    /// The e-mail address.
    email: String,
}

async fn prepare(
    app: &App,
    id: AccountId,
    network: Option<IpAddr>,
    body: &PasswordIn,
) -> Result<Prepared, Problem> {
    let (row, attempt) = compared(app, id, network, &body.old_password, "/old_password").await?;
    app.access.throttle.succeeded(attempt, app.clock.now());
    let before = row.password_hash.clone();
    let email = store::email(app.db.reader(), &app.vault, &row).await?;
    let (words, second_factor) = (vec![email.clone(), row.display_name], row.totp_confirmed_at.is_some());
    app.access.passwords.judge(&body.new_password, "/new_password", second_factor, words).await?;
    let hash = app.access.passwords.hash(&body.new_password).await?;
    Ok(Prepared { before, hash, email })
}

/// Whether somebody who is signed in knows the password, which is in the member that `pointer` names.
///
/// # Errors
/// 422 if it is another one, 429 after too many of these.
pub async fn know_password(
    app: &App,
    id: AccountId,
    network: Option<IpAddr>,
    given: &SecretString,
    pointer: &'static str,
) -> Result<(), Problem> {
    let (_, attempt) = compared(app, id, network, given, pointer).await?;
    app.access.throttle.succeeded(attempt, app.clock.now());
    Ok(())
}

/// The account whose password this is, and the attempt that has not failed.
pub(super) async fn compared(
    app: &App,
    id: AccountId,
    network: Option<IpAddr>,
    given: &SecretString,
    pointer: &'static str,
) -> Result<(account::Model, Attempt), Problem> {
    let row = store::by_id(app.db.reader(), id).await?.ok_or(Problem::not_found("account"))?;
    let attempt = app.access.throttle.attempt(&row.email_hash, network);
    app.access.throttle.pass(attempt, app.clock.now())?;
    if app.access.passwords.compare(given, row.password_hash.as_deref()).await? == Compared::Wrong {
        return Err(wrong_password(pointer));
    }
    Ok((row, attempt))
}

/// The refusal of somebody who is signed in and does not know the password.
fn wrong_password(pointer: &'static str) -> Problem {
    Problem::invalid_body(vec![Fault::pointer(
        pointer,
        "wrong_password",
        "is not the password of this account",
    )])
}
