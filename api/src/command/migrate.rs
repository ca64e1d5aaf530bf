//! `solidarity migrate`: the schema, step by step.

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;

use super::output::{print, print_json};
use crate::config::flags::{Common, Flags};
use crate::db::{self, Target};
use crate::start;

/// Bring the schema up to date, take steps back, or see where it stands
///
/// `serve` and the other commands bring the schema up to date by themselves.
#[derive(Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:
  solidarity migrate status
  solidarity migrate up --database postgres://solidarity@db/solidarity
  solidarity migrate down --steps 2"
)]
pub(super) struct Migrate {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Run every step that has not run yet
    ///
    /// Processes that do this at once wait for each other.
    #[command(after_help = "Example:
  solidarity migrate up")]
    Up {
        #[command(flatten)]
        flags: Flags<Common>,
    },
    /// Take the newest steps back; what is in the tables they made is lost
    #[command(after_help = "Example:
  solidarity migrate down --steps 2")]
    Down {
        /// How many steps
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
        #[command(flatten)]
        flags: Flags<Common>,
    },
    /// List the steps, each with whether it has run; changes nothing
    #[command(after_help = "Examples:
  solidarity migrate status
  solidarity migrate status --json")]
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        flags: Flags<Common>,
    },
}

impl Migrate {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.what {
            What::Up { flags } => {
                let config = super::settle(&flags.given)?.config;
                let before = pending(&config.database).await?;
                start::migrate(&config).await?;
                let names: Vec<&str> =
                    before.iter().filter(|(_, ran)| !ran).map(|(name, _)| &**name).collect();
                print(&told("applied", &names))
            }
            What::Down { steps, flags } => {
                let config = super::settle(&flags.given)?.config;
                let before = pending(&config.database).await?;
                db::migrate_down(&config.database, steps)
                    .await
                    .with_context(|| format!("steps of {} cannot be taken back", config.database))?;
                let newest_first = before.iter().rev().filter(|(_, ran)| *ran).map(|(name, _)| &**name);
                print(&told("taken back", &newest_first.take(steps as usize).collect::<Vec<_>>()))
            }
            What::Status { json, flags } => {
                let config = super::settle(&flags.given)?.config;
                let steps = pending(&config.database).await?;
                if json {
                    let steps: Vec<_> =
                        steps.iter().map(|(name, ran)| json!({"name": name, "applied": ran})).collect();
                    return print_json(&json!({"steps": steps}));
                }
                let line = |(name, ran): &(String, bool)| {
                    format!("{:<8} {name}\n", if *ran { "applied" } else { "pending" })
                };
                print(&steps.iter().map(line).collect::<String>())
            }
        }
    }
}

async fn pending(database: &Target) -> anyhow::Result<Vec<(String, bool)>> {
    db::pending(database).await.with_context(|| format!("the database {database} cannot be read"))
}

/// One line a step, or that there was none.
fn told(what: &str, names: &[&str]) -> String {
    match names {
        [] => format!("nothing to be {what}"),
        _ => names.iter().map(|name| format!("{what}: {name}\n")).collect(),
    }
}
