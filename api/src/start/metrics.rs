//! `/metrics` for Prometheus, on a listener of its own that the world does not reach.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, get};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::Context;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::time::timeout;

use crate::db::{Db, PublicDb};
use crate::http::meter;
use crate::{audit, outbox};

/// Text format of Prometheus.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How long a scrape waits for the queues to be counted.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a scrape is made from.
struct Source {
    recorded: PrometheusHandle,
    db: Db,
    gallery: PublicDb,
}

/// The listener at work.
pub(super) struct Metrics {
    pub(super) address: SocketAddr,
    pub(super) recorded: PrometheusHandle,
    handle: ServerHandle,
}

impl Metrics {
    /// Begins to count and to tell. Must be called inside an actix system.
    pub(super) fn serve(listener: TcpListener, db: Db, gallery: PublicDb) -> anyhow::Result<Self> {
        let address = listener.local_addr().context("the listener for metrics has no address")?;
        let recorded = meter::install()?;
        let source = Data::new(Source { recorded: recorded.clone(), db, gallery });
        let app = move || App::new().app_data(source.clone()).route("/metrics", get().to(scrape));
        let server = HttpServer::new(app)
            .workers(1)
            .client_request_timeout(Duration::from_secs(5))
            .max_connections(32)
            .shutdown_timeout(1)
            .disable_signals()
            .listen(listener)
            .context("the server cannot take over the listener for metrics")?
            .run();
        let handle = server.handle();
        tokio::task::spawn_local(server);
        Ok(Self { address, recorded, handle })
    }

    /// Tells no more.
    pub(super) async fn stop(self) {
        self.handle.stop(false).await;
    }
}

/// Counts what there is to do.
async fn count(db: &Db) -> Result<(), sea_orm::DbErr> {
    let outbox::Lengths { facts, waiting, dead } = outbox::lengths(db).await?;
    let unlinked = audit::pending(db).await?;
    for (name, length) in [("facts", facts), ("jobs", waiting), ("dead_jobs", dead), ("audit", unlinked)] {
        meter::queue(name, length);
    }
    Ok(())
}

async fn scrape(source: Data<Source>) -> HttpResponse {
    meter::connections(&source.db.pools());
    meter::connections(&[source.gallery.pool()]);
    // A database that is away is told by other signs: the rest is told all the same.
    if let Ok(Err(error)) = timeout(PATIENCE, count(&source.db)).await {
        tracing::debug!(%error, "the queues cannot be counted");
    }
    HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT)).body(source.recorded.render())
}
