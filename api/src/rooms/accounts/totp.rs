//! The second factor: an authenticator, and recovery codes for the day when it is lost.

use std::net::IpAddr;

use ::entity::account;
use ::entity::ids::AccountId;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use secrecy::{ExposeSecret as _, SecretString};

use super::wire::{
    AccountOut, AccountPath, RecoveryCodesOut, TotpConfirmIn, TotpOut, TotpRemoveIn, TotpTakeIn,
};
use super::{api, me, needs_second_factor, rules, store};
use crate::access::action::{EnrolSecondFactor, ManageAccounts, OwnAccount};
use crate::access::password::may_stand_alone;
use crate::access::{Allowed, secret, totp};
use crate::app::App;
use crate::audit::{self, Action, By, Entry};
use crate::db::Tx;
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::limits::Limits;
use crate::outbox::{Language, Letter, Message, mail};
use crate::problem::{Fault, Kind, Problem};
use crate::vault::Vault;

/// What stands for a second factor in a request.
#[derive(Clone)]
pub enum Factor {
    /// What the authenticator shows.
    Code(SecretString),
    /// A recovery code.
    Recovery(SecretString),
}

impl Factor {
    /// From the two members of a request; the code counts where both are given.
    pub fn of(totp: Option<&SecretString>, recovery_code: Option<&SecretString>) -> Option<Self> {
        let recovery = || recovery_code.cloned().map(Self::Recovery);
        totp.cloned().map(Self::Code).or_else(recovery)
    }
}

/// Uses a second factor up: no code works twice. Whether it was right.
///
/// # Errors
/// The database's or the vault's.
pub async fn spend(tx: &Tx, vault: &Vault, row: &account::Model, factor: &Factor) -> Result<bool, Problem> {
    match factor {
        Factor::Code(code) => {
            let sealed = store::open_totp(tx, vault, row).await?;
            let Some(key) = sealed.filter(|_| row.totp_confirmed_at.is_some()) else { return Ok(false) };
            let step = totp::matching_step(&key, code, row.totp_step, tx.now())?;
            let Some(step) = step else { return Ok(false) };
            store::set_step(tx, row, step).await?;
            Ok(true)
        }
        Factor::Recovery(code) => {
            let hash = recovery_hash(vault, row.id, code)?;
            Ok(store::use_recovery_code(tx, row.id, hash).await?)
        }
    }
}

fn recovery_hash(vault: &Vault, account: AccountId, code: &SecretString) -> Result<Vec<u8>, Problem> {
    let purpose = format!("recovery code {account}");
    Ok(secret::hash(vault, &purpose, &totp::as_typed(code))?)
}

/// Begin to set up a second factor
///
/// Gives the secret for an authenticator; it counts once a code of it has been confirmed. Calling it again before that gives
/// another secret.
#[utoipa::path(
    tag = "accounts",
    operation_id = "me.totp.enrol",
    params(IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The secret", body = TotpOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/me/totp")]
pub(super) async fn enrol(
    app: Data<App>,
    who: Allowed<EnrolSecondFactor>,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let (key, id) = (totp::new_secret()?, who.account()?);
    once.run(&app, Caller::Holder(id.0), async |tx| {
        let mut row = store::for_change(tx, id).await?.ok_or(Problem::not_found("account"))?;
        let permit = who.over(&row)?;
        if row.totp_confirmed_at.is_some() {
            return Err(Problem::wrong_state(&["remove"]));
        }
        row.sealed_totp = Some(store::seal_totp(tx, &app.vault, row.id, &key).await?);
        row.totp_step = None;
        let row = store::save(tx, row).await?;
        let update = Entry::new(By::from(permit.by()), Action::Update).on(audit::Kind::Account, id);
        audit::note(tx, update.fields(["totp"])).await?;
        let (secret, otpauth_url) = totp::shown(&key, &store::email(tx, &app.vault, &row).await?)?;
        Ok(Reply::ok(&TotpOut { secret, otpauth_url })?.about(id))
    })
    .await
}

/// Confirm a second factor
///
/// From now on signing in takes a code. The answer holds ten recovery codes, which are not shown again.
#[utoipa::path(
    tag = "accounts",
    operation_id = "me.totp.confirm",
    params(IdempotencyKey),
    request_body = TotpConfirmIn,
    responses((status = 200, description = "It counts now", body = RecoveryCodesOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/me/totp/confirm")]
pub(super) async fn confirm(
    app: Data<App>,
    who: Allowed<EnrolSecondFactor>,
    once: Once,
    body: Body<TotpConfirmIn>,
) -> Result<HttpResponse, Problem> {
    let codes = totp::new_recovery_codes()?;
    let account = who.account()?;
    let hashes: Result<Vec<_>, _> =
        codes.iter().map(|code| recovery_hash(&app.vault, account, code)).collect();
    let hashes = hashes?;
    once.run(&app, Caller::Holder(account.0), async |tx| {
        let mut row = store::for_change(tx, account).await?.ok_or(Problem::not_found("account"))?;
        let permit = who.over(&row)?;
        if row.totp_confirmed_at.is_some() {
            return Err(Problem::wrong_state(&["remove"]));
        }
        let key = store::open_totp(tx, &app.vault, &row).await?;
        let key = key.ok_or(Problem::wrong_state(&["enrol"]))?;
        let step = totp::matching_step(&key, &body.code, None, tx.now())?;
        let Some(step) = step else {
            let fault = Fault::pointer("/code", "wrong_code", "is not what the authenticator shows now");
            return Err(Problem::invalid_body(vec![fault]));
        };
        row.totp_step = Some(step);
        row.totp_confirmed_at = Some(tx.now());
        store::save(tx, row).await?;
        store::set_recovery_codes(tx, account, hashes.clone()).await?;
        let enrolled = Entry::new(By::from(permit.by()), Action::EnrolSecondFactor);
        audit::note(tx, enrolled.on(audit::Kind::Account, account)).await?;
        let recovery_codes = codes.iter().map(|code| code.expose_secret().to_owned()).collect();
        Ok(Reply::ok(&RecoveryCodesOut { recovery_codes })?.about(account))
    })
    .await
}

/// Take the second factor away
///
/// With the password and a code. Every session ends, this one too where the role demands a second factor: the next
/// sign-in sets up another. A password that is too short to stand alone has to be changed before.
#[utoipa::path(
    tag = "accounts",
    operation_id = "me.totp.remove",
    params(IdempotencyKey),
    request_body = TotpRemoveIn,
    responses((status = 204, description = "It is gone"), Problem),
    security(("bearer" = []))
)]
#[post("/v1/me/totp/remove")]
pub(super) async fn remove(
    app: Data<App>,
    limits: Data<Limits>,
    req: HttpRequest,
    who: Allowed<OwnAccount>,
    once: Once,
    body: Body<TotpRemoveIn>,
) -> Result<HttpResponse, Problem> {
    let (id, session) = (who.account()?, who.signed_in()?.session);
    // A repetition gets the answer of the first: so a refusal waits until it is asked for.
    let known = know_password(&app, id, limits.network(&req), &body.password).await;
    let factor = Factor::of(body.totp.as_ref(), body.recovery_code.as_ref());
    let answer = once
        .run(&app, Caller::Holder(id.0), async |tx| {
            known.as_ref().map_err(Problem::clone)?;
            let row = store::for_change(tx, id).await?.ok_or(Problem::not_found("account"))?;
            let permit = who.over(&row)?;
            if row.totp_confirmed_at.is_none() {
                return Err(Problem::wrong_state(&["enrol"]));
            }
            let spent = match &factor {
                Some(factor) => spend(tx, &app.vault, &row, factor).await?,
                None => false,
            };
            if !spent {
                return Err(Problem::of(Kind::SecondFactorRequired));
            }
            let kept = (!(app.access.require_totp && needs_second_factor(row.role))).then_some(session);
            store::save(tx, rules::without_second_factor(row)).await?;
            store::set_recovery_codes(tx, id, Vec::new()).await?;
            store::end_sessions(tx, id, kept).await?;
            let removed = Entry::new(By::from(permit.by()), Action::RemoveSecondFactor);
            audit::note(tx, removed.on(audit::Kind::Account, id)).await?;
            Ok(Reply::no_content())
        })
        .await;
    app.access.forget_account(id);
    answer
}

/// Take somebody's lost second factor away
///
/// For whoever has lost authenticator and recovery codes, once an admin is sure that it is they who ask. Every session of the
/// account ends, and a letter tells its owner, who reads the reason in `/v1/me`. The next sign-in sets up another, where the
/// role demands one or the password is too short to stand alone. One's own is not taken away like this (403).
#[utoipa::path(
    tag = "accounts",
    operation_id = "accounts.totp.remove",
    params(AccountPath, IdempotencyKey),
    request_body = TotpTakeIn,
    responses((status = 200, description = "The account", body = AccountOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/accounts/{account_id}/totp/remove")]
pub(super) async fn take_away(
    app: Data<App>,
    who: Allowed<ManageAccounts>,
    path: Path<AccountPath>,
    once: Once,
    body: Body<TotpTakeIn>,
) -> Result<HttpResponse, Problem> {
    let (id, by) = (path.account_id.into(), who.account()?);
    let answer = once
        .run(&app, Caller::Holder(by.0), async |tx| {
            let row = store::for_change(tx, id).await?.ok_or(Problem::not_found("account"))?;
            let permit = who.over(&row)?;
            let row = store::save(tx, rules::take_second_factor(row, &permit)?).await?;
            store::set_recovery_codes(tx, id, Vec::new()).await?;
            store::end_sessions(tx, id, None).await?;
            store::note_removal(tx, &app.vault, id, by, body.reason.trim()).await?;
            let removed = Entry::new(By::from(permit.by()), Action::RemoveSecondFactor);
            audit::note(tx, removed.on(audit::Kind::Account, id).fields(["reason"])).await?;
            let language = Language::of(row.language.as_deref().unwrap_or_default());
            let to = store::email(tx, &app.vault, &row).await?;
            mail(tx, &app.post, Letter { to, language, message: Message::SecondFactorRemoved }).await?;
            api::reply(tx, &app, row).await
        })
        .await;
    app.access.forget_account(id);
    answer
}

/// Whether this is the account's password, and one that may stand alone.
async fn know_password(
    app: &App,
    id: AccountId,
    network: Option<IpAddr>,
    password: &SecretString,
) -> Result<(), Problem> {
    me::compared(app, id, network, password, "/password").await?;
    if !may_stand_alone(password) {
        let detail = "must have at least 15 characters without a second factor: change the password first";
        return Err(Problem::invalid_body(vec![Fault::pointer("/password", "too_short", detail)]));
    }
    // Nothing is forgotten before the second factor was right as well: it is six digits.
    Ok(())
}
