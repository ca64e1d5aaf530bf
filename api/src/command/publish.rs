//! `solidarity publish`: the public side, anew.

use clap::{Args, Subcommand};
use serde_json::json;

use super::output::{print, print_json};
use super::progress::Progress;
use crate::config::flags::{Common, Flags};
use crate::publishing;

/// Work on the public side
#[derive(Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example:
  solidarity publish rebuild"
)]
pub(super) struct Publish {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Render every public document anew and replace those that differ
    ///
    /// Needed when the rules or the renderers have changed. A server may run meanwhile.
    #[command(after_help = "Examples:
  solidarity publish rebuild
  solidarity publish rebuild --json")]
    Rebuild {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        flags: Flags<Common>,
    },
}

impl Publish {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let What::Rebuild { json, flags } = self.what;
        let house = super::open(&flags.given).await?;
        let progress = Progress::new("records");
        let mut looked = 0;
        let done = publishing::rebuild(&house.db, |count| {
            looked = count;
            progress.at(count);
        })
        .await?;
        drop(progress);
        house.close().await?;
        let (written, removed) = (done.written, done.removed);
        if json {
            return print_json(&json!({"records": looked, "written": written, "removed": removed}));
        }
        print(&format!("{looked} records: {written} documents written, {removed} taken away"))
    }
}
