//! Addresses as they are written: no address of this service needs a percent sign.
//!
//! Routes are found by the decoded path, and what looks at a path before that (limits, deadlines, what other origins may
//! read) by the path as it came. So that both are the same, an address with an escape in it is none of ours.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use crate::problem::{Kind, Problem};

/// Middleware: 404 for a path with a percent sign. It has to come before whatever else looks at the path.
pub async fn enforce(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    if req.uri().path().contains('%') {
        let absent =
            Problem::of(Kind::NotFound).with_detail("No address here has an escape (`%`) in its path.");
        return Ok(req.into_response(HttpResponse::from_error(absent)));
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}
