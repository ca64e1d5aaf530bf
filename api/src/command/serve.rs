//! `solidarity serve`: answering requests until told to stop.

use std::net::TcpListener;

use anyhow::{Context, bail};
use clap::Args;

use super::signals::Signals;
use crate::config::flags::{Flags, Serving};
use crate::config::{Config, Loaded, settings};
use crate::start::{self, House, Listeners, Running};

/// Answer requests and do deferred work, until told to stop
///
/// Brings the schema up to date first; several processes may start at once on one database. SIGTERM or Ctrl-C stops it:
/// requests in flight are finished, for thirty seconds at most. A second signal ends it at once.
#[derive(Args)]
#[command(after_help = "Examples:
  solidarity serve
  solidarity serve --listen 0.0.0.0:8080 --public-url https://gallery.example.org
  DATABASE_URL=postgres://solidarity:secret@db/solidarity solidarity serve --log-format json

A password in a flag can be read by everybody on the machine: put the address into the variable or a file.")]
pub(super) struct Serve {
    #[command(flatten)]
    flags: Flags<Serving>,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let loaded = super::settle(&self.flags.given)?;
        let config = &loaded.config;
        // Before anything else: a port that is taken should not cost a migration.
        let listener = TcpListener::bind(config.listen).with_context(|| {
            format!("cannot listen on {}, as {} says", config.listen, loaded.named(&settings::LISTEN))
        })?;
        let listeners = Listeners { requests: listener, metrics: listen_for_metrics(&loaded)? };
        let signals = Signals::new()?;
        let house = start::open(config, super::clock()).await?;
        until_stopped(config, house, listeners, signals, |_| Ok(())).await
    }
}

/// Where somebody said so it must work; the default is done without where its port is taken, by Prometheus itself or by
/// another process of ours.
fn listen_for_metrics(loaded: &Loaded) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = loaded.config.metrics_listen else { return Ok(None) };
    match TcpListener::bind(address) {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if loaded.is_default(&settings::METRICS_LISTEN) => {
            tracing::warn!(%address, cause = %error, "there are no metrics: set metrics_listen to a free port, or off");
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| {
            let setting = loaded.named(&settings::METRICS_LISTEN);
            format!("cannot listen for metrics on {address}, as {setting} says")
        }),
    }
}

/// Serves from an open house until a signal comes; `announce` is called once with the running service.
pub(super) async fn until_stopped(
    config: &Config,
    house: House,
    listeners: impl Into<Listeners>,
    mut signals: Signals,
    announce: impl FnOnce(&Running) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut running = start::serve(config, house, listeners)?;
    tracing::info!(address = %format_args!("http://{}", running.address), "listening");
    if let Some(address) = running.metrics() {
        tracing::info!(address = %format_args!("http://{address}/metrics"), "metrics");
    }
    announce(&running)?;
    tokio::select! {
        () = signals.next() => {}
        error = running.failed() => return Err(error),
    }
    tracing::info!("stopping");
    tokio::select! {
        stopped = running.stop(true) => stopped?,
        () = signals.next() => bail!("told twice to stop: ended at once"),
    }
    tracing::info!("stopped");
    Ok(())
}
