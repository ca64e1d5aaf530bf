//! Signing in, staying signed in, signing out.

use ::entity::account::{self, AccountState};
use ::entity::ids::SessionId;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use chrono::TimeDelta;
use secrecy::ExposeSecret as _;

use super::wire::{RefreshIn, SessionIn, SessionOut, SessionPage, SessionPath, TokensOut};
use super::{begin, store};
use crate::access::action::{Anyone, OwnSessions};
use crate::access::password::{Compared, may_stand_alone};
use crate::access::secret::RefreshToken;
use crate::access::{Allowed, Owner, Row, TOKEN_LIFE, session_end};
use crate::app::App;
use crate::audit::{self, Action, By};
use crate::db::Tx;
use crate::http::Query;
use crate::http::json::Body;
use crate::http::limits::Limits;
use crate::http::page::{self, Cursor, Paging};
use crate::problem::{Kind, Problem};
use crate::rooms::accounts::{self, Address, Factor};

const LIST: &str = "sessions";
/// How long the refresh token before still works while its successor is unused: answers get lost on weak lines.
const GRACE: TimeDelta = TimeDelta::seconds(60);

impl Row for ::entity::session::Model {
    const NOUN: &'static str = "session";

    fn belongs_to(&self, owner: Owner) -> bool {
        owner == Owner::Account(self.account_id)
    }
}

/// Sign in
///
/// Wrong password and unknown account answer alike. After some failures from one network the next attempt has to wait a
/// little (429); nobody is ever locked out. An account with a second factor needs `totp` or `recovery_code` as well (401
/// `second_factor_required`); an admin or moderator without one, and whoever's password is too short without one, gets 403
/// `second_factor_enrolment` with a token that sets one up. Takes no `Idempotency-Key`.
#[utoipa::path(
    tag = "sessions",
    operation_id = "sessions.create",
    request_body = SessionIn,
    responses((status = 201, description = "Signed in", body = TokensOut,
        headers(("Location" = String, description = "The session's address"))), Problem),
    security()
)]
#[post("/v1/sessions")]
pub(super) async fn create(
    app: Data<App>,
    limits: Data<Limits>,
    req: HttpRequest,
    _who: Allowed<Anyone>,
    body: Body<SessionIn>,
) -> Result<HttpResponse, Problem> {
    let address = Address::new(&app.vault, body.email.expose_secret())?;
    let attempt = app.access.throttle.attempt(address.hash(), limits.network(&req));
    app.access.throttle.pass(attempt, app.clock.now())?;
    let row = with_password(&app, &address, &body).await?;
    let factor = Factor::of(body.totp.as_ref(), body.recovery_code.as_ref());
    let alone = may_stand_alone(&body.password);
    let token = app.db.write(async |tx| let_in(&app, tx, &row, factor.as_ref(), alone).await).await?;
    let token = match token {
        Entry::Session(token) => token,
        Entry::Enrolment => {
            app.access.throttle.succeeded(attempt, app.clock.now());
            let token = app.access.enrolment_token(&app.db, row.id).await?;
            return Err(Problem::second_factor_enrolment(token));
        }
    };
    app.access.throttle.succeeded(attempt, app.clock.now());
    let session = token.session();
    let mut answer = HttpResponse::Created();
    answer.insert_header(("Location", format!("/v1/sessions/{session}")));
    Ok(answer.json(tokens(&app, row.id, &token).await?))
}

/// The active account that this password opens. Whatever is wrong, it answers the same after the same work.
async fn with_password(app: &App, address: &Address, body: &SessionIn) -> Result<account::Model, Problem> {
    let row = accounts::find(app.db.reader(), address).await?;
    let stored = row.as_ref().and_then(|row| row.password_hash.as_deref());
    let compared = app.access.passwords.compare(&body.password, stored).await?;
    let refused = || Problem::of(Kind::InvalidCredentials);
    let row = row.filter(|row| row.state == AccountState::Active && compared != Compared::Wrong);
    let row = row.ok_or_else(refused)?;
    if compared == (Compared::Right { stale: true }) {
        let hash = app.access.passwords.hash(&body.password).await?;
        return app
            .db
            .write(async |tx| {
                let now = accounts::lock(tx, row.id).await?;
                let now = now.filter(|now| now.password_hash == row.password_hash).ok_or_else(refused)?;
                accounts::renew_hash(tx, &now, hash.clone()).await?;
                Ok(account::Model { password_hash: Some(hash.clone()), ..now })
            })
            .await;
    }
    Ok(row)
}

enum Entry {
    Session(RefreshToken),
    Enrolment,
}

/// The second half of signing in: the second factor, and the session. A password that may not stand `alone` is left over
/// where a second factor was taken away.
async fn let_in(
    app: &App,
    tx: &Tx,
    row: &account::Model,
    factor: Option<&Factor>,
    alone: bool,
) -> Result<Entry, Problem> {
    let now = accounts::lock(tx, row.id).await?;
    // Changed while the password was compared.
    let same =
        |now: &account::Model| now.state == AccountState::Active && now.password_hash == row.password_hash;
    let row = now.filter(same).ok_or(Problem::of(Kind::InvalidCredentials))?;
    let has_factor = row.totp_confirmed_at.is_some();
    let demanded = app.access.require_totp && accounts::needs_second_factor(row.role);
    if !has_factor && (demanded || !alone) {
        return Ok(Entry::Enrolment);
    }
    if has_factor {
        let spent = match factor {
            Some(factor) => accounts::spend(tx, &app.vault, &row, factor).await?,
            None => false,
        };
        if !spent {
            return Err(Problem::of(Kind::SecondFactorRequired));
        }
    }
    let token = begin(tx, &app.vault, &row, has_factor).await?;
    let signed_in = audit::Entry::new(By::Account(row.id.0), Action::SignIn);
    audit::note(tx, signed_in.on(audit::Kind::Session, token.session())).await?;
    Ok(Entry::Session(token))
}

async fn tokens(
    app: &App,
    account: ::entity::ids::AccountId,
    token: &RefreshToken,
) -> Result<TokensOut, Problem> {
    let access_token = app.access.token(&app.db, account, token.session()).await?;
    Ok(TokensOut { access_token, expires_in: TOKEN_LIFE, refresh_token: token.text(&app.vault)? })
}

/// Stay signed in
///
/// Gives a new access token and the next refresh token. A refresh token works once; for sixty seconds it gives the very same
/// answer again, as long as its successor has not been used. One that is used later than that has been stolen or copied: the
/// session ends. Takes no `Idempotency-Key`.
#[utoipa::path(
    tag = "sessions",
    operation_id = "sessions.refresh",
    request_body = RefreshIn,
    responses((status = 200, description = "Still signed in", body = TokensOut), Problem),
    security()
)]
#[post("/v1/sessions/refresh")]
pub(super) async fn refresh(
    app: Data<App>,
    _who: Allowed<Anyone>,
    body: Body<RefreshIn>,
) -> Result<HttpResponse, Problem> {
    let refused = || Problem::of(Kind::InvalidCredentials);
    let used = RefreshToken::read(&app.vault, &body.refresh_token)?.ok_or_else(refused)?;
    let (hash, next) = (used.hash(&app.vault)?, used.successor(&app.vault)?);
    let next_hash = next.hash(&app.vault)?;
    let owner = app
        .db
        .write(async |tx| {
            let Some(row) = store::for_change(tx, used.session()).await? else { return Ok(None) };
            let owner = accounts::lock(tx, row.account_id).await?;
            if session_end(&row) <= tx.now() || owner.is_none_or(|owner| owner.state != AccountState::Active)
            {
                return Ok(None);
            }
            if row.token_hash == hash {
                store::advance(tx, &row, next_hash.clone()).await?;
            } else if row.previous_hash.as_ref() != Some(&hash) || row.refreshed_at + GRACE < tx.now() {
                store::end(tx, row.id).await?;
                let reused = audit::Entry::new(By::Nobody, Action::EndSessions).fields(["refresh_token"]);
                audit::note(tx, reused.on(audit::Kind::Session, row.id)).await?;
                return Ok(None);
            }
            Ok::<_, Problem>(Some(row.account_id))
        })
        .await?;
    let Some(account) = owner else {
        app.access.forget_session(used.session());
        return Err(refused());
    };
    Ok(HttpResponse::Ok().json(tokens(&app, account, &next).await?))
}

/// List one's own sessions
#[utoipa::path(
    tag = "sessions",
    operation_id = "sessions.list",
    params(Paging),
    responses((status = 200, description = "A page of sessions", body = SessionPage), Problem),
    security(("bearer" = []))
)]
#[get("/v1/sessions")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<OwnSessions>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging.0;
    let after = cursor.map(|cursor| Cursor::decode::<SessionId>(LIST, &cursor)).transpose()?;
    let current = who.signed_in()?;
    let rows = store::page(app.db.reader(), current.account, after, limit.get()).await?;
    page::answer(&req, LIST, limit, rows, |row| row.id, |row| SessionOut::new(row, current.session))
}

/// Sign out
#[utoipa::path(
    tag = "sessions",
    operation_id = "sessions.end_current",
    responses((status = 204, description = "Signed out"), Problem),
    security(("bearer" = []))
)]
#[delete("/v1/sessions/current")]
pub(super) async fn end_current(app: Data<App>, who: Allowed<OwnSessions>) -> Result<HttpResponse, Problem> {
    finish(&app, &who, who.signed_in()?.session).await
}

/// End one of one's own sessions
///
/// A device that was lost, for example. Its access token holds no longer: here at once, in every other process within five
/// seconds.
#[utoipa::path(
    tag = "sessions",
    operation_id = "sessions.end",
    params(SessionPath),
    responses((status = 204, description = "It has ended"), Problem),
    security(("bearer" = []))
)]
#[delete("/v1/sessions/{session_id}")]
pub(super) async fn end(
    app: Data<App>,
    who: Allowed<OwnSessions>,
    path: Path<SessionPath>,
) -> Result<HttpResponse, Problem> {
    finish(&app, &who, path.session_id.into()).await
}

async fn finish(app: &App, who: &Allowed<OwnSessions>, id: SessionId) -> Result<HttpResponse, Problem> {
    app.db
        .write(async |tx| {
            let row = store::for_change(tx, id).await?.ok_or(Problem::not_found("session"))?;
            let permit = who.over(&row)?;
            store::end(tx, row.id).await?;
            let signed_out = audit::Entry::new(By::from(permit.by()), Action::SignOut);
            audit::note(tx, signed_out.on(audit::Kind::Session, row.id)).await?;
            Ok::<_, Problem>(())
        })
        .await?;
    app.access.forget_session(id);
    Ok(HttpResponse::NoContent().finish())
}
