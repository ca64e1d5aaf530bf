//! `solidarity serve`: answering requests until told to stop.

use std::net::TcpListener;

use anyhow::{Context, bail};
use clap::Args;

use super::signals::Signals;
use crate::config::flags::{Flags, Serving};
use crate::config::{Config, settings};
use crate::start::{self, House, Running};

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
        let signals = Signals::new()?;
        let house = start::open(config, super::clock()).await?;
        until_stopped(config, house, listener, signals, |_| Ok(())).await
    }
}

/// Serves from an open house until a signal comes; `announce` is called once with the running service.
pub(super) async fn until_stopped(
    config: &Config,
    house: House,
    listener: TcpListener,
    mut signals: Signals,
    announce: impl FnOnce(&Running) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut running = start::serve(config, house, listener)?;
    tracing::info!(address = %format_args!("http://{}", running.address), "listening");
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
