//! The closed list of what can go wrong, in one table.

use actix_web::http::StatusCode;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// What went wrong, as a client can tell it apart.
///
/// The list is closed: a new kind is a new row in the table below, and gets its page, its schema
/// and its documented response from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request cannot be understood.
    BadRequest,
    /// Query parameters are unknown, repeated or malformed.
    InvalidParameter,
    /// Absent, or not for this caller to see.
    NotFound,
    /// The resource does not have this method.
    MethodNotAllowed,
    /// None of the encodings that the client accepts is available.
    NotAcceptable,
    /// The request did not come in time.
    RequestTimeout,
    /// Was public and has been withdrawn.
    Gone,
    /// The body is larger than the server reads.
    ContentTooLarge,
    /// The address is longer than the server reads.
    UriTooLong,
    /// The caller asks too often.
    TooManyRequests,
    /// A fault of the server.
    Internal,
    /// The server cannot answer at this moment.
    Unavailable,
}

/// One row of the table of problems.
pub struct Row {
    /// HTTP status code.
    pub status: StatusCode,
    /// Stable machine-readable name, last segment of the problem's `type`.
    pub code: &'static str,
    /// Short human-readable name, the same for every occurrence.
    pub title: &'static str,
    /// What it means: the `detail` of an occurrence that has none of its own.
    pub meaning: &'static str,
    /// What a caller should do about it.
    pub remedy: &'static str,
}

impl Kind {
    /// Every kind, in the order of the status codes.
    pub const ALL: [Kind; 12] = [
        Kind::BadRequest,
        Kind::InvalidParameter,
        Kind::NotFound,
        Kind::MethodNotAllowed,
        Kind::NotAcceptable,
        Kind::RequestTimeout,
        Kind::Gone,
        Kind::ContentTooLarge,
        Kind::UriTooLong,
        Kind::TooManyRequests,
        Kind::Internal,
        Kind::Unavailable,
    ];

    /// Status, names and explanation of this kind.
    pub const fn row(self) -> Row {
        let (status, code, title, meaning, remedy) = match self {
            Kind::BadRequest => (
                StatusCode::BAD_REQUEST,
                "bad_request",
                "Bad request",
                "The request could not be understood.",
                "Compare the request with the API's description. Sending it again unchanged will not help.",
            ),
            Kind::InvalidParameter => (
                StatusCode::BAD_REQUEST,
                "invalid_parameter",
                "Invalid query parameter",
                "One or more query parameters are unknown, repeated or outside their limits.",
                "Every fault is listed in `errors`, with the name of the parameter, a code and the limit that it broke. \
                 Correct them all and ask again.",
            ),
            Kind::NotFound => (
                StatusCode::NOT_FOUND,
                "not_found",
                "Not found",
                "There is nothing here for this caller to see.",
                "Check the address: paths have no trailing slash, and identifiers are UUIDs. \
                 What existed before may have been removed.",
            ),
            Kind::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "Method not allowed",
                "This address does not support the method of the request.",
                "Use one of the methods in the answer's `Allow` header.",
            ),
            Kind::NotAcceptable => (
                StatusCode::NOT_ACCEPTABLE,
                "not_acceptable",
                "Not acceptable",
                "The answer is not available in any encoding that the request accepts.",
                "Accept `gzip`, `br` or `identity` in `Accept-Encoding`, or leave that header out.",
            ),
            Kind::RequestTimeout => (
                StatusCode::REQUEST_TIMEOUT,
                "request_timeout",
                "Request too slow",
                "The body of the request did not arrive in time.",
                "Send the same request again, on a new connection.",
            ),
            Kind::Gone => (
                StatusCode::GONE,
                "gone",
                "Withdrawn",
                "This was public and has been withdrawn.",
                "Delete your copies and links. It will not come back under this address unless it is published again.",
            ),
            Kind::ContentTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "content_too_large",
                "Body too large",
                "The body of the request is larger than this server reads.",
                "Send less at once. The `detail` says how much is allowed.",
            ),
            Kind::UriTooLong => (
                StatusCode::URI_TOO_LONG,
                "uri_too_long",
                "Address too long",
                "The path and query of the request are longer than this server reads.",
                "Shorten the query, for example by splitting a long list of values over several requests.",
            ),
            Kind::TooManyRequests => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "Too many requests",
                "The caller has used up its allowance for now.",
                "Wait for the number of seconds in `Retry-After`, then go on more slowly.",
            ),
            Kind::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Internal error",
                "Something went wrong in the server.",
                "The fault is not in the request. Try again later; if it persists, report the `instance` of the answer, \
                 by which the cause can be found.",
            ),
            Kind::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Temporarily unavailable",
                "The server cannot answer at this moment.",
                "Send the same request again after the number of seconds in `Retry-After`.",
            ),
        };
        Row { status, code, title, meaning, remedy }
    }

    /// The kind with this `code`, if there is one.
    pub fn from_code(code: &str) -> Option<Kind> {
        Self::ALL.into_iter().find(|kind| kind.row().code == code)
    }

    /// The kind that stands for an error status which came without a problem.
    ///
    /// A status that is not in the table becomes the general one of its class: 400 or 500.
    pub fn from_status(status: StatusCode) -> Kind {
        let general = if status.is_server_error() { Kind::Internal } else { Kind::BadRequest };
        Self::ALL.into_iter().find(|kind| kind.row().status == status).unwrap_or(general)
    }
}

impl utoipa::PartialSchema for Kind {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Stable name of the problem, explained at `/problems/{code}`"))
            .enum_values(Some(Self::ALL.map(|kind| kind.row().code)))
            .into()
    }
}

impl utoipa::ToSchema for Kind {
    fn name() -> std::borrow::Cow<'static, str> {
        "ProblemCode".into()
    }
}
