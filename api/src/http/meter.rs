//! What is counted of requests, for Prometheus: by method, route template and class of status. Never by path, address or
//! caller, so that nobody can be told apart and nobody can make a new series.
//!
//! Counting costs next to nothing until [`install`] is called.

use std::sync::OnceLock;
use std::time::Instant;

use actix_web::http::{Method, StatusCode};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const REQUESTS: &str = "http_requests_total";
const SECONDS: &str = "http_request_duration_seconds";
const IN_FLIGHT: &str = "http_requests_in_flight";
const REJECTED: &str = "http_requests_rejected_total";
const CALLERS: &str = "http_rate_limited_callers";
const CACHE: &str = "gallery_cache_requests_total";
const CACHE_BYTES: &str = "gallery_cache_bytes";
const CONNECTIONS: &str = "database_connections";
/// Attempts at jobs, by kind and by how they ended.
pub const OUTBOX_ATTEMPTS: &str = "outbox_attempts_total";
const QUEUE: &str = "queue_length";

/// Bounds of the histogram, in seconds: from a ready answer to the last moment.
const BUCKETS: [f64; 12] = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5];

/// Why a request was turned away before it was looked at.
#[derive(Clone, Copy, Debug)]
pub enum Rejected {
    /// Its caller asks too often.
    Rate,
    /// Too many others are before it.
    Busy,
    /// It took too long.
    Late,
    /// Its body is too large.
    BodySize,
    /// Its body came too slowly.
    BodyTime,
    /// Too many bodies are held already.
    BodyRoom,
}

impl Rejected {
    const fn word(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Busy => "busy",
            Self::Late => "late",
            Self::BodySize => "body_size",
            Self::BodyTime => "body_time",
            Self::BodyRoom => "body_room",
        }
    }
}

/// How the cache of the gallery's answers took part in an answer.
#[derive(Clone, Copy, Debug)]
pub enum Cached {
    /// It was there.
    Hit,
    /// It was made, to be kept.
    Made,
    /// Somebody else was making it.
    Waited,
    /// It went past the cache.
    Passed,
}

impl Cached {
    const fn word(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Made => "made",
            Self::Waited => "waited",
            Self::Passed => "passed",
        }
    }
}

/// Connections of one pool.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// Which one.
    pub name: &'static str,
    /// Open connections.
    pub open: usize,
    /// Those of them that nobody uses.
    pub idle: usize,
}

/// Begins to count, for the whole process. A second call gives the same.
///
/// # Errors
/// If something else counts in this process already.
pub fn install() -> anyhow::Result<PrometheusHandle> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &BUCKETS)?;
    let recorder = builder.build_recorder();
    let handle = HANDLE.get_or_init(|| recorder.handle()).clone();
    metrics::set_global_recorder(recorder).map_err(|_| anyhow::anyhow!("metrics are recorded elsewhere"))?;
    describe_counter!(REQUESTS, "Requests answered, by method, route template and class of status.");
    describe_histogram!(SECONDS, Unit::Seconds, "Time from a request's head to its answer's.");
    describe_gauge!(IN_FLIGHT, "Requests that are being answered.");
    describe_counter!(REJECTED, "Requests turned away, by reason.");
    describe_gauge!(CALLERS, "Callers whose allowance is not whole.");
    describe_counter!(CACHE, "Requests to the gallery, by the part that the cache had in the answer.");
    describe_gauge!(CACHE_BYTES, "Bytes of finished answers that are kept.");
    describe_gauge!(CONNECTIONS, "Open connections to the database, by pool and state.");
    describe_counter!(OUTBOX_ATTEMPTS, "Attempts at jobs, by kind and by how they ended.");
    describe_gauge!(QUEUE, "How much there is to do, by queue; the dead were given up.");
    Ok(handle)
}

/// Notes how much there is to do in a queue.
pub fn queue(name: &'static str, length: u64) {
    gauge!(QUEUE, "queue" => name).set(as_float(usize::try_from(length).unwrap_or(usize::MAX)));
}

/// Counts one request that was turned away.
pub fn rejected(why: Rejected) {
    counter!(REJECTED, "reason" => why.word()).increment(1);
}

/// Notes how many callers the limits remember.
pub fn callers(count: usize) {
    gauge!(CALLERS).set(as_float(count));
}

/// Counts one request to the gallery.
pub fn cached(how: Cached) {
    counter!(CACHE, "result" => how.word()).increment(1);
}

/// Notes how many bytes of answers are kept.
pub fn cache_bytes(bytes: u64) {
    gauge!(CACHE_BYTES).set(as_float(usize::try_from(bytes).unwrap_or(usize::MAX)));
}

/// Notes how many connections there are.
pub fn connections(pools: &[Pool]) {
    for pool in pools {
        let busy = pool.open.saturating_sub(pool.idle);
        gauge!(CONNECTIONS, "pool" => pool.name, "state" => "busy").set(as_float(busy));
        gauge!(CONNECTIONS, "pool" => pool.name, "state" => "idle").set(as_float(pool.idle));
    }
}

/// None of our numbers comes near the 2^32 up to which this is exact.
fn as_float(count: usize) -> f64 {
    u32::try_from(count).unwrap_or(u32::MAX).into()
}

/// One request, from its head to its answer. It is in flight until this is dropped.
pub struct Meter {
    since: Instant,
    method: &'static str,
}

impl Meter {
    /// Begins with a request's head.
    pub fn begin(method: &Method) -> Self {
        gauge!(IN_FLIGHT).increment(1.0);
        Self { since: Instant::now(), method: known(method) }
    }

    /// Counts the answer.
    pub fn answered(&self, route: Option<String>, status: StatusCode) {
        let route = route.unwrap_or_else(|| "none".to_owned());
        let seconds = self.since.elapsed().as_secs_f64();
        histogram!(SECONDS, "method" => self.method, "route" => route.clone()).record(seconds);
        counter!(REQUESTS, "method" => self.method, "route" => route, "status" => class(status)).increment(1);
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        gauge!(IN_FLIGHT).decrement(1.0);
    }
}

/// A client may invent methods; they are all one to us.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}
