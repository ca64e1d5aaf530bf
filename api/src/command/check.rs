//! `solidarity config`: what is configured.

use clap::{Args, Subcommand};
use serde_json::json;

use super::output::{print, print_json};
use crate::config::flags::{Flags, Serving};
use crate::config::sources::Fault;
use crate::config::{Config as Settings, report, settings};

/// See what is configured
#[derive(Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example:
  solidarity config check --config solidarity.toml"
)]
pub(super) struct Config {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Print the settings that hold, and where each comes from, or everything that is wrong with them
    ///
    /// The output is a configuration file, without passwords and keys.
    #[command(after_help = format!("Examples:
  solidarity config check
  solidarity config check --config solidarity.toml --json

{}", settings::without_flag()))]
    Check {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        flags: Flags<Serving>,
    },
}

impl Config {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let What::Check { json, flags } = self.what;
        match Settings::load(&flags.given, &|name| std::env::var_os(name)) {
            Ok(loaded) if json => print_json(&report::json(&loaded)),
            Ok(loaded) => print(&report::toml(&loaded)),
            Err(faults) => {
                let told: Vec<String> = faults.0.iter().map(Fault::to_string).collect();
                if json {
                    print_json(&json!({"faults": told}))?;
                }
                for fault in &told {
                    super::output::error(fault);
                }
                Err(super::Told.into())
            }
        }
    }
}
