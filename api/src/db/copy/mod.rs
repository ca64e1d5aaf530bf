//! Copies of the whole database, made while it is used, and put back.
//!
//! On SQLite a copy is a database file (`VACUUM INTO`): one instant, without what was erased before. On PostgreSQL it is a
//! compressed file of our own ([`archive`]) with the rows of every table as `COPY` writes them, read in one snapshot: no client
//! programs are needed, and the schema is made by the same steps as ever. Data keys are in it as they are in the database:
//! wrapped. Putting back is the business of `solidarity restore`, which has the rest of the house ready for it.

mod archive;
mod postgres;
mod sqlite;

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use chrono::{DateTime, Utc};
use migration::Migrator;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::MigratorTrait as _;
use serde::{Deserialize, Serialize};

pub use postgres::load;
pub use sqlite::{put_in_place, unpack};

use super::Target;

/// What a copy says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct About {
    /// When it was made, where that is known.
    pub made_at: Option<DateTime<Utc>>,
    /// The steps of the schema that had run.
    pub steps: Vec<String>,
    /// The fingerprint of the master key that the database was made with.
    pub master_key: Option<String>,
    /// The epochs whose wrapping keys are needed to open it.
    pub epochs: Vec<i32>,
}

/// What lives a short time and must not live again: sessions that were ended since, links to new passwords, kept answers.
const SHORT_LIVED: [&str; 4] = [
    "DELETE FROM session",
    "DELETE FROM one_time_link WHERE purpose = 'password_reset'",
    "DELETE FROM password_reset_request",
    "DELETE FROM idempotent_answer",
];
/// Numbers that were given after the copy was made will be given once more: whoever follows changes has to begin anew, so the
/// public ones go on far beyond all that were given, and readers of the others are forgotten.
const FOLLOWED: [&str; 2] = ["DELETE FROM change_entry", "DELETE FROM change_reader"];
/// The public ones go on at the milliseconds since 1970, so that the same copy, put back once more, does not begin where it did
/// before.
const FURTHER: [&str; 2] = [
    "UPDATE gallery_clock SET \
     seq = greatest(seq + 1000000000, CAST(extract(epoch FROM now()) * 1000 AS bigint)), \
     floor = greatest(seq + 1000000000, CAST(extract(epoch FROM now()) * 1000 AS bigint))",
    "UPDATE gallery_clock SET \
     seq = max(seq + 1000000000, CAST((julianday('now') - 2440587.5) * 86400000 AS integer)), \
     floor = max(seq + 1000000000, CAST((julianday('now') - 2440587.5) * 86400000 AS integer))",
];
/// The step since which changes are followed so.
const FOLLOWING: &str = "m0099_changes";

/// What is not to live again, of a copy whose schema these steps have made.
fn not_again(backend: DbBackend, steps: &[String]) -> impl Iterator<Item = &'static str> {
    let followed = steps.iter().any(|step| step == FOLLOWING);
    let [postgres, sqlite] = FURTHER;
    let further = if backend == DbBackend::Postgres { postgres } else { sqlite };
    SHORT_LIVED.into_iter().chain(FOLLOWED.into_iter().chain([further]).filter(move |_| followed))
}

/// Writes a copy of a database into a file that is made new, readable by its owner only. Gives its bytes.
///
/// # Errors
/// If there is such a file, it cannot be written, or the database cannot be read.
pub async fn backup(target: &Target, to: &Path, now: DateTime<Utc>) -> anyhow::Result<u64> {
    ensure!(!to.exists(), "{} is there already", to.display());
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = tempfile::NamedTempFile::new_in(folder);
    let draft = draft.with_context(|| format!("cannot write in {}", folder.display()))?;
    match target {
        Target::Sqlite(path) => sqlite::backup(path, draft.path()).await?,
        Target::Postgres(url) => postgres::backup(url, draft.as_file(), now).await?,
    }
    draft.as_file().sync_all()?;
    let bytes = draft.as_file().metadata()?.len();
    draft.persist_noclobber(to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(bytes)
}

/// Reads what a copy says of itself, and all of it, so that a damaged one is found before anything is done with it.
///
/// # Errors
/// If it is no copy, not whole, or not for this kind of database or program.
pub async fn check(target: &Target, from: &Path) -> anyhow::Result<About> {
    let mut beginning = [0; 16];
    let opened = std::fs::File::open(from).and_then(|mut file| file.read(&mut beginning));
    opened.with_context(|| format!("cannot read {}", from.display()))?;
    let about = match (target, &beginning) {
        (Target::Sqlite(_), b"SQLite format 3\0") => sqlite::about(from).await?,
        (Target::Postgres(_), [0x1f, 0x8b, ..]) => archive::check(from)?,
        (Target::Postgres(_), b"SQLite format 3\0") => bail!(
            "{} is a copy of a SQLite database: `solidarity export` and `import` move records between databases",
            from.display()
        ),
        _ => bail!("{} is no copy of such a database", from.display()),
    };
    let known: Vec<String> =
        Migrator::get_migration_files().iter().map(|step| step.name().to_owned()).collect();
    let newer = about.steps.iter().find(|step| !known.contains(step));
    ensure!(newer.is_none(), "{} was made by a newer version of this program", from.display());
    Ok(about)
}

/// Whether somebody has put anything into a database.
///
/// # Errors
/// The database's.
pub async fn is_empty(target: &Target) -> anyhow::Result<bool> {
    if let Target::Sqlite(path) = target
        && !path.exists()
    {
        return Ok(true);
    }
    let db = super::upgrade::single(target).await?;
    let manager = sea_orm_migration::SchemaManager::new(&db);
    let mut empty = true;
    for table in
        ["account", "audit_entry", "theme", "organisation", "person", "initiative", "event", "submission"]
    {
        let found =
            Statement::from_string(db.get_database_backend(), format!("SELECT 1 FROM {table} LIMIT 1"));
        if manager.has_table(table).await? && db.query_one_raw(found).await?.is_some() {
            empty = false;
        }
    }
    db.close().await?;
    Ok(empty)
}

/// What a database, which may be of an older schema, says of itself.
async fn said(db: &DatabaseConnection, made_at: Option<DateTime<Utc>>) -> anyhow::Result<About> {
    let backend = db.get_database_backend();
    let column = async |sql: &str| -> Result<Vec<String>, sea_orm::DbErr> {
        let rows = db.query_all_raw(Statement::from_string(backend, sql)).await?;
        rows.iter().map(|row| row.try_get_by_index(0)).collect()
    };
    let steps = column("SELECT version FROM seaql_migrations ORDER BY version").await?;
    let master_key = column("SELECT value FROM setting WHERE name = 'master_key'").await?.pop();
    let epochs = match steps.iter().any(|step| step == EPOCHS) {
        true => {
            let sql = "SELECT DISTINCT epoch FROM data_key ORDER BY epoch";
            let rows = db.query_all_raw(Statement::from_string(backend, sql)).await?;
            rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?
        }
        false => vec![0],
    };
    Ok(About { made_at, steps, master_key, epochs })
}

/// The step since which there are epochs.
const EPOCHS: &str = "m0089_key_epochs";

/// Removes what must not live again.
async fn forget_the_short_lived(db: &impl ConnectionTrait, steps: &[String]) -> Result<(), sea_orm::DbErr> {
    let backend: DbBackend = db.get_database_backend();
    for sql in not_again(backend, steps) {
        db.execute_raw(Statement::from_string(backend, sql)).await?;
    }
    Ok(())
}
