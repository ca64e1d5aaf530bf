//! `solidarity work`: deferred work and nothing else.

use clap::Args;

use super::signals::Signals;
use crate::config::flags::{Common, Flags};
use crate::start;

/// Do deferred work without serving, until told to stop
///
/// Publishes what becomes due, sends letters, and keeps the audit log's chain. For installations whose servers run with
/// --no-worker; several of them may work on one database. SIGTERM or Ctrl-C stops it: what has begun is finished, for five
/// seconds at most, and what is cut off is done anew.
#[derive(Args)]
#[command(after_help = "Examples:
  solidarity work
  SOLIDARITY_MAIL=smtps://me:secret@mail.example.org SOLIDARITY_MAIL_FROM=no-reply@example.org solidarity work")]
pub(super) struct Work {
    #[command(flatten)]
    flags: Flags<Common>,
}

impl Work {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let loaded = super::settle(&self.flags.given)?;
        let mut signals = Signals::new()?;
        let house = start::open(&loaded.config, super::clock()).await?;
        let working = start::work(house);
        tracing::info!("working");
        signals.next().await;
        tracing::info!("stopping");
        tokio::select! {
            stopped = working.stop() => stopped?,
            () = signals.next() => anyhow::bail!("told twice to stop: ended at once"),
        }
        tracing::info!("stopped");
        Ok(())
    }
}
