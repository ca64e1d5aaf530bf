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
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use fault::{Fault, Place};
pub use kind::{Kind, Row};
pub use openapi::describe;

/// Media type of every error body (RFC 9457 §6.1).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// One occurrence of a problem.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: Kind,
    detail: Option<Cow<'static, str>>,
    faults: Vec<Fault>,
    retry_after: Option<u32>,
    cause: Option<Arc<anyhow::Error>>,
}

impl Problem {
    /// A problem of this kind, with nothing further to say.
    pub const fn of(kind: Kind) -> Self {
        Self { kind, detail: None, faults: Vec::new(), retry_after: None, cause: None }
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

    /// What went wrong.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The faults of the input; empty where the input is not to blame.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The final body, for the request with this id.
    pub fn body(&self, request_id: Uuid) -> Body<'_> {
        let Row { status, code, title, meaning, .. } = self.kind.row();
        Body {
            r#type: format!("/problems/{code}"),
            title,
            status: status.as_u16(),
            detail: self.detail.as_deref().unwrap_or(meaning),
            instance: request_id.urn().to_string(),
            code,
            errors: &self.faults,
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
