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
    /// The body is not JSON, or has a member twice.
    InvalidJson,
    /// An API key stands in the address.
    KeyExposed,
    /// The call needs credentials, and there are none or none that hold.
    Unauthenticated,
    /// E-mail address and password do not fit together.
    InvalidCredentials,
    /// The password was right; the second factor is missing or wrong.
    SecondFactorRequired,
    /// The caller is known and may not.
    Forbidden,
    /// The API key is not good for this.
    InsufficientScope,
    /// Role or password demand a second factor and the account has none.
    SecondFactorEnrolment,
    /// Absent, or not for this caller to see.
    NotFound,
    /// The resource does not have this method.
    MethodNotAllowed,
    /// None of the encodings that the client accepts is available.
    NotAcceptable,
    /// The request did not come in time.
    RequestTimeout,
    /// Contradicts what is there.
    Conflict,
    /// The state of the record does not allow it.
    WrongState,
    /// More would be shown of somebody than they consented to.
    ConsentNeeded,
    /// The event takes no registrations, or none any more.
    RegistrationClosed,
    /// The same request is being answered already.
    InProgress,
    /// What this item of a batch refers to was not done.
    EarlierItemFailed,
    /// Was public and has been withdrawn.
    Gone,
    /// The cursor of a feed leads to where too much was forgotten.
    CursorTooOld,
    /// The record has changed since it was read.
    PreconditionFailed,
    /// The body is larger than the server reads.
    ContentTooLarge,
    /// The address is longer than the server reads.
    UriTooLong,
    /// The body is of a type that this call does not read.
    UnsupportedMediaType,
    /// The body is JSON, but not what this call takes.
    InvalidBody,
    /// The `Idempotency-Key` belongs to another request.
    IdempotencyKeyReused,
    /// An edit did not say which version it edits.
    PreconditionRequired,
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
    pub const ALL: [Kind; 32] = [
        Kind::BadRequest,
        Kind::InvalidParameter,
        Kind::InvalidJson,
        Kind::KeyExposed,
        Kind::Unauthenticated,
        Kind::InvalidCredentials,
        Kind::SecondFactorRequired,
        Kind::Forbidden,
        Kind::InsufficientScope,
        Kind::SecondFactorEnrolment,
        Kind::NotFound,
        Kind::MethodNotAllowed,
        Kind::NotAcceptable,
        Kind::RequestTimeout,
        Kind::Conflict,
        Kind::WrongState,
        Kind::ConsentNeeded,
        Kind::RegistrationClosed,
        Kind::InProgress,
        Kind::EarlierItemFailed,
        Kind::Gone,
        Kind::CursorTooOld,
        Kind::PreconditionFailed,
        Kind::ContentTooLarge,
        Kind::UriTooLong,
        Kind::UnsupportedMediaType,
        Kind::InvalidBody,
        Kind::IdempotencyKeyReused,
        Kind::PreconditionRequired,
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
            Kind::InvalidJson => (
                StatusCode::BAD_REQUEST,
                "invalid_json",
                "Invalid JSON",
                "The body is not a JSON text, or an object in it has a member twice.",
                "Write the body with a JSON library. `errors` says what is wrong and from where on.",
            ),
            Kind::KeyExposed => (
                StatusCode::BAD_REQUEST,
                "key_exposed",
                "API key in the address",
                "An API key stands in the address of the request, where proxies, browsers and logs keep it.",
                "Send the key as `Authorization: Bearer` or `X-API-Key`, never in a path or a query. Take this one for known to \
                 others, and have an admin rotate it: `POST /v1/organisations/{organisation_id}/keys/{key_id}/rotate`.",
            ),
            Kind::Unauthenticated => (
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "Credentials needed",
                "This call needs credentials; the request has none, or they have expired or been ended.",
                "Send `Authorization: Bearer` with an access token. `POST /v1/sessions/refresh` gives a new one, \
                 `POST /v1/sessions` signs in. An API key may be unknown, mistyped, expired, taken back, suspended, or used from \
                 elsewhere than it may: the answer is the same.",
            ),
            Kind::InvalidCredentials => (
                StatusCode::UNAUTHORIZED,
                "invalid_credentials",
                "Wrong credentials",
                "What was given does not open an account or a session.",
                "Check the e-mail address and the password, or ask for a new one with `POST /v1/password-resets`. \
                 The answer is the same whether or not there is such an account.",
            ),
            Kind::SecondFactorRequired => (
                StatusCode::UNAUTHORIZED,
                "second_factor_required",
                "Second factor needed",
                "The account has a second factor, which is missing, wrong or used already.",
                "Send the code that the authenticator shows now as `totp`, or one of the recovery codes as `recovery_code`. \
                 Every code works once.",
            ),
            Kind::Forbidden => (
                StatusCode::FORBIDDEN,
                "forbidden",
                "Not allowed",
                "The caller is known, but may not do this.",
                "Ask somebody whose role allows it. Sending it again unchanged will not help.",
            ),
            Kind::InsufficientScope => (
                StatusCode::FORBIDDEN,
                "insufficient_scope",
                "Not in the scope of the key",
                "The API key holds, but is not good for this.",
                "`detail` names the scope. Ask for a key that has it.",
            ),
            Kind::SecondFactorEnrolment => (
                StatusCode::FORBIDDEN,
                "second_factor_enrolment",
                "Second factor to be set up",
                "This role, or a password as short as this, signs in with a second factor only, and the account has none.",
                "Set one up: send the `enrolment_token` of this answer as access token to `POST /v1/me/totp` and \
                 `POST /v1/me/totp/confirm`, which is all that it is good for. Then sign in again with a code.",
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
            Kind::Conflict => (
                StatusCode::CONFLICT,
                "conflict",
                "Conflict",
                "The request contradicts what is there.",
                "The `detail` says with what. Read the record again before another try.",
            ),
            Kind::WrongState => (
                StatusCode::CONFLICT,
                "wrong_state",
                "Wrong state",
                "The state that the record is in does not allow this.",
                "Read the record again. `allowed` lists what can be done in the state it is in.",
            ),
            Kind::ConsentNeeded => (
                StatusCode::CONFLICT,
                "consent_needed",
                "New consent needed",
                "A consent is narrowed at once and never widened: more than it says needs a new one.",
                "Record the new consent: `POST /v1/quotes/{quote_id}/consents` or `POST /v1/people/{person_id}/consents`, or whoever gave \
                 it with their manage token: `POST /v1/consents/mine`.",
            ),
            Kind::RegistrationClosed => (
                StatusCode::CONFLICT,
                "registration_closed",
                "Registration is closed",
                "The event takes no registrations, or none any more.",
                "Ask those who host it: they can still enter somebody. `seats` of the public event says `closed` too.",
            ),
            Kind::InProgress => (
                StatusCode::CONFLICT,
                "in_progress",
                "Already in progress",
                "A request with the same `Idempotency-Key` is still being answered.",
                "Send the same request again a little later, with the same key: it gets the answer of the first.",
            ),
            Kind::EarlierItemFailed => (
                StatusCode::CONFLICT,
                "earlier_item_failed",
                "Earlier item failed",
                "This item of a batch refers to an earlier one that was not done, or that was answered without what it refers to.",
                "Nothing was done for this item. Mend the earlier one, and send both again with the ids they have.",
            ),
            Kind::Gone => (
                StatusCode::GONE,
                "gone",
                "Withdrawn",
                "This was public and has been withdrawn.",
                "Delete your copies and links. It will not come back under this address unless it is published again.",
            ),
            Kind::CursorTooOld => (
                StatusCode::GONE,
                "cursor_too_old",
                "Cursor too old",
                "Something that this cursor has not come to is told no longer, or it is of other numbers or other scopes.",
                "Begin anew: ask without `cursor`, read on to the end, and delete from the copy what was not named.",
            ),
            Kind::PreconditionFailed => (
                StatusCode::PRECONDITION_FAILED,
                "precondition_failed",
                "Changed meanwhile",
                "The record has changed since the version that `If-Match` names. Nothing was done.",
                "Read the record again, make the edit on what it is now, and send it with the new `ETag`.",
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
            Kind::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Unsupported type of body",
                "This call does not read bodies of this type.",
                "Send JSON in UTF-8 and say so: `Content-Type: application/json`; an edit may also say \
                 `application/merge-patch+json`.",
            ),
            Kind::InvalidBody => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_body",
                "Invalid body",
                "The body is JSON, but members are missing, unknown or outside their limits.",
                "Every fault is listed in `errors`, with a JSON pointer to the member, a code and the limit that it broke. \
                 Correct them all and send it again.",
            ),
            Kind::IdempotencyKeyReused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "Idempotency key reused",
                "The `Idempotency-Key` was used before with another body.",
                "Make a new key for every new request, and repeat a request with the very same body.",
            ),
            Kind::PreconditionRequired => (
                StatusCode::PRECONDITION_REQUIRED,
                "precondition_required",
                "If-Match needed",
                "An edit, and a decision that publishes what somebody else made, has to say which version of the record it was made on.",
                "Send the record's `ETag` as `If-Match`.",
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
