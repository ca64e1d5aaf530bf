//! Making the house ready, and refusing a master key that is not the database's.

use std::path::Path;
use std::sync::Arc;

use ::entity::setting;
use anyhow::{Context, bail};
use sea_orm::sea_query::OnConflict;
use sea_orm::{DbErr, EntityTrait, Set};

use crate::access::Access;
use crate::clock::Clock;
use crate::config::{Config, settings};
use crate::db::{self, Db, Ledger, PublicDb, Target};
use crate::outbox::{Client, Post};
use crate::rooms::erasures::{self, Replayed};
use crate::vault::{self, Vault};

/// The row of `setting` that remembers which master key the database was made with.
const MASTER_KEY: &str = "master_key";

/// Everything a command works with.
pub struct House {
    /// The private way to the database.
    pub db: Db,
    /// The public way: gallery tables, read only.
    pub gallery: PublicDb,
    /// The same, for noticing what changes: one connection that no reader waits for.
    pub watching: PublicDb,
    /// The master key.
    pub vault: Arc<Vault>,
    /// Who takes letters.
    pub post: Post,
    /// Who asks other people's servers.
    pub client: Client,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl House {
    /// Who may come in.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn access(&self, config: &Config) -> anyhow::Result<Access> {
        let Config { password_cost, require_totp, refuse_exposed_keys, .. } = config;
        let (vault, clock) = (self.vault.clone(), self.clock.clone());
        Access::new(vault, clock, *password_cost, *require_totp, *refuse_exposed_keys)
    }

    /// Closes every connection.
    ///
    /// # Errors
    /// The database's.
    pub async fn close(&self) -> anyhow::Result<()> {
        self.gallery.close().await?;
        self.watching.close().await?;
        self.db.close().await?;
        Ok(())
    }
}

/// Does what [`migrate`] does, opens the database both ways and checks that the master key is
/// the one it was made with; the first start decides which that is. Several processes may do this at once.
///
/// # Errors
/// If the folder cannot be made, the database cannot be reached, or it was made with another master key.
pub async fn open(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<House> {
    migrate(config).await?;
    let named = || format!("the database {}", config.database);
    let db = db::open(&config.database, clock.clone())
        .await
        .with_context(|| format!("{} cannot be opened", named()))?;
    let ledger = Ledger::at(&config.data_dir);
    let gone = ledger.read()?;
    let db = db.with_ledger(Some(ledger));
    let vault = Arc::new(open_vault(&db, config).await?);
    let public = config.database_public.as_ref();
    let unopened = || {
        let name = public.map_or_else(named, Target::to_string);
        format!("{name} cannot be opened for public reads")
    };
    let gallery = db::open_public(&config.database, public).await.with_context(unopened)?;
    let watching = db::open_watching(&config.database, public).await.with_context(unopened)?;
    if db::reads_private_tables(&gallery).await? {
        tracing::warn!(
            "public reads use an account that may read private tables too: grant it the role solidarity_gallery, or \
             name an account with fewer rights in {}",
            settings::DATABASE_PUBLIC_URL.key
        );
    }
    let post = Post::new(&config.mail, config.mail_from.as_ref(), &config.data_dir, vault.clone())?
        .at(config.public_url.as_ref());
    let client = Client::new(config.webhook_targets, config.webhook_timeout, &config.webhook_authorities)?;
    // Before anything is read: the database may be a copy from before somebody was erased.
    let replayed = erasures::replay(&db, &post, &gone).await?;
    if replayed != Replayed::default() {
        let Replayed { people, quotes, consents, registrations, accounts, contributions, watches, barred } =
            replayed;
        tracing::warn!(
            people,
            quotes,
            consents,
            registrations,
            accounts,
            contributions,
            watches,
            barred,
            "erased again what an older copy of the database brought back"
        );
    }
    Ok(House { db, gallery, watching, vault, post, client, clock })
}

/// Makes the data folder and brings the schema up to date. Several processes may do this at once.
///
/// # Errors
/// If the folder cannot be made or the database cannot be reached.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    make_folder(&config.data_dir)?;
    db::migrate_up(&config.database)
        .await
        .with_context(|| format!("the database {} cannot be brought up to date", config.database))
}

/// For its owner only: the master key is kept there.
fn make_folder(path: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .with_context(|| format!("the folder {} ({}) cannot be made", path.display(), settings::DATA_DIR.key))
}

async fn open_vault(db: &Db, config: &Config) -> anyhow::Result<Vault> {
    let file = config.data_dir.join("master.key");
    let remembered = setting::Entity::find_by_id(MASTER_KEY).one(db.reader()).await?;
    let (key, variable) = (settings::MASTER_KEY.key, settings::MASTER_KEY.variable.unwrap_or_default());
    if remembered.is_some() && config.master_key.is_none() && !file.exists() {
        // Making one would only hide that the folder is the wrong one.
        bail!(
            "the database {} has a master key, but neither {} nor the setting {key} ({variable}) holds one: \
             give it the data folder ({}) it was made with",
            config.database,
            file.display(),
            settings::DATA_DIR.key
        );
    }
    let vault = Vault::open(&config.data_dir, config.master_key.as_ref())?;
    let remembered = match remembered {
        Some(row) => row.value,
        None => remember(db, &vault).await?,
    };
    if remembered != vault.fingerprint() {
        let source = match config.master_key {
            Some(_) => format!("the setting {key} ({variable})"),
            None => format!("the file {}", file.display()),
        };
        bail!("the database {} was made with another master key than the one in {source}", config.database);
    }
    for (epoch, _) in vault::in_use(db.reader()).await? {
        vault.demand(epoch).with_context(|| format!("the database {} cannot be opened", config.database))?;
    }
    Ok(vault)
}

/// Writes down the key's fingerprint unless another process was quicker; gives what stands there.
async fn remember(db: &Db, vault: &Vault) -> Result<String, DbErr> {
    db.write(async |tx| {
        let row = setting::ActiveModel { name: Set(MASTER_KEY.to_owned()), value: Set(vault.fingerprint()) };
        let unless_there = OnConflict::column(setting::Column::Name).do_nothing().to_owned();
        setting::Entity::insert(row).on_conflict(unless_there).exec_without_returning(tx).await?;
        let row = setting::Entity::find_by_id(MASTER_KEY).one(tx).await?;
        row.map(|row| row.value)
            .ok_or_else(|| DbErr::RecordNotFound("the master key's fingerprint".to_owned()))
    })
    .await
}
