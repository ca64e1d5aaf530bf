//! How much asks the database at the same time, and for how long.
//!
//! Beyond what it can answer in time a request is refused early, so that those which are let in are answered. A database
//! that has stopped answering holds nobody longer than [`DEADLINE`].

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::Limits;
use crate::http::meter::{self, Rejected};
use crate::problem::{Kind, Problem};

/// Requests that work with the database at the same time, in one process. They share fewer connections, but do more than
/// ask.
const AT_ONCE: usize = 32;
/// Requests that wait for their turn.
const IN_LINE: usize = 1024;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a request may take in all, waiting included.
pub const DEADLINE: Duration = Duration::from_millis(2500);
/// Seconds after which a caller who was refused may ask again.
const AGAIN: u32 = 2;

/// Lets in as many as can be answered.
pub(super) struct Gate {
    places: Semaphore,
    in_line: AtomicUsize,
    needs_database: fn(&str) -> bool,
}

impl Gate {
    pub(super) fn new(needs_database: fn(&str) -> bool) -> Self {
        Self { places: Semaphore::new(AT_ONCE), in_line: AtomicUsize::new(0), needs_database }
    }

    /// Waits for a place, but not long; none if there is none.
    async fn enter(&self, since: Instant) -> Option<SemaphorePermit<'_>> {
        if let Ok(place) = self.places.try_acquire() {
            return Some(place);
        }
        let line = InLine(&self.in_line);
        if line.0.fetch_add(1, Ordering::Relaxed) >= IN_LINE {
            return None;
        }
        timeout_at(since + PATIENCE, self.places.acquire()).await.ok()?.ok()
    }
}

/// Stands in line, until it is dropped.
struct InLine<'a>(&'a AtomicUsize);

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Middleware: what needs the database waits for its turn, and is answered 503 if that takes too long.
pub async fn enforce(
    limits: Data<Limits>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    if !(limits.gate.needs_database)(req.path()) {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    let since = Instant::now();
    let Some(_place) = limits.gate.enter(since).await else {
        meter::rejected(Rejected::Busy);
        let problem = Problem::of(Kind::Unavailable).retry_after(AGAIN);
        return Ok(req.into_response(HttpResponse::from_error(problem)));
    };
    match timeout_at(since + DEADLINE, next.call(req)).await {
        Ok(answer) => Ok(answer?.map_into_boxed_body()),
        Err(late) => {
            meter::rejected(Rejected::Late);
            Err(Problem::unavailable(AGAIN, late).into())
        }
    }
}
