//! The command line: one file a command. A new one is a module, a variant of `Command` and an arm of its `run`.
//!
//! Results go to standard output, progress and logs to standard error. The exit code is 0 when it is done, 1 when it
//! failed, and 2 when the command line itself was wrong.

mod account;
mod audit;
mod backup;
mod check;
mod demo;
mod export;
mod health;
mod import;
mod keys;
mod logging;
mod migrate;
mod openapi;
mod output;
mod progress;
mod publish;
mod restore;
mod serve;
mod signals;
#[cfg(feature = "otlp")]
mod traces;
mod work;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::clock::{Clock, SystemClock};
use crate::config::flags::Given;
use crate::config::sources::Faults;
use crate::config::{Config, Loaded, settings};
use crate::start::{self, House};

const EXAMPLES: &str = "Examples:
  solidarity demo                     try it: samples, nothing kept
  solidarity serve                    serve from ./data, made where there is none
  solidarity config check             see what is configured, and why
  solidarity COMMAND --help           more about one command";

/// The server that grassroots solidarity campaigns run on
#[derive(Parser)]
#[command(
    name = "solidarity",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{}", settings::without_flag())
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Serve),
    Work(work::Work),
    Demo(demo::Demo),
    Health(health::Health),
    Migrate(migrate::Migrate),
    Import(import::Import),
    Export(export::Export),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Publish(publish::Publish),
    Account(account::Account),
    Audit(audit::Audit),
    Keys(keys::Keys),
    Openapi(openapi::Openapi),
    Config(check::Config),
}

impl Command {
    async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Serve(command) => command.run().await,
            Self::Work(command) => command.run().await,
            Self::Demo(command) => command.run().await,
            Self::Health(command) => command.run().await,
            Self::Migrate(command) => command.run().await,
            Self::Import(command) => command.run().await,
            Self::Export(command) => command.run().await,
            Self::Backup(command) => command.run().await,
            Self::Restore(command) => command.run().await,
            Self::Publish(command) => command.run().await,
            Self::Account(command) => command.run().await,
            Self::Audit(command) => command.run().await,
            Self::Keys(command) => command.run().await,
            Self::Openapi(command) => command.run(),
            Self::Config(command) => command.run(),
        }
    }
}

/// The whole command line, as a description of itself.
pub fn cli() -> clap::Command {
    Cli::command()
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    logging::quiet_panics();
    let cli = Cli::parse();
    let outcome = actix_web::rt::System::new().block_on(cli.command.run());
    #[cfg(feature = "otlp")]
    traces::end();
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    if let Some(faults) = error.downcast_ref::<Faults>() {
        faults.0.iter().for_each(|fault| output::error(&fault.to_string()));
        return ExitCode::from(if faults.only_flags() { 2 } else { 1 });
    }
    if !error.is::<Told>() {
        output::error(&output::sentence(&error));
    }
    ExitCode::FAILURE
}

/// It failed, and why has been said.
#[derive(Debug, thiserror::Error)]
#[error("it failed")]
struct Told;

/// Finds the settings and begins to log as they say.
fn settle(given: &Given) -> anyhow::Result<Loaded> {
    let loaded = Config::load(given, &|name| std::env::var_os(name))?;
    logging::begin(&loaded.config);
    Ok(loaded)
}

/// Opens the house for a command that does one thing; the caller closes it.
async fn open(given: &Given) -> anyhow::Result<House> {
    let loaded = settle(given)?;
    start::open(&loaded.config, clock()).await
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}
