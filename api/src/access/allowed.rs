//! Authorisation as a parameter and a proof.
//!
//! [`authenticate`] finds out who asks, once per request. A handler that takes [`Allowed<A>`] has asked "this kind of thing
//! at all?", and [`Allowed::over`] asks "this record?" and gives a [`Permit`]. What changes a record demands the permit, so
//! that asking cannot be forgotten.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use ::entity::ids::AccountId;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};

use super::action::{Action, Reach};
use super::actor::{Actor, SignedIn};
use crate::app::App;
use crate::problem::{Kind, Problem};

/// Something that belongs to somebody.
pub trait Row {
    /// What it is called in a refusal, such as `"event"`.
    const NOUN: &'static str;

    /// Whether it is this account's own: created by it, or otherwise its business.
    fn belongs_to(&self, account: AccountId) -> bool;
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
            (Reach::None, _) => Err(Problem::of(Kind::Forbidden)),
            _ => Ok(Self { actor, action: PhantomData }),
        }
    }

    /// Who asks.
    pub const fn actor(&self) -> &Actor {
        &self.actor
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
            Actor::Anonymous | Actor::Enrolling(_) => Err(Problem::of(Kind::Unauthenticated)),
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
            Reach::Own => self.actor.account().is_some_and(|account| row.belongs_to(account)),
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
}

/// Middleware: finds out who asks, where there is an `Authorization` header. What follows from it is for [`Allowed`] to say.
pub async fn authenticate(
    app: Data<App>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    // The public side is the same whoever asks.
    let public = req.path().starts_with("/v1/gallery");
    if let Some(header) = req.headers().get(AUTHORIZATION).filter(|_| !public) {
        let token = header.to_str().ok().and_then(bearer);
        let found = match token {
            Some(token) => app.access.actor(&app.db, token).await,
            None => Err(Problem::bad_token()),
        };
        req.extensions_mut().insert(found.map_or_else(Found::Refused, Found::Actor));
    }
    Ok(next.call(req).await?.map_into_boxed_body())
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
            Some(Found::Refused(problem)) => Self::ask(Actor::Anonymous).map_err(|_| problem),
        })
    }
}
