//! Doing what a queue says.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{
    AUTHORIZATION, ETAG, HeaderName, HeaderValue, IF_MATCH, LOCATION, RETRY_AFTER,
};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, post};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::time::Instant;

use super::rules;
use super::wire::{BatchIn, BatchItem, BatchMethod, BatchOut, BatchVerdict};
use crate::access::Allowed;
use crate::access::action::Anyone;
use crate::app::App;
use crate::http::idempotency::IDEMPOTENT_REPLAYED;
use crate::http::inside::{Asked, Inside, Told};
use crate::http::json::Body;
use crate::http::limits::capacity::BATCH;
use crate::http::request_id;
use crate::problem::{Kind, Problem};

/// How much sooner than it is cut off a batch begins nothing more: as long as one item may take.
const LAST: Duration = Duration::from_secs(5);
/// Bytes of answers after which a batch begins nothing more: it holds them all at once.
const MOST: usize = 4 * 1024 * 1024;
/// Seconds after which what was not begun may be sent again.
const AGAIN: u32 = 5;

/// Send calls that were written offline
///
/// One after the other, each as if it had been sent alone: with its own credentials, allowances, transaction and verdict. An item's
/// `id` is its `Idempotency-Key`, so whatever is sent again within 24 hours, in the same batch, in another one or alone, is done once;
/// without credentials it needs at least 128 bits. A refused item stops none but those that refer to it (409 `earlier_item_failed`).
/// What there was no time for, or no database, reads 503: send it again. A batch with a fault of its own is refused whole, and nothing is done.
#[utoipa::path(
    tag = "batch",
    operation_id = "batch.send",
    request_body = BatchIn,
    responses((status = 200, description = "A verdict on each item", body = BatchOut), Problem),
    security((), ("bearer" = []), ("manage_token" = []))
)]
#[post("/v1/batch")]
pub(super) async fn send(
    app: Data<App>,
    req: HttpRequest,
    _who: Allowed<Anyone>,
    inside: Inside,
    body: Body<BatchIn>,
) -> Result<HttpResponse, Problem> {
    let end = Instant::now() + BATCH - LAST;
    let items = body.into_inner().items;
    let faults = rules::faults(&items);
    if !faults.is_empty() {
        return Err(Problem::invalid_body(faults));
    }
    let mut verdicts: Vec<BatchVerdict> = Vec::with_capacity(items.len());
    let mut bytes = 0;
    for item in items {
        let id = item.id.clone();
        let over =
            Instant::now() >= end || bytes > MOST || app.stopping.load(std::sync::atomic::Ordering::Relaxed);
        let told = match over {
            true => Err(Problem::of(Kind::Unavailable).retry_after(AGAIN)),
            false => ask(&inside, &req, item, &verdicts).await,
        };
        verdicts.push(match told {
            Ok(told) => {
                bytes += told.body.len();
                verdict(id, &told)
            }
            Err(problem) => refused(id, &problem),
        });
    }
    Ok(HttpResponse::Ok().json(BatchOut { items: verdicts }))
}

async fn ask(
    inside: &Inside,
    req: &HttpRequest,
    item: BatchItem,
    earlier: &[BatchVerdict],
) -> Result<Told, Problem> {
    let BatchItem { id, method, path, if_match, authorization, body } = item;
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| Problem::of(Kind::BadRequest));
    let mut headers = vec![(HeaderName::from_static("idempotency-key"), value(&id)?)];
    if let Some(said) = if_match {
        headers.push((IF_MATCH, value(&rules::text(&said, earlier, true)?)?));
    }
    if let Some(said) = authorization {
        let token = rules::text(said.expose_secret(), earlier, false)?;
        let mut bearer = value(&format!("Bearer {token}"))?;
        bearer.set_sensitive(true);
        headers.push((AUTHORIZATION, bearer));
    }
    let body = body.map(|said| rules::body(said, earlier)).transpose()?;
    let body = body.map(|body| serde_json::to_vec(&body).map_err(Problem::internal)).transpose()?;
    let path = rules::path(&path, earlier)?;
    inside.ask(req, Asked { method: method.into(), path, headers, body }).await
}

fn verdict(id: String, told: &Told) -> BatchVerdict {
    let header = |name: HeaderName| told.headers.get(name).and_then(|value| value.to_str().ok());
    BatchVerdict {
        id,
        status: told.status.as_u16(),
        location: header(LOCATION).map(str::to_owned),
        etag: header(ETAG).map(str::to_owned),
        replayed: told.headers.contains_key(IDEMPOTENT_REPLAYED),
        retry_after: header(RETRY_AFTER).and_then(|seconds| seconds.parse().ok()),
        body: serde_json::from_slice(&told.body).ok(),
    }
}

/// The verdict on what was not asked.
fn refused(id: String, problem: &Problem) -> BatchVerdict {
    let said = problem.body(request_id::current().unwrap_or_default());
    let (status, retry_after) = (problem.kind().row().status.as_u16(), problem.seconds());
    let body = serde_json::to_value(&said).unwrap_or(Value::Null);
    BatchVerdict { id, status, location: None, etag: None, replayed: false, retry_after, body: Some(body) }
}

impl From<BatchMethod> for Method {
    fn from(method: BatchMethod) -> Self {
        match method {
            BatchMethod::Post => Self::POST,
            BatchMethod::Patch => Self::PATCH,
            BatchMethod::Put => Self::PUT,
            BatchMethod::Delete => Self::DELETE,
        }
    }
}
