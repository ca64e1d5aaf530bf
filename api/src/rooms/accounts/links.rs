//! One-time tokens: accepting an invitation, and a new password in place of a forgotten one.

use ::entity::account::{self, AccountState};
use ::entity::one_time_link::{self, LinkPurpose};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::wire::{AccountOut, ChosenPasswordIn, PasswordResetIn};
use super::{Address, api, store};
use crate::access::action::Anyone;
use crate::access::{Allowed, secret};
use crate::app::App;
use crate::db::{Db, Tx};
use crate::http::json::Body;
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
pub(super) async fn invite(tx: &Tx, vault: &Vault, row: &account::Model) -> Result<Link, Problem> {
    make(tx, vault, row, LinkPurpose::Invitation, INVITATION).await
}

async fn make(
    tx: &Tx,
    vault: &Vault,
    row: &account::Model,
    purpose: LinkPurpose,
    lasts: TimeDelta,
) -> Result<Link, Problem> {
    let token = secret::one_time()?;
    let (created_at, expires_at) = (tx.now(), tx.now() + lasts);
    let token_hash = hash(vault, purpose, &token)?;
    let link = one_time_link::Model { token_hash, account_id: row.id, purpose, created_at, expires_at };
    store::replace_link(tx, link).await?;
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
    request_body = ChosenPasswordIn,
    responses((status = 200, description = "The account, which is active now", body = AccountOut), Problem),
    security()
)]
#[post("/v1/invitations/accept")]
pub(super) async fn accept(
    app: Data<App>,
    _who: Allowed<Anyone>,
    body: Body<ChosenPasswordIn>,
) -> Result<HttpResponse, Problem> {
    let row = choose_password(&app, LinkPurpose::Invitation, &body).await?;
    api::answer(&app, row).await
}

/// Choose a new password
///
/// With the token that came with the letter. Every session of the account ends; a second factor stays as it is.
#[utoipa::path(
    tag = "accounts",
    operation_id = "password_resets.complete",
    request_body = ChosenPasswordIn,
    responses((status = 204, description = "It is changed"), Problem),
    security()
)]
#[post("/v1/password-resets/complete")]
pub(super) async fn complete_reset(
    app: Data<App>,
    _who: Allowed<Anyone>,
    body: Body<ChosenPasswordIn>,
) -> Result<HttpResponse, Problem> {
    choose_password(&app, LinkPurpose::PasswordReset, &body).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn choose_password(
    app: &App,
    purpose: LinkPurpose,
    body: &ChosenPasswordIn,
) -> Result<account::Model, Problem> {
    let unknown = || {
        Problem::not_found(match purpose {
            LinkPurpose::Invitation => "invitation",
            LinkPurpose::PasswordReset => "password reset",
        })
    };
    let (token_hash, reader) = (hash(&app.vault, purpose, &body.token)?, app.db.reader());
    let link = store::link(reader, &token_hash, purpose, app.clock.now()).await?.ok_or_else(unknown)?;
    let row = store::by_id(reader, link.account_id).await?.ok_or_else(unknown)?;
    let email = store::email(reader, &app.vault, &row).await?;
    let (words, second_factor) = (vec![email, row.display_name], row.totp_confirmed_at.is_some());
    app.access.passwords.judge(&body.password, "/password", second_factor, words).await?;
    let password_hash = app.access.passwords.hash(&body.password).await?;
    let row = app
        .db
        .write(async |tx| {
            if !store::use_link(tx, &token_hash).await? {
                return Err(unknown());
            }
            let mut row = store::for_change(tx, link.account_id).await?.ok_or_else(unknown)?;
            match (purpose, row.state) {
                (LinkPurpose::Invitation, AccountState::Invited) => row.state = AccountState::Active,
                (LinkPurpose::PasswordReset, AccountState::Active) => {}
                // Suspended meanwhile, for example.
                _ => return Err(unknown()),
            }
            row.password_hash = Some(password_hash.clone());
            store::drop_links(tx, row.id, LinkPurpose::PasswordReset).await?;
            store::end_sessions(tx, row.id, None).await?;
            Ok::<_, Problem>(store::save(tx, row).await?)
        })
        .await?;
    app.access.forget_account(row.id);
    Ok(row)
}

/// Ask for a new password
///
/// The answer is the same, and takes as long, whether or not there is such an account: who it is for is looked up later. A
/// letter goes out if there is, at most every five minutes; to somebody who has not accepted the invitation yet, the
/// invitation anew.
#[utoipa::path(
    tag = "accounts",
    operation_id = "password_resets.request",
    request_body = PasswordResetIn,
    responses((status = 202, description = "If there is such an account, a letter is on its way"), Problem),
    security()
)]
#[post("/v1/password-resets")]
pub(super) async fn request_reset(
    app: Data<App>,
    _who: Allowed<Anyone>,
    body: Body<PasswordResetIn>,
) -> Result<HttpResponse, Problem> {
    let address = Address::new(&app.vault, body.email.expose_secret())?;
    app.db.write(async |tx| store::ask_for_reset(tx, &address).await).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Looks up who asked for a new password and writes to those who have an account; removes what no longer works. Gives the
/// number of letters.
///
/// # Errors
/// The database's or the vault's.
pub async fn answer_reset_requests(db: &Db, vault: &Vault) -> Result<usize, Problem> {
    let mut written = 0;
    while store::has_reset_requests(db.reader()).await? {
        written += db
            .write(async |tx| {
                let mut written = 0;
                for hash in store::take_reset_requests(tx, PORTION).await? {
                    written += usize::from(answer_one(tx, vault, &hash).await?);
                }
                store::tidy_up(tx, crate::access::session_idle()).await?;
                Ok::<_, Problem>(written)
            })
            .await?;
    }
    Ok(written)
}

async fn answer_one(tx: &Tx, vault: &Vault, email_hash: &[u8]) -> Result<bool, Problem> {
    let Some(row) = store::by_hash(tx, email_hash).await? else { return Ok(false) };
    let (purpose, lasts) = match row.state {
        AccountState::Invited => (LinkPurpose::Invitation, INVITATION),
        AccountState::Active => (LinkPurpose::PasswordReset, RESET),
        AccountState::Suspended => return Ok(false),
    };
    if store::last_link(tx, row.id, purpose).await?.is_some_and(|made| made + PAUSE > tx.now()) {
        return Ok(false);
    }
    make(tx, vault, &row, purpose, lasts).await?;
    Ok(true)
}
