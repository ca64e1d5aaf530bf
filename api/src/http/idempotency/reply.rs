//! An answer that can be kept and given again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderValue, LOCATION};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::problem::Problem;

/// An answer: status, `Location`, `ETag` and a JSON body.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    status: u16,
    location: Option<String>,
    etag: Option<String>,
    body: Option<String>,
    #[serde(skip)]
    pub(super) about: Option<Uuid>,
}

impl Reply {
    /// 200 with a body.
    ///
    /// # Errors
    /// 500 if the body cannot be written as JSON.
    pub fn ok(body: &impl Serialize) -> Result<Self, Problem> {
        Self::with(StatusCode::OK, None, body)
    }

    /// 201 with a body, and where the new record is: its path.
    ///
    /// # Errors
    /// 500 if the body cannot be written as JSON.
    pub fn created(location: impl Into<String>, body: &impl Serialize) -> Result<Self, Problem> {
        Self::with(StatusCode::CREATED, Some(location.into()), body)
    }

    /// 202 with a body.
    ///
    /// # Errors
    /// 500 if the body cannot be written as JSON.
    pub fn accepted(body: &impl Serialize) -> Result<Self, Problem> {
        Self::with(StatusCode::ACCEPTED, None, body)
    }

    /// 204.
    pub fn no_content() -> Self {
        let status = StatusCode::NO_CONTENT.as_u16();
        Self { status, location: None, etag: None, body: None, about: None }
    }

    fn with(status: StatusCode, location: Option<String>, body: &impl Serialize) -> Result<Self, Problem> {
        let body = Some(serde_json::to_string(body).map_err(Problem::internal)?);
        Ok(Self { status: status.as_u16(), location, etag: None, body, about: None })
    }

    /// With the address of what it tells of: its path.
    pub fn located(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// With an `ETag`, as it stands in the header.
    pub fn etag(mut self, etag: impl Into<String>) -> Self {
        self.etag = Some(etag.into());
        self
    }

    /// The record it tells of: [`super::forget`] takes the kept answer away with it.
    pub fn about(mut self, record: impl Into<Uuid>) -> Self {
        self.about = Some(record.into());
        self
    }

    /// The answer on the wire.
    pub(super) fn into_response(self) -> HttpResponse {
        let Self { status, location, etag, body, about: _ } = self;
        let mut response = HttpResponse::new(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
        for (name, value) in [(LOCATION, location), (ETAG, etag)] {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        let Some(body) = body else { return response };
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.set_body(actix_web::body::BoxBody::new(body))
    }
}
