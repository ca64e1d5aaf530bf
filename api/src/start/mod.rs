//! Starting the service and stopping it again.
//!
//! [`open()`] makes the [`House`] ready: folder, schema, connections, and a master key that fits the database. Commands
//! that do one thing stop there. [`serve`] answers requests from it and does deferred work until it is told to stop.

mod open;
mod worker;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::available_parallelism;

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use anyhow::Context;

pub use open::{House, migrate, open};

use crate::app::{App, Shared};
use crate::clock::Clock;
use crate::config::Config;
use worker::Worker;

/// Seconds that requests in flight have to end once the service is told to stop.
const LAST_REQUESTS: u64 = 30;

/// A running service.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    house: House,
    stopping: Arc<AtomicBool>,
    worker: Option<Worker>,
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

/// Begins to answer what comes to the listener and, unless configured otherwise, to do deferred work. Must be called
/// inside an actix system.
///
/// # Errors
/// If the listener does not work, or the OpenAPI document contradicts itself.
pub fn serve(config: &Config, house: House, listener: TcpListener) -> anyhow::Result<Running> {
    let address = listener.local_addr().context("the listener has no address")?;
    let stopping = Arc::new(AtomicBool::new(false));
    let shared = Shared::new(App {
        db: house.db.clone(),
        gallery: house.gallery.clone(),
        clock: house.clock.clone(),
        public_url: config.public_url.clone(),
        stopping: stopping.clone(),
    })?;
    let threads = available_parallelism().map_or(2, |count| count.get().clamp(2, 16));
    let server = HttpServer::new(move || shared.web_app())
        .workers(threads)
        .shutdown_timeout(LAST_REQUESTS)
        .disable_signals()
        .listen(listener)
        .context("the server cannot take over the listener")?
        .run();
    let handle = server.handle();
    let server = tokio::task::spawn_local(server);
    let worker = config.worker.then(|| Worker::start(house.db.clone()));
    Ok(Running { address, house, stopping, worker, handle, server })
}

impl Running {
    /// Does all deferred work that is due now.
    ///
    /// # Errors
    /// The database's.
    pub async fn run_jobs(&self) -> anyhow::Result<()> {
        Ok(worker::round(&self.house.db).await?)
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
        self.house.close().await
    }
}
