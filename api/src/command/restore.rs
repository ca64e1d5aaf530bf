//! `solidarity restore`: a copy of the whole database, put back.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;
use uuid::Uuid;

use super::output::print;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::config::Config;
use crate::config::flags::{Common, Flags};
use crate::db::copy::{self, About};
use crate::db::{Ledger, Target, Tx};
use crate::outbox;
use crate::problem::Problem;
use crate::rooms::{keys, lockdown};
use crate::start::{self, House};
use crate::vault::{self, Vault};

/// Put a copy of the whole database back
///
/// With every process stopped. The copy is read first, and has to fit the master key and the wrapping keys in the data folder.
/// Who was erased since, what was withdrawn and who was shut out goes from it before it is in use: the ledger of erasures in the
/// data folder knows them. What was locked down, hidden or made coarser since nobody knows: so the gallery is locked down until two
/// people end that. Everybody has to sign in anew.
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
    /// Show the gallery at once, as the copy has it: where nothing was hidden since
    #[arg(long)]
    show: bool,
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
        if !Ledger::at(&config.data_dir).is_there() {
            tracing::warn!(
                "there is no ledger of erasures in {}: whoever was erased since the copy was made is back",
                config.data_dir.display()
            );
        }
        match &config.database {
            Target::Sqlite(path) => sqlite(&config, &self.file, path, self.show).await?,
            Target::Postgres(url) => {
                copy::load(url, &self.file, !self.show).await.context("the copy cannot be put back")?;
                ready(start::open(&config, super::clock()).await?, self.show).await?;
            }
        }
        if !self.show {
            tracing::warn!(
                "the gallery is locked down: two people end that, once what was hidden since is hidden again"
            );
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
async fn sqlite(config: &Config, file: &Path, database: &Path, show: bool) -> anyhow::Result<()> {
    let beside = copy::unpack(file, database).await?;
    let there = Config { database: Target::Sqlite(beside.clone()), ..config.clone() };
    ready(start::open(&there, super::clock()).await?, show).await?;
    copy::put_in_place(&beside, database).await
}

/// Opening has brought the schema up to date and erased what the ledger names.
async fn ready(house: House, show: bool) -> anyhow::Result<()> {
    let careful = house.db.write(async |tx| as_careful_as_now(tx, show).await).await;
    let wrapped = vault::rewrap(&house.db, &house.vault).await;
    house.close().await?;
    careful?;
    let wrapped = wrapped?;
    if wrapped > 0 {
        tracing::info!(wrapped, "wrapped data keys with the newest wrapping key");
    }
    Ok(())
}

/// What shows more takes two people, and a copy may show what was hidden since. What ended since is not to begin again.
async fn as_careful_as_now(tx: &Tx, show: bool) -> Result<(), Problem> {
    keys::end_overlaps(tx).await?;
    outbox::take_back_all(tx).await?;
    if !show {
        lockdown::begin(tx, By::System).await?;
    }
    audit::note(tx, Entry::new(By::System, Action::Restore).on(Kind::Campaign, Uuid::nil())).await?;
    Ok(())
}
