//! Starting the service and stopping it again.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use anyhow::Context;

use crate::app::{App, Shared};
use crate::clock::Clock;
use crate::config::Config;
use crate::{db, publishing};

/// A running service.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    db: db::Db,
}

/// Brings the schema up to date, opens the database and begins to listen. Must be called inside an actix system.
///
/// # Errors
/// If the database cannot be reached or was made with another master key.
pub async fn start(config: &Config, listener: TcpListener, clock: Arc<dyn Clock>) -> anyhow::Result<Running> {
    let address = listener.local_addr().context("the listener has no address")?;
    db::migrate_up(&config.database).await.context("the schema cannot be brought up to date")?;
    let db = db::open(&config.database, clock.clone()).await.context("the database cannot be opened")?;
    let gallery = db::open_public(&config.database, config.database_public.as_ref()).await?;
    let shared = Shared::new(App { db: db.clone(), gallery, clock })?;
    let server =
        HttpServer::new(move || shared.web_app()).workers(2).disable_signals().listen(listener)?.run();
    let handle = server.handle();
    let server = tokio::task::spawn_local(server);
    Ok(Running { address, handle, server, db })
}

impl Running {
    /// Does all deferred work that is due now.
    ///
    /// # Errors
    /// The database's.
    pub async fn run_jobs(&self) -> anyhow::Result<()> {
        publishing::run_due(&self.db).await?;
        Ok(())
    }

    /// Stops listening, finishes what is in flight and returns.
    ///
    /// # Errors
    /// If the server had failed before.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.handle.stop(true).await;
        self.server.await??;
        Ok(())
    }
}
