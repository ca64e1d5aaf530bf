//! The one error type of every call: an RFC 9457 problem.
//!
//! Whatever goes wrong, a client reads the same shape: `application/problem+json` with a `type`
//! that is a page of this server, a stable `code`, and every fault of the input at once. Handlers
//! return [`Problem`]; what it becomes on the wire is written in one place ([`Problem::render`],
//! called by the outermost middleware), since only there the request's id is known. The cause of a
//! server fault is logged there once and never sent.

mod database;
mod fault;
mod kind;
mod openapi;

use std::{borrow::Cow, fmt, sync::Arc};

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use fault::{Fault, Place};
pub use kind::{Kind, Row};
pub use openapi::describe;

/// Media type of every error body (RFC 9457 §6.1).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// `WWW-Authenticate` (RFC 6750 §3) of a 401.
const CHALLENGE: &str = "Bearer realm=\"solidarity\"";
/// The same, where a token was sent that does not hold.
const BAD_TOKEN: &str = "Bearer realm=\"solidarity\", error=\"invalid_token\"";

/// One occurrence of a problem.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: Kind,
    detail: Option<Cow<'static, str>>,
    faults: Vec<Fault>,
    retry_after: Option<u32>,
    cause: Option<Arc<anyhow::Error>>,
    allowed: &'static [&'static str],
    enrolment_token: Option<SecretString>,
    token_was_bad: bool,
}

impl Problem {
    /// A problem of this kind, with nothing further to say.
    pub const fn of(kind: Kind) -> Self {
        Self {
            kind,
            detail: None,
            faults: Vec::new(),
            retry_after: None,
            cause: None,
            allowed: &[],
            enrolment_token: None,
            token_was_bad: false,
        }
    }

    /// 404: absent, or not the caller's to see. `what` is a noun such as `"event"`.
    pub fn not_found(what: &'static str) -> Self {
        Self::of(Kind::NotFound).with_detail(format!("There is no such {what}."))
    }

    /// 410: was public and has been withdrawn. Deliberately says nothing about what or why.
    pub const fn gone() -> Self {
        Self::of(Kind::Gone)
    }

    /// 400 for one query parameter.
    pub fn invalid_parameter(
        parameter: impl Into<String>,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::of(Kind::InvalidParameter).with_faults(vec![Fault::parameter(parameter, code, detail)])
    }

    /// 500. The cause is logged with the request's id and never sent.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self::of(Kind::Internal).caused_by(cause)
    }

    /// 503: the caller may try the same request again after `seconds`.
    pub fn unavailable(seconds: u32, cause: impl Into<anyhow::Error>) -> Self {
        Self::of(Kind::Unavailable).retry_after(seconds).caused_by(cause)
    }

    /// 422 for a body that is not what the call takes.
    pub fn invalid_body(faults: Vec<Fault>) -> Self {
        Self::of(Kind::InvalidBody).with_faults(faults)
    }

    /// 409: the record's state does not allow it. `allowed` lists the verbs that it does allow.
    pub const fn wrong_state(allowed: &'static [&'static str]) -> Self {
        let mut problem = Self::of(Kind::WrongState);
        problem.allowed = allowed;
        problem
    }

    /// 403: the account has to set up a second factor first; `token` opens that and nothing else.
    pub fn second_factor_enrolment(token: SecretString) -> Self {
        Self { enrolment_token: Some(token), ..Self::of(Kind::SecondFactorEnrolment) }
    }

    /// 401: there was a token, and it does not hold.
    pub const fn bad_token() -> Self {
        let mut problem = Self::of(Kind::Unauthenticated);
        problem.token_was_bad = true;
        problem
    }

    /// What is particular to this occurrence, in a sentence.
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The faults of the input, all of them.
    pub fn with_faults(mut self, faults: Vec<Fault>) -> Self {
        self.faults = faults;
        self
    }

    /// Sends `Retry-After` (RFC 9110 §10.2.3) in seconds.
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    fn caused_by(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.cause = Some(Arc::new(cause.into()));
        self
    }

    /// What caused it, for the log: without the values that drivers and parsers quote.
    pub fn cause(&self) -> String {
        let cause = self.cause.as_ref();
        cause.map_or_else(|| self.to_string(), |cause| unquoted(&format!("{cause:#}")))
    }

    /// What went wrong.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What is said about this occurrence.
    pub fn said(&self) -> &str {
        self.detail.as_deref().unwrap_or(self.kind.row().meaning)
    }

    /// The faults of the input; empty where the input is not to blame.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// After how many seconds the same request may be sent again, if that is known.
    pub const fn seconds(&self) -> Option<u32> {
        self.retry_after
    }

    /// The final body, for the request with this id.
    pub fn body(&self, request_id: Uuid) -> Body<'_> {
        let Row { status, code, title, .. } = self.kind.row();
        Body {
            r#type: format!("/problems/{code}"),
            title,
            status: status.as_u16(),
            detail: self.said(),
            instance: request_id.urn().to_string(),
            code,
            errors: &self.faults,
            allowed: (self.kind == Kind::WrongState).then_some(self.allowed),
            enrolment_token: self.enrolment_token.as_ref().map(ExposeSecret::expose_secret),
        }
    }

    /// Turns a response into this problem and logs the cause.
    ///
    /// Headers about the request (`Allow`, `Vary`, …) stay; those about the body go with it.
    pub fn render<B>(self, request_id: Uuid, response: HttpResponse<B>) -> HttpResponse {
        if let Some(cause) = &self.cause {
            let (code, cause) = (self.kind.row().code, unquoted(&format!("{cause:#}")));
            tracing::error!(%request_id, code, cause, "request failed");
        }
        let body = serde_json::to_vec(&self.body(request_id)).unwrap_or_default();
        let mut response = response.set_body(BoxBody::new(body));
        *response.status_mut() = self.kind.row().status;
        let headers = response.headers_mut();
        for name in [header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::ETAG, header::CACHE_CONTROL] {
            headers.remove(name);
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if self.kind.row().status == StatusCode::UNAUTHORIZED {
            let challenge = if self.token_was_bad { BAD_TOKEN } else { CHALLENGE };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Drivers and parsers quote the values they complain about, and logs hold no values.
pub(crate) fn unquoted(text: &str) -> String {
    let quoted_are_odd = text.split(['"', '`']).enumerate();
    quoted_are_odd.map(|(at, piece)| if at % 2 == 0 { piece } else { "…" }).collect()
}

/// The members of a problem (RFC 9457 §3).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body<'a> {
    /// A page that explains this kind of problem, relative to the server.
    #[schema(format = "uri-reference", example = "/problems/invalid_parameter")]
    r#type: String,
    /// Short name of the kind, always the same.
    title: &'static str,
    /// HTTP status code, as in the status line.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is particular to this occurrence.
    detail: &'a str,
    /// The id of the request, `urn:uuid:…`, also in `X-Request-Id`.
    #[schema(format = "uri")]
    instance: String,
    #[schema(value_type = Kind)]
    code: &'static str,
    /// Every fault of the input, where the input is to blame.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [Fault],
    /// What the state of the record allows, where the request was not allowed by it (`wrong_state`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    allowed: Option<&'static [&'static str]>,
    /// An access token of ten minutes for setting up a second factor, and for nothing else
    /// (`second_factor_enrolment`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    enrolment_token: Option<&'a str>,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind.row().code)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.row().status
    }

    /// A response without a body: the outermost middleware, which knows the request's id, finds
    /// the problem in the extensions and renders it.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(self.clone());
        response
    }
}

#[cfg(test)]
mod tests;
