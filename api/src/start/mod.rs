//! Starting the service and stopping it again.
//!
//! [`open()`] makes the [`House`] ready: folder, schema, connections, and a master key that fits the database. Commands
//! that do one thing stop there. [`serve`] answers requests from it and does deferred work until it is told to stop.

mod metrics;
mod open;
mod upkeep;
mod worker;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use actix_web::web::{Data, ServiceConfig};
use anyhow::Context;
use sea_orm::DbBackend;

pub use open::{House, migrate, open};

use crate::app::{self, App, Shared};
use crate::clock::Clock;
use crate::config::Config;
use crate::gallery::cache::{Cache, Freshness, Watch};
use crate::http::idempotency::Replays;
use crate::http::limits::Limits;
use crate::http::limits::exchange::{self, Exchange};
use metrics::Metrics;
use upkeep::Upkeep;
use worker::Worker;

/// Seconds that requests in flight have to end once the service is told to stop.
const LAST_REQUESTS: u64 = 30;
/// How long a client may take to send a request's head: lines are weak, and who says nothing costs less than who comes again.
const HEAD: Duration = Duration::from_secs(30);
/// How long a client that is to be hung up on may take to notice.
const GOODBYE: Duration = Duration::from_secs(3);
/// How long a connection may be idle: longer than proxies keep theirs, so that it is they who hang up.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Connections at the same time. Further ones wait in the kernel until one ends.
const CONNECTIONS: u64 = 20_000;
/// Connections that wait in the kernel to be accepted: the 128 of the standard library are gone in one burst.
const BACKLOG: i32 = 4096;
/// Files that are kept for other things than clients.
const OTHER_FILES: u64 = 128;

/// Where to listen.
pub struct Listeners {
    /// For everybody's requests.
    pub requests: TcpListener,
    /// For those who watch over the service.
    pub metrics: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(requests: TcpListener) -> Self {
        Self { requests, metrics: None }
    }
}

/// A running service.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    house: House,
    stopping: Arc<AtomicBool>,
    worker: Option<Worker>,
    watch: Option<tokio::task::JoinHandle<()>>,
    exchange: Option<tokio::task::JoinHandle<()>>,
    metrics: Option<Metrics>,
    _upkeep: Upkeep,
    handle: ServerHandle,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Opens the house and serves from it: [`open()`], then [`serve`].
///
/// # Errors
/// Those of both.
pub async fn start(config: &Config, listener: TcpListener, clock: Arc<dyn Clock>) -> anyhow::Result<Running> {
    let house = open(config, clock).await?;
    serve(config, house, listener)
}

/// Begins to answer what comes to the listeners and, unless configured otherwise, to do deferred work. Must be called
/// inside an actix system.
///
/// # Errors
/// If a listener does not work, or the OpenAPI document contradicts itself.
pub fn serve(config: &Config, house: House, listeners: impl Into<Listeners>) -> anyhow::Result<Running> {
    serve_with(config, house, listeners, |_| ())
}

/// As [`serve`], with further services in every thread: what `scripts/bench` holds the service against.
///
/// # Errors
/// Those of [`serve`].
pub fn serve_with(
    config: &Config,
    house: House,
    listeners: impl Into<Listeners>,
    further: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> anyhow::Result<Running> {
    let Listeners { requests: listener, metrics } = listeners.into();
    let address = listener.local_addr().context("the listener has no address")?;
    socket2::SockRef::from(&listener).listen(BACKLOG).context("the listener does not listen")?;
    let stopping = Arc::new(AtomicBool::new(false));
    let metrics = metrics
        .map(|listener| Metrics::serve(listener, house.db.clone(), house.gallery.clone()))
        .transpose()?;
    let limits = Limits::new(config.rate_limit, config.trusted_proxies.clone(), app::work_of);
    // One process writes a SQLite file; of those on a PostgreSQL each tells the others.
    let exchange = (house.db.backend() == DbBackend::Postgres).then(|| Exchange::new(house.vault.clone()));
    let limits = limits.in_common(exchange.map(Arc::new));
    let limits = limits.with_forms(config.form_limits, &app::FORMS, app::form_of, app::insider_of);
    let limits = limits.with_keys(config.key_limits, app::key_of).with_uploads(app::is_upload);
    let limits = Data::new(limits);
    let freshness = Arc::new(Freshness::new(house.db.published().clone(), config.cache_trust));
    let cache = (config.cache > 0).then(|| Data::new(Cache::new(config.cache, freshness.clone())));
    let watch = Watch::new(house.watching.clone(), house.clock.clone(), freshness);
    let upkeep = Upkeep::start(limits.clone(), cache.clone(), metrics.as_ref().map(|m| m.recorded.clone()));
    let app = App {
        db: house.db.clone(),
        gallery: house.gallery.clone(),
        clock: house.clock.clone(),
        vault: house.vault.clone(),
        access: house.access(config)?,
        post: house.post.clone(),
        targets: house.client.targets(),
        replays: Replays::default(),
        proposals_last: config.proposals_last,
        public_url: config.public_url.clone(),
        stopping: stopping.clone(),
    };
    let exchange = limits.exchange().cloned();
    let exchange = exchange
        .map(|common| tokio::task::spawn_local(exchange::run(common, limits.clone(), house.db.clone())));
    let watch = cache.is_some().then(|| tokio::task::spawn_local(watch.run()));
    let shared = Shared::new(app, limits, cache)?;
    let threads = available_parallelism().map_or(2, |count| count.get().clamp(2, 16));
    let server = HttpServer::new(move || shared.web_app(&further))
        .workers(threads)
        .client_request_timeout(HEAD)
        .client_disconnect_timeout(GOODBYE)
        .keep_alive(KEEP_ALIVE)
        .max_connections(connections(threads))
        .shutdown_timeout(LAST_REQUESTS)
        .disable_signals()
        .listen(listener)
        .context("the server cannot take over the listener")?
        .run();
    let handle = server.handle();
    let server = tokio::task::spawn_local(server);
    let worker = config.worker.then(|| Worker::start(&house));
    Ok(Running {
        address,
        house,
        stopping,
        worker,
        watch,
        exchange,
        metrics,
        _upkeep: upkeep,
        handle,
        server,
    })
}

/// Deferred work without a server.
pub struct Working {
    house: House,
    worker: Worker,
}

/// Begins to do deferred work. Must be called inside an actix system.
pub fn work(house: House) -> Working {
    Working { worker: Worker::start(&house), house }
}

impl Working {
    /// Ends the work and closes the database.
    ///
    /// # Errors
    /// If the database cannot be closed.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.worker.stop().await;
        self.house.close().await
    }
}

/// How many connections one thread takes. As many files as the system allows are asked for first: a listener without a
/// free one can only try again and again.
fn connections(threads: usize) -> usize {
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1024);
    let connections = files.saturating_sub(OTHER_FILES).clamp(64, CONNECTIONS);
    usize::try_from(connections).unwrap_or(64).div_ceil(threads)
}

impl Running {
    /// Where it tells how it is doing, if it does.
    pub fn metrics(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|metrics| metrics.address)
    }

    /// Does all deferred work that is due now.
    ///
    /// # Errors
    /// The database's.
    pub async fn run_jobs(&self) -> anyhow::Result<()> {
        Ok(worker::everything(&self.house).await?)
    }

    /// Has every kept answer held against the database before it is given again, as after a change of one's own.
    pub fn look_again(&self) {
        self.house.db.published().once_more();
    }

    /// Waits for the server to end by itself, which it does only when it fails, and says why.
    pub async fn failed(&mut self) -> anyhow::Error {
        match (&mut self.server).await {
            Ok(Ok(())) => anyhow::anyhow!("the server ended unexpectedly"),
            Ok(Err(error)) => anyhow::Error::new(error).context("the server failed"),
            Err(error) => anyhow::Error::new(error).context("the server failed"),
        }
    }

    /// Says that it is stopping, ends the deferred work, stops listening and closes the database. Gracefully, requests in
    /// flight are finished first, for thirty seconds at most; otherwise they are cut off.
    ///
    /// # Errors
    /// If the server had failed before, or the database cannot be closed.
    pub async fn stop(self, gracefully: bool) -> anyhow::Result<()> {
        self.stopping.store(true, Ordering::Relaxed);
        if let Some(worker) = self.worker {
            worker.stop().await;
        }
        self.handle.stop(gracefully).await;
        self.server.await??;
        for task in [self.watch, self.exchange].into_iter().flatten() {
            task.abort();
        }
        if let Some(metrics) = self.metrics {
            metrics.stop().await;
        }
        self.house.close().await
    }
}
