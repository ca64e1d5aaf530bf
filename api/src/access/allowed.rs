//! Authorisation as a parameter and a proof.
//!
//! [`authenticate`] finds out who asks, once per request. A handler that takes [`Allowed<A>`] has asked "this kind of thing
//! at all?", and [`Allowed::over`] asks "this record?" and gives a [`Permit`]. What changes a record demands the permit, so
//! that asking cannot be forgotten.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use ::entity::api_key::ApiScope;
use ::entity::ids::AccountId;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse};

use super::action::{Action, Reach};
use super::actor::{Actor, Owner, Partner, SignedIn};
use super::api_key::PREFIX;
use crate::app::App;
use crate::http::idempotency::Caller;
use crate::http::limits::Limits;
use crate::problem::{Fault, Kind, Problem};

/// Something that belongs to somebody.
pub trait Row {
    /// What it is called in a refusal, such as `"event"`.
    const NOUN: &'static str;

    /// Whether it is theirs: created by them, or otherwise their business.
    fn belongs_to(&self, owner: Owner) -> bool;
}

/// Somebody who may do `A`, at least to some records.
#[derive(Clone, Debug)]
pub struct Allowed<A> {
    actor: Actor,
    action: PhantomData<A>,
}

/// The proof that somebody was asked for, and may do `A` to the record that it was asked about.
#[derive(Clone, Debug)]
#[must_use]
pub struct Permit<A> {
    by: Actor,
    action: PhantomData<A>,
}

impl<A> Permit<A> {
    /// Who may.
    pub const fn by(&self) -> &Actor {
        &self.by
    }
}

impl<A: Action> Allowed<A> {
    /// Asks on behalf of an actor who is known already.
    ///
    /// # Errors
    /// 401 without credentials, 403 if it may not do this at all.
    pub fn ask(actor: Actor) -> Result<Self, Problem> {
        match (A::MAY.of(&actor), &actor) {
            (Reach::None, Actor::Anonymous) => Err(Problem::of(Kind::Unauthenticated)),
            (Reach::None, Actor::Partner(_)) if A::MAY.partner != Reach::None => {
                Err(without_scope(A::MAY.scope))
            }
            (Reach::None, _) => Err(Problem::of(Kind::Forbidden)),
            _ => Ok(Self { actor, action: PhantomData }),
        }
    }

    /// Who asks.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whose its own records are.
    ///
    /// # Errors
    /// 401 where nobody is known, which only an action for everybody lets so far.
    pub fn owner(&self) -> Result<Owner, Problem> {
        self.actor.owner().ok_or(Problem::of(Kind::Unauthenticated))
    }

    /// To whom its repetitions belong.
    ///
    /// # Errors
    /// 401 where nobody is known, which only an action for everybody lets so far.
    pub fn caller(&self) -> Result<Caller, Problem> {
        match self.actor.caller() {
            Caller::Nobody => Err(Problem::of(Kind::Unauthenticated)),
            holder => Ok(holder),
        }
    }

    /// The account that asks.
    ///
    /// # Errors
    /// 401 where nobody is signed in, which only an action for everybody lets so far.
    pub fn account(&self) -> Result<AccountId, Problem> {
        self.actor.account().ok_or(Problem::of(Kind::Unauthenticated))
    }

    /// The account that asks, in its session.
    ///
    /// # Errors
    /// 401 where there is no session.
    pub const fn signed_in(&self) -> Result<&SignedIn, Problem> {
        match &self.actor {
            Actor::Account(signed_in) => Ok(signed_in),
            Actor::Anonymous | Actor::Enrolling(_) | Actor::Partner(_) => {
                Err(Problem::of(Kind::Unauthenticated))
            }
        }
    }

    /// Whose records: lists make a condition of it.
    pub const fn reach(&self) -> Reach {
        A::MAY.of(&self.actor)
    }

    /// Asks about one record.
    ///
    /// # Errors
    /// 404 if the record is not for this actor to see, 403 if it is, but not for this.
    pub fn over<R: Row>(&self, row: &R) -> Result<Permit<A>, Problem> {
        if self.covers::<A, R>(row) {
            return Ok(self.permit());
        }
        match self.covers::<A::Sees, R>(row) {
            true => Err(Problem::of(Kind::Forbidden)),
            false => Err(Problem::not_found(R::NOUN)),
        }
    }

    /// The permit for a record that is not there yet.
    pub fn anew(&self) -> Permit<A> {
        self.permit()
    }

    fn permit(&self) -> Permit<A> {
        Permit { by: self.actor.clone(), action: PhantomData }
    }

    fn covers<B: Action, R: Row>(&self, row: &R) -> bool {
        match B::MAY.of(&self.actor) {
            Reach::None => false,
            Reach::Own => self.actor.owner().is_some_and(|owner| row.belongs_to(owner)),
            Reach::All => true,
        }
    }
}

/// What [`authenticate`] found out.
#[derive(Clone)]
enum Found {
    Actor(Actor),
    /// There were credentials, and they do not hold, or nobody could say.
    Refused(Problem),
    /// The same, and the request is refused whatever it asks for.
    Barred(Problem),
}

/// Where API keys may be sent beside `Authorization`.
const X_API_KEY: &str = "x-api-key";

/// The 403 of an API key that lacks a scope.
fn without_scope(scope: Option<ApiScope>) -> Problem {
    let problem = Problem::of(Kind::InsufficientScope);
    match scope {
        Some(scope) => problem.with_detail(format!("The key lacks the scope `{scope}`.")),
        None => problem,
    }
}

/// What a request says of who asks.
enum Credentials<'a> {
    Token(&'a str),
    Key(&'a str),
    /// What cannot be read.
    Other,
}

/// The credentials of a request, if there are any.
///
/// # Errors
/// 400 for two that differ.
fn credentials(headers: &HeaderMap) -> Result<Option<Credentials<'_>>, Problem> {
    let header = headers.get(AUTHORIZATION).map(|header| header.to_str().ok().and_then(bearer));
    let keys: Vec<_> = headers.get_all(X_API_KEY).map(|key| key.to_str().ok().map(str::trim)).collect();
    let mut all = header.iter().chain(&keys);
    let Some(first) = all.next() else { return Ok(None) };
    if all.any(|other| other != first) {
        let fault = Fault::header(X_API_KEY, "contradiction", "must be left out beside other credentials");
        return Err(Problem::of(Kind::BadRequest).with_faults(vec![fault]));
    }
    Ok(Some(match *first {
        Some(key) if !keys.is_empty() || key.starts_with(PREFIX) => Credentials::Key(key),
        Some(token) => Credentials::Token(token),
        None => Credentials::Other,
    }))
}

/// Middleware: finds out who asks, where there are credentials. What follows from it is for [`Allowed`] to say, but for an API key
/// that does not hold, which is refused: its system would not notice that it goes on as a stranger.
pub async fn authenticate(
    app: Data<App>,
    limits: Data<Limits>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    // The public side is the same whoever asks, and who sends a batch is asked of each of its items.
    let public = req.path().starts_with("/v1/gallery") || req.path() == "/v1/batch";
    let private = req.path().starts_with("/v1/") && !public || names_reader(&req);
    let found = match credentials(req.headers()) {
        _ if !private => None,
        Ok(None) => None,
        Ok(Some(Credentials::Token(token))) => {
            Some(app.access.actor(&app.db, token).await.map_err(Found::Refused))
        }
        Ok(Some(Credentials::Other)) => Some(Err(Found::Refused(Problem::bad_token()))),
        Ok(Some(Credentials::Key(key))) => {
            let partner = app.access.api_keys.partner(&app.db, key, limits.address(req.request())).await;
            Some(partner.map(Actor::Partner).map_err(Found::Barred))
        }
        Err(problem) => Some(Err(Found::Barred(problem))),
    };
    match found {
        Some(Err(Found::Barred(problem))) => return Ok(req.into_response(HttpResponse::from_error(problem))),
        Some(found) => {
            req.extensions_mut().insert(found.map_or_else(|refused| refused, Found::Actor));
        }
        None => {}
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

/// Whether it asks for the gallery's changes with something that says who asks: who follows them with a key is noted, so that they hear of
/// withdrawals.
pub fn names_reader(req: &ServiceRequest) -> bool {
    req.path() == "/v1/gallery/changes"
        && (req.headers().contains_key(AUTHORIZATION) || req.headers().contains_key(X_API_KEY))
}

/// The API key that [`authenticate`] found, for those who come between it and the handler.
pub fn partner(req: &HttpRequest) -> Option<Partner> {
    match req.extensions().get::<Found>() {
        Some(Found::Actor(Actor::Partner(partner))) => Some(*partner),
        _ => None,
    }
}

/// Who [`authenticate`] found to be signed in, for those who come between it and the handler.
pub fn signed_in(req: &HttpRequest) -> Option<SignedIn> {
    match req.extensions().get::<Found>() {
        Some(Found::Actor(Actor::Account(signed_in))) => Some(signed_in.clone()),
        _ => None,
    }
}

/// The token of `Bearer …` (RFC 6750 §2.1).
pub(super) fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

impl<A: Action> FromRequest for Allowed<A> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = req.extensions().get::<Found>().cloned();
        ready(match found {
            None => Self::ask(Actor::Anonymous),
            Some(Found::Actor(actor)) => Self::ask(actor),
            // Somebody with an expired token must be able to sign in again.
            Some(Found::Refused(problem) | Found::Barred(problem)) => {
                Self::ask(Actor::Anonymous).map_err(|_| problem)
            }
        })
    }
}
