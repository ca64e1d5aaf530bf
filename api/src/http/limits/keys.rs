//! How many requests an API key may make, from wherever they come.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest};
use uuid::Uuid;

use super::Limits;
use super::exchange::Exchange;
use super::rate::{Limiter, Rate, Shared, Verdict, refusal, tell};
use crate::http::manners;

/// What says with which key a request asks, if it asks with one.
pub type KeyOf = fn(&HttpRequest) -> Option<Uuid>;

/// The allowances of all keys.
pub(super) struct Keys {
    limiter: Limiter,
    key_of: KeyOf,
}

impl Keys {
    pub(super) fn new(rate: Rate, key_of: KeyOf, exchange: Option<&Arc<Exchange>>) -> Self {
        Self { limiter: Limiter::new("key", rate, Shared::Account).among(exchange, "key"), key_of }
    }

    pub(super) const fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    pub(super) fn forget_the_quiet(&self) {
        self.limiter.forget_the_quiet();
    }
}

/// Middleware: answers 429 to a key that has used up its allowance, and tells what is left of it. It has to come after
/// authentication.
pub async fn enforce(
    limits: Data<Limits>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let asking = limits.keys.as_ref().and_then(|keys| Some((keys, (keys.key_of)(req.request())?)));
    let Some((keys, key)) = asking else { return Ok(next.call(req).await?.map_into_boxed_body()) };
    let (answer, left) = match keys.limiter.take_one_of(key) {
        Verdict::Left(left) => (next.call(req).await.map(ServiceResponse::map_into_boxed_body), left),
        Verdict::Wait(time) => (Ok(req.into_response(refusal(time)).map_into_boxed_body()), 0),
    };
    manners::with_headers(answer, |headers| tell(headers, &[(&keys.limiter, left)]))
}
