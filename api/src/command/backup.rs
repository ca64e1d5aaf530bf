//! `solidarity backup`: a copy of the whole database.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::output::{print, print_json};
use crate::config::flags::{Common, Flags};
use crate::db::copy;

/// Copy the whole database into a file
///
/// As it is at one instant; a server may run meanwhile. What is sealed stays sealed in it: master key and wrapping keys are not
/// in it and have to be kept apart from it. Names and words are in it in the clear: encrypt it, and delete it after weeks.
#[derive(Args)]
#[command(after_help = "Examples:
  solidarity backup monday.backup
  solidarity backup monday.backup --json")]
pub(super) struct Backup {
    /// The file to write, made new and readable by its owner only
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: Flags<Common>,
}

impl Backup {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = super::settle(&self.flags.given)?.config;
        let bytes = copy::backup(&config.database, &self.file, super::clock().now()).await?;
        match self.json {
            true => print_json(&json!({"file": self.file, "bytes": bytes})),
            false => print(&format!("{}: {bytes} bytes", self.file.display())),
        }
    }
}
