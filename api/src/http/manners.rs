//! What every answer has, whatever the call: a request id, a log span, security headers, and if it went wrong,
//! a problem in the one shape.

use std::{panic::AssertUnwindSafe, sync::Arc};

use actix_web::{
    App, Error, HttpMessage as _, HttpResponse,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::{Next, from_fn},
    web::Data,
};
use futures_util::FutureExt as _;
use tracing::{Instrument as _, field::Empty};
use uuid::Uuid;

use super::{contract::Contract, etag::Cache, meter::Meter, request_id};
use crate::problem::{Kind, Problem};

/// Makes the ids of requests. A client's own id is never taken over: it could be somebody else's, or a message.
pub type NewId = Arc<dyn Fn() -> Uuid + Send + Sync>;

/// Header that carries the request's id, the same as a problem's `instance`.
pub static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps an app in its manners. This has to be the outermost middleware.
///
/// - HEAD is answered as GET; the connection leaves the body out.
/// - One span per request with method, route template, status and request id; no query, address or user agent.
/// - A panic is a 500, and every 4xx and 5xx leaves as `application/problem+json`.
/// - Security headers, and `Cache-Control: no-store` where nothing else was said.
pub fn wrap<T, B>(
    app: App<T>,
    new_id: NewId,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()>,
>
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    app.wrap(from_fn(move |req, next| observe(new_id(), req, next)))
}

/// Marks a request whose answer's body is not sent (HEAD), for whom reading something is not the same as being told of it.
pub struct HeadersOnly;

async fn observe(
    request_id: Uuid,
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let span =
        tracing::info_span!("request", %request_id, method = %req.method(), route = Empty, status = Empty);
    let contract = req.app_data::<Data<Contract>>();
    let route = contract.and_then(|contract| contract.template(req.path())).map(str::to_owned);
    let meter = Meter::begin(req.method());
    if *req.method() == Method::HEAD {
        req.extensions_mut().insert(HeadersOnly);
        req.head_mut().method = Method::GET;
    }
    let call = request_id::within(request_id, next.call(req));
    let outcome = AssertUnwindSafe(call).catch_unwind().instrument(span.clone()).await;
    let (answer, status) = span.in_scope(|| match outcome {
        Ok(Ok(answer)) => {
            let (request, response) = answer.into_parts();
            let response = finish(request_id, response);
            let status = response.status();
            (Ok(ServiceResponse::new(request, response)), status)
        }
        Ok(Err(err)) => without_request(finish(request_id, HttpResponse::from_error(err))),
        Err(_) => {
            let problem = Problem::internal(anyhow::anyhow!("a handler panicked"));
            without_request(finish(request_id, HttpResponse::from_error(problem)))
        }
    });
    span.record("route", route.as_deref().unwrap_or("none")).record("status", status.as_u16());
    meter.answered(route, status);
    answer
}

/// The answer when the request has been lost on the way, as it is to a panic: an error that holds it ready.
fn without_request(response: HttpResponse) -> (Result<ServiceResponse, Error>, StatusCode) {
    let status = response.status();
    (Err(InternalError::from_response("answered", response).into()), status)
}

/// Changes the headers of an answer, also of one whose request has been lost on the way.
pub(super) fn with_headers<B: MessageBody + 'static>(
    answer: Result<ServiceResponse<B>, Error>,
    change: impl FnOnce(&mut HeaderMap),
) -> Result<ServiceResponse, Error> {
    match answer {
        Ok(answer) => {
            let mut answer = answer.map_into_boxed_body();
            change(answer.headers_mut());
            Ok(answer)
        }
        Err(error) => {
            let mut response = HttpResponse::from_error(error);
            change(response.headers_mut());
            without_request(response).0
        }
    }
}

/// Puts a body to every error and the common headers to every answer.
fn finish<B: MessageBody + 'static>(request_id: Uuid, mut response: HttpResponse<B>) -> HttpResponse {
    let stated = response.extensions_mut().remove::<Problem>();
    let mut response = match stated.or_else(|| unstated(&response)) {
        Some(problem) => problem.render(request_id, response),
        None => response.map_into_boxed_body(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (CACHE_CONTROL, Cache::Private.control()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Copies that others keep would outlive a withdrawal.
        (HeaderName::from_static("x-robots-tag"), "noindex, noarchive"),
    ] {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    let mut buffer = Uuid::encode_buffer();
    if let Ok(id) = HeaderValue::from_str(request_id.hyphenated().encode_lower(&mut buffer)) {
        headers.insert(X_REQUEST_ID.clone(), id);
    }
    response
}

/// The problem of an error that came without one, from the framework or a library.
fn unstated<B>(response: &HttpResponse<B>) -> Option<Problem> {
    let status = response.status();
    match response.error() {
        Some(err) if status.is_server_error() => Some(Problem::internal(anyhow::anyhow!("{err}"))),
        _ => (status.is_client_error() || status.is_server_error())
            .then(|| Problem::of(Kind::from_status(status))),
    }
}
