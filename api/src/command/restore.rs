//! `solidarity restore`: a copy of the whole database, put back.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;

use super::output::print;
use crate::config::Config;
use crate::config::flags::{Common, Flags};
use crate::db::Target;
use crate::db::copy::{self, About};
use crate::start::{self, House};
use crate::vault::{self, Vault};

/// Put a copy of the whole database back
///
/// With every process stopped. The copy is read first, and has to fit the master key and the wrapping keys in the data folder.
/// Who was erased since and what was withdrawn since goes from it before it is in use: the ledger of erasures in the data
/// folder knows them. Everybody has to sign in anew.
#[derive(Args)]
#[command(after_help = "Examples:
  solidarity restore monday.backup
  solidarity restore monday.backup --force")]
pub(super) struct Restore {
    /// The copy that `solidarity backup` made
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Throw away what is in the database
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    flags: Flags<Common>,
}

impl Restore {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = super::settle(&self.flags.given)?.config;
        let about = copy::check(&config.database, &self.file).await?;
        fits(&config, &about)?;
        let is_empty = copy::is_empty(&config.database).await?;
        ensure!(
            is_empty || self.force,
            "the database {} is not empty: --force throws away what is in it",
            config.database
        );
        match &config.database {
            Target::Sqlite(path) => sqlite(&config, &self.file, path).await?,
            Target::Postgres(url) => {
                copy::load(url, &self.file).await.context("the copy cannot be put back")?;
                ready(start::open(&config, super::clock()).await?).await?;
            }
        }
        print("restored")
    }
}

/// Refuses a copy that cannot be opened with the keys that there are.
fn fits(config: &Config, about: &About) -> anyhow::Result<()> {
    let Some(made_with) = &about.master_key else { return Ok(()) };
    let file = config.data_dir.join("master.key");
    ensure!(
        config.master_key.is_some() || file.exists(),
        "the copy needs its master key: neither {} nor the settings hold one",
        file.display()
    );
    let vault = Vault::open(&config.data_dir, config.master_key.as_ref())?;
    ensure!(*made_with == vault.fingerprint(), "the copy was made with another master key");
    for &epoch in &about.epochs {
        vault.demand(epoch).context("what the copy has sealed opens no more")?;
    }
    Ok(())
}

/// Makes the copy ready beside the database and only then has it be the database.
async fn sqlite(config: &Config, file: &Path, database: &Path) -> anyhow::Result<()> {
    let beside = copy::unpack(file, database).await?;
    let there = Config { database: Target::Sqlite(beside.clone()), ..config.clone() };
    ready(start::open(&there, super::clock()).await?).await?;
    copy::put_in_place(&beside, database).await
}

/// Opening has brought the schema up to date and erased what the ledger names.
async fn ready(house: House) -> anyhow::Result<()> {
    let wrapped = vault::rewrap(&house.db, &house.vault).await;
    house.close().await?;
    let wrapped = wrapped?;
    if wrapped > 0 {
        tracing::info!(wrapped, "wrapped data keys with the newest wrapping key");
    }
    Ok(())
}
