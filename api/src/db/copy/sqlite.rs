//! SQLite: a copy is a file of the same kind.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};

use super::About;
use crate::db::connect::{common, private_file, sqlite};

/// Copies the database at `path` into the empty file `to`.
pub(super) async fn backup(path: &Path, to: &Path) -> anyhow::Result<()> {
    ensure!(path.exists(), "there is no database {}", path.display());
    // Not one that only queries: to SQLite this is writing, though not into the database.
    let db = sqlite(path, 1, false).await?;
    let into = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [text(to)?.into()]);
    let written = db.execute_raw(into).await;
    db.close().await?;
    written.with_context(|| format!("the database {} cannot be copied", path.display()))?;
    about(to).await.map(drop)
}

/// What a copy says of itself, having read all of it.
pub(super) async fn about(copy: &Path) -> anyhow::Result<About> {
    let file = copy.to_owned();
    let mut options = common("sqlite://", 1);
    // Nobody writes it, and nothing is to be left beside it.
    options.map_sqlx_sqlite_opts(move |o| o.filename(&file).read_only(true).immutable(true));
    let db =
        Database::connect(options).await.with_context(|| format!("{} is no database", copy.display()))?;
    let read = async {
        whole(&db).await?;
        super::said(&db, None).await
    };
    let read = read.await;
    db.close().await?;
    read.with_context(|| format!("{} is no whole copy", copy.display()))
}

async fn whole(db: &DatabaseConnection) -> anyhow::Result<()> {
    let check = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check(1)");
    let verdict: String = db.query_one_raw(check).await?.context("no answer")?.try_get_by_index(0)?;
    ensure!(verdict == "ok", "its pages contradict each other");
    let check = Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_key_check");
    ensure!(db.query_all_raw(check).await?.is_empty(), "its rows contradict each other");
    Ok(())
}

/// Puts a copy beside the database that it is to replace, without what must not live again. There it can be made ready.
///
/// # Errors
/// If it cannot be written.
pub async fn unpack(from: &Path, database: &Path) -> anyhow::Result<PathBuf> {
    let beside = with_suffix(database, ".restored");
    // Who was interrupted may have left a log, too: it would be taken for that of this copy.
    for left in ["", "-wal", "-shm"] {
        remove(&with_suffix(&beside, left))?;
    }
    if let Some(folder) = database.parent() {
        std::fs::create_dir_all(folder)?;
    }
    private_file(&beside)?;
    std::fs::copy(from, &beside).with_context(|| format!("cannot write {}", beside.display()))?;
    let db = sqlite(&beside, 1, false).await?;
    let forget = async {
        let about = super::said(&db, None).await?;
        anyhow::Ok(super::forget_the_short_lived(&db, &about.steps).await?)
    };
    let forgotten = forget.await;
    db.close().await?;
    forgotten?;
    Ok(beside)
}

/// Has the copy that is ready be the database. Before this nothing of it was changed.
///
/// # Errors
/// If somebody uses the database, or it cannot be written.
pub async fn put_in_place(ready: &Path, database: &Path) -> anyhow::Result<()> {
    if database.exists() {
        let db = sqlite(database, 1, false).await?;
        // The log beside it must be gone, or it would be taken for that of the copy. Alone one may say so.
        let alone = Statement::from_string(DbBackend::Sqlite, "PRAGMA journal_mode = DELETE");
        let mode = match db.query_one_raw(alone).await {
            Ok(Some(row)) => row.try_get_by_index::<String>(0).unwrap_or_default(),
            Ok(None) | Err(_) => String::new(),
        };
        db.close().await?;
        if mode != "delete" {
            bail!("another process uses the database {}: stop it first", database.display());
        }
    }
    std::fs::File::open(ready)?.sync_all()?;
    for log in ["-wal", "-shm"] {
        ensure!(!with_suffix(ready, log).exists(), "somebody uses {}", ready.display());
        remove(&with_suffix(database, log))?;
    }
    std::fs::rename(ready, database).with_context(|| format!("cannot replace {}", database.display()))?;
    if let Some(folder) = database.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    remove(&with_suffix(ready, ".lock"))
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn text(path: &Path) -> anyhow::Result<String> {
    path.to_str().map(str::to_owned).context("the name of the file is no text")
}
