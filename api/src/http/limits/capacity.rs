//! How much is worked at the same time, and for how long.
//!
//! Beyond what can be answered in time a request is refused early, so that those which are let in are answered. A database
//! that has stopped answering holds nobody longer than [`DEADLINE`].
//!
//! Who signs in has a line apart: comparing a password takes a processor for milliseconds, so these few places would be
//! gone for everybody else. Who waits there asks nothing meanwhile; refused at once, a flood would be back at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::Limits;
use super::body::Bounds;
use crate::http::meter::{self, Rejected};
use crate::problem::{Kind, Problem};

/// Requests that work with the database at the same time, in one process. They share fewer connections, but do more than
/// ask.
const AT_ONCE: usize = 32;
/// Sign-ins that are worked on at the same time, in one process; no more than may stand in line for a processor.
const SIGN_INS: usize = 12;
/// Files that are received at the same time, in one process.
const UPLOADS: usize = 8;
/// Requests that wait for their turn.
const IN_LINE: usize = 1024;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a request may take in all, waiting included.
pub const DEADLINE: Duration = Duration::from_millis(2500);
/// Batches that are worked on at the same time, in one process: one call of each at a time.
const BATCHES: usize = 8;
/// How long a batch may take. Its items have turns and deadlines of their own.
pub const BATCH: Duration = Duration::from_secs(25);
/// Seconds after which a caller who was refused may ask again.
const AGAIN: u32 = 2;

/// What a request takes of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Nothing that others wait for.
    Little,
    /// The database.
    Database,
    /// A processor for a while, and the database.
    Password,
    /// Nothing itself: what it asks for has its own turn.
    Batch,
    /// The database, now and then, for as long as a body may take that is read in portions.
    Upload,
}

/// Says of a method and a path what they take.
pub type WorkOf = fn(&Method, &str) -> Work;

/// Where requests wait, by what they take.
pub(super) struct Gates {
    database: Gate,
    passwords: Gate,
    uploads: Gate,
    batches: Gate,
    work_of: WorkOf,
}

impl Gates {
    pub(super) fn new(work_of: WorkOf) -> Self {
        Self {
            database: Gate::new(AT_ONCE),
            passwords: Gate::new(SIGN_INS),
            uploads: Gate::new(UPLOADS),
            batches: Gate::new(BATCHES),
            work_of,
        }
    }

    fn of(&self, req: &ServiceRequest) -> Option<(&Gate, Duration)> {
        match (self.work_of)(req.method(), req.path()) {
            Work::Little => None,
            Work::Database => Some((&self.database, DEADLINE)),
            Work::Password => Some((&self.passwords, DEADLINE)),
            Work::Batch => Some((&self.batches, BATCH)),
            Work::Upload => Some((&self.uploads, Bounds::UPLOAD.whole + DEADLINE)),
        }
    }
}

/// Lets in as many as can be answered.
struct Gate {
    places: Semaphore,
    in_line: AtomicUsize,
}

impl Gate {
    fn new(places: usize) -> Self {
        Self { places: Semaphore::new(places), in_line: AtomicUsize::new(0) }
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

/// Middleware: what takes something that others need too waits for its turn, and is answered 503 if that takes too long.
pub async fn enforce(
    limits: Data<Limits>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let Some((gate, deadline)) = limits.gates.of(&req) else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let since = Instant::now();
    let Some(_place) = gate.enter(since).await else {
        meter::rejected(Rejected::Busy);
        let problem = Problem::of(Kind::Unavailable).retry_after(AGAIN);
        return Ok(req.into_response(HttpResponse::from_error(problem)));
    };
    match timeout_at(since + deadline, next.call(req)).await {
        Ok(answer) => Ok(answer?.map_into_boxed_body()),
        Err(late) => {
            meter::rejected(Rejected::Late);
            Err(Problem::unavailable(AGAIN, late).into())
        }
    }
}
