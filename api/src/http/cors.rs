//! Reading from a page of another origin, and sending forms from it (the Fetch standard's CORS).
//!
//! What is public may be read by any page, without credentials: so the answers are the same whoever asks, and a shared cache
//! needs no `Vary: Origin`.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue,
};
use actix_web::middleware::Next;

use super::manners;

/// What a page may read of an answer's headers, beyond what it always may.
const EXPOSED: &str = "Content-Language, ETag, Idempotent-Replayed, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";
/// What a page may ask with.
const HEADERS: &str = "Accept, Accept-Language, If-None-Match";
/// How.
const METHODS: &str = "GET, HEAD";
/// The forms that every page may send, and what follows them. They answer to what the page itself holds, a form or a token,
/// and to nothing that a browser adds.
const FORMS: [&str; 2] = ["/v1/submissions", "/v1/submissions/duplicates"];
/// The beginning of the addresses that a tracking token opens.
const FOLLOWED: &str = "/v1/submissions/mine";
/// What a page may send a form with.
const FORM_HEADERS: &str =
    "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match";
/// How.
const FORM_METHODS: &str = "GET, HEAD, POST, PATCH";
/// The beginnings of the addresses that every page may read.
const PUBLIC: [&str; 4] = ["/v1/gallery", "/v1/countries", "/v1/languages", "/v1/themes"];
/// Seconds for which a browser need not ask again whether it may.
const KEPT: &str = "86400";

/// Middleware: lets pages of every origin read, and answers a browser that asks first. Whether an address is there, and
/// what it allows, `http::contract` has said before.
pub async fn allow(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let asks_first =
        *req.method() == Method::OPTIONS && req.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    // What is not public is for pages of this origin only: they need nothing of this.
    let public = !req.path().starts_with("/v1/") || PUBLIC.iter().any(|path| req.path().starts_with(path));
    let form = FORMS.contains(&req.path()) || req.path().starts_with(FOLLOWED);
    let answer = next.call(req).await;
    if !public && !form {
        return manners::with_headers(answer, |_| ());
    }
    let may_ask = asks_first && answer.as_ref().is_ok_and(|answer| answer.status() == StatusCode::NO_CONTENT);
    let also: &[_] = match may_ask {
        true => &[
            (ACCESS_CONTROL_ALLOW_METHODS, if form { FORM_METHODS } else { METHODS }),
            (ACCESS_CONTROL_ALLOW_HEADERS, if form { FORM_HEADERS } else { HEADERS }),
            (ACCESS_CONTROL_MAX_AGE, KEPT),
        ],
        false => &[(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)],
    };
    manners::with_headers(answer, |headers| {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        for (name, value) in also {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
    })
}
