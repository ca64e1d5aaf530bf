//! One-time tokens: accepting an invitation, and a new password in place of a forgotten one.

use ::entity::account::{self, AccountState};
use ::entity::ids::AccountId;
use ::entity::one_time_link::{self, LinkPurpose};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::wire::{AccountOut, ChosenPasswordIn, PasswordResetIn};
use super::{Address, api, one_time, rules, store};
use crate::access::action::Anyone;
use crate::access::{Allowed, secret};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Db, Tx};
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::outbox::{Language, Letter, Message, Post, mail};
use crate::problem::Problem;
use crate::vault::Vault;

/// How long an invitation works.
const INVITATION: TimeDelta = TimeDelta::days(7);
/// How long a password can be reset.
const RESET: TimeDelta = TimeDelta::hours(1);
/// How long it is until an account is written to again, however often somebody asks.
const PAUSE: TimeDelta = TimeDelta::minutes(5);
/// How many requests are answered in one transaction.
const PORTION: u64 = 50;

/// A token that works once.
pub struct Link {
    /// The token.
    pub token: SecretString,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

/// Makes the token that opens an invited account, in place of earlier ones.
pub(super) async fn invite(tx: &Tx, post: &Post, row: &account::Model, email: &str) -> Result<Link, Problem> {
    make(tx, post, row, LinkPurpose::Invitation, email).await
}

/// Makes a token and writes it to its owner.
async fn make(
    tx: &Tx,
    post: &Post,
    row: &account::Model,
    purpose: LinkPurpose,
    email: &str,
) -> Result<Link, Problem> {
    let token = secret::one_time()?;
    let lasts = if purpose == LinkPurpose::Invitation { INVITATION } else { RESET };
    let (created_at, expires_at) = (tx.now(), tx.now() + lasts);
    let token_hash = hash(post.vault(), purpose, &token)?;
    let link = one_time_link::Model { token_hash, account_id: row.id, purpose, created_at, expires_at };
    one_time::replace_link(tx, link).await?;
    let message = match purpose {
        LinkPurpose::Invitation => Message::Invitation { link: post.link("invitation", &token) },
        LinkPurpose::PasswordReset => Message::PasswordReset { link: post.link("password-reset", &token) },
    };
    let language = Language::of(row.language.as_deref().unwrap_or_default());
    mail(tx, post, Letter { to: email.to_owned(), language, message }).await?;
    Ok(Link { token, expires_at })
}

fn hash(vault: &Vault, purpose: LinkPurpose, token: &SecretString) -> Result<Vec<u8>, Problem> {
    Ok(secret::hash(vault, purpose.as_str(), token)?)
}

/// Accept an invitation
///
/// Chooses the password of an invited account with the token that came with the letter. Then sign in.
#[utoipa::path(
    tag = "accounts",
    operation_id = "invitations.accept",
    params(IdempotencyKey),
    request_body = ChosenPasswordIn,
    responses((status = 200, description = "The account, which is active now", body = AccountOut), Problem),
    security()
)]
#[post("/v1/invitations/accept")]
pub(super) async fn accept(
    app: Data<App>,
    _who: Allowed<Anyone>,
    once: Once,
    body: Body<ChosenPasswordIn>,
) -> Result<HttpResponse, Problem> {
    choose_password(&app, once, LinkPurpose::Invitation, &body).await
}

/// Choose a new password
///
/// With the token that came with the letter. Every session of the account ends; a second factor stays as it is.
#[utoipa::path(
    tag = "accounts",
    operation_id = "password_resets.complete",
    params(IdempotencyKey),
    request_body = ChosenPasswordIn,
    responses((status = 204, description = "It is changed"), Problem),
    security()
)]
#[post("/v1/password-resets/complete")]
pub(super) async fn complete_reset(
    app: Data<App>,
    _who: Allowed<Anyone>,
    once: Once,
    body: Body<ChosenPasswordIn>,
) -> Result<HttpResponse, Problem> {
    choose_password(&app, once, LinkPurpose::PasswordReset, &body).await
}

async fn choose_password(
    app: &App,
    once: Once,
    purpose: LinkPurpose,
    body: &ChosenPasswordIn,
) -> Result<HttpResponse, Problem> {
    let token_hash = hash(&app.vault, purpose, &body.token)?;
    // A repetition gets the answer of the first, which has used the token up: so a refusal waits until it is asked for.
    let prepared = prepare(app, purpose, &token_hash, body).await;
    once.run(app, Caller::Nobody, async |tx| {
        let (account, password_hash) = prepared.as_ref().map_err(Problem::clone)?;
        if !one_time::use_link(tx, &token_hash).await? {
            return Err(unknown(purpose));
        }
        let row = store::for_change(tx, *account).await?.ok_or(unknown(purpose))?;
        let row = store::save(tx, rules::choose_password(row, purpose, password_hash.clone())?).await?;
        one_time::drop_links(tx, row.id, LinkPurpose::PasswordReset).await?;
        store::end_sessions(tx, row.id, None).await?;
        app.access.forget_account(row.id);
        let (by, action) = match purpose {
            LinkPurpose::Invitation => (audit::Token::Invitation, Action::Activate),
            LinkPurpose::PasswordReset => (audit::Token::PasswordReset, Action::ChangePassword),
        };
        audit::note(tx, Entry::new(By::Token(by), action).on(Kind::Account, row.id)).await?;
        match purpose {
            LinkPurpose::Invitation => api::reply(tx, app, row).await,
            LinkPurpose::PasswordReset => Ok(Reply::no_content()),
        }
    })
    .await
}

/// Whose password it is, and its hash.
async fn prepare(
    app: &App,
    purpose: LinkPurpose,
    token_hash: &[u8],
    body: &ChosenPasswordIn,
) -> Result<(AccountId, String), Problem> {
    let reader = app.db.reader();
    let link = one_time::link(reader, token_hash, purpose, app.clock.now()).await?.ok_or(unknown(purpose))?;
    let row = store::by_id(reader, link.account_id).await?.ok_or(unknown(purpose))?;
    let email = store::email(reader, &app.vault, &row).await?;
    let (words, second_factor) = (vec![email, row.display_name], row.totp_confirmed_at.is_some());
    app.access.passwords.judge(&body.password, "/password", second_factor, words).await?;
    Ok((row.id, app.access.passwords.hash(&body.password).await?))
}

/// The refusal of a token that does not work, whatever the reason.
pub(super) fn unknown(purpose: LinkPurpose) -> Problem {
    Problem::not_found(match purpose {
        LinkPurpose::Invitation => "invitation",
        LinkPurpose::PasswordReset => "password reset",
    })
}

/// Ask for a new password
///
/// The answer is the same, and takes as long, whether or not there is such an account: who it is for is looked up later. A
/// letter goes out if there is, at most every five minutes; to somebody who has not accepted the invitation yet, the
/// invitation anew.
#[utoipa::path(
    tag = "accounts",
    operation_id = "password_resets.request",
    params(IdempotencyKey),
    request_body = PasswordResetIn,
    responses((status = 202, description = "If there is such an account, a letter is on its way", body = Empty), Problem),
    security()
)]
#[post("/v1/password-resets")]
pub(super) async fn request_reset(
    app: Data<App>,
    _who: Allowed<Anyone>,
    once: Once,
    body: Body<PasswordResetIn>,
) -> Result<HttpResponse, Problem> {
    let address = Address::new(&app.vault, body.email.expose_secret())?;
    once.run(&app, Caller::Nobody, async |tx| {
        store::ask_for_reset(tx, &address).await?;
        Reply::accepted(&Empty {})
    })
    .await
}

/// Looks up who asked for a new password and writes to those who have an account. Gives the number of letters.
///
/// # Errors
/// The database's or the vault's.
pub async fn answer_reset_requests(db: &Db, post: &Post) -> Result<usize, Problem> {
    let mut written = 0;
    while store::has_reset_requests(db.reader()).await? {
        written += db
            .write(async |tx| {
                let mut written = 0;
                for hash in store::take_reset_requests(tx, PORTION).await? {
                    written += usize::from(answer_one(tx, post, &hash).await?);
                }
                Ok::<_, Problem>(written)
            })
            .await?;
    }
    Ok(written)
}

async fn answer_one(tx: &Tx, post: &Post, email_hash: &[u8]) -> Result<bool, Problem> {
    let Some(row) = store::by_hash(tx, email_hash).await? else { return Ok(false) };
    let purpose = match row.state {
        AccountState::Invited => LinkPurpose::Invitation,
        AccountState::Active => LinkPurpose::PasswordReset,
        AccountState::Suspended => return Ok(false),
    };
    if one_time::last_link(tx, row.id, purpose).await?.is_some_and(|made| made + PAUSE > tx.now()) {
        return Ok(false);
    }
    let email = store::email(tx, post.vault(), &row).await?;
    make(tx, post, &row, purpose, &email).await?;
    let asked = Entry::new(By::Nobody, Action::RequestPasswordReset).on(Kind::Account, row.id);
    audit::note(tx, asked).await?;
    Ok(true)
}
