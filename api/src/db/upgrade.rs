//! Bringing the schema up to date, by one process at a time.

use migration::Migrator;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr, RuntimeErr};
use sea_orm_migration::{MigratorTrait, SchemaManager};
use secrecy::ExposeSecret;
use sqlx::Connection as _;

use super::connect::Target;

/// The number of the advisory lock that migrating processes queue for on PostgreSQL ("solid" in ASCII).
const LOCK: i64 = 0x0073_6f6c_6964;

/// Runs every step that has not run yet. Processes that start at once wait for each other.
///
/// # Errors
/// The database's, or that the lock file beside a SQLite database cannot be made.
pub async fn migrate_up(target: &Target) -> Result<(), DbErr> {
    alone(target, async |db| Migrator::up(db, None).await).await
}

/// Takes the newest `steps` back. Data in the tables they made are lost.
///
/// # Errors
/// As [`migrate_up`].
pub async fn migrate_down(target: &Target, steps: u32) -> Result<(), DbErr> {
    alone(target, async |db| Migrator::down(db, Some(steps)).await).await
}

/// The steps, in order, each with whether it has run. A SQLite file that is not there is not made.
///
/// # Errors
/// The database's.
pub async fn pending(target: &Target) -> Result<Vec<(String, bool)>, DbErr> {
    if let Target::Sqlite(path) = target
        && !path.exists()
    {
        return Ok(Migrator::get_migration_files().iter().map(|m| (m.name().to_owned(), false)).collect());
    }
    let db = single(target).await?;
    let all = Migrator::get_migration_files();
    // Asking for pending steps makes the table that remembers them, which is for whoever holds the lock to do.
    if !SchemaManager::new(&db).has_table("seaql_migrations").await? {
        db.close().await?;
        return Ok(all.iter().map(|m| (m.name().to_owned(), false)).collect());
    }
    let open: Vec<String> =
        Migrator::get_pending_migrations(&db).await?.iter().map(|m| m.name().to_owned()).collect();
    db.close().await?;
    Ok(all.iter().map(|m| (m.name().to_owned(), !open.contains(&m.name().to_owned()))).collect())
}

async fn alone(
    target: &Target,
    work: impl AsyncFnOnce(&DatabaseConnection) -> Result<(), DbErr>,
) -> Result<(), DbErr> {
    let lock = match target {
        Target::Sqlite(path) => {
            let mut name = path.clone().into_os_string();
            name.push(".lock");
            let file = tokio::task::spawn_blocking(move || {
                let file = super::connect::private_file(name.as_ref())?;
                file.lock()?;
                Ok::<_, std::io::Error>(file)
            });
            Some(
                file.await
                    .map_err(|e| DbErr::Custom(e.to_string()))?
                    .map_err(|e| DbErr::Custom(e.to_string()))?,
            )
        }
        Target::Postgres(_) => None,
    };
    let db = single(target).await?;
    if lock.is_none() {
        // Of the session, not of a transaction: every step has a transaction of its own. It ends with the connection.
        db.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})")).await?;
    }
    let result = work(&db).await;
    db.close().await?;
    drop(lock);
    result
}

/// A pool of exactly one connection, so that the session's lock is held by whoever migrates.
pub(super) async fn single(target: &Target) -> Result<DatabaseConnection, DbErr> {
    match target {
        Target::Sqlite(path) => super::connect::sqlite(path, 1, false).await,
        Target::Postgres(url) => {
            let mut options = super::connect::common(url.expose_secret(), 1);
            options.set_application_name("solidarity migrate");
            match Database::connect(options).await {
                // The pool tries until its patience ends and then tells only that it did: ask once more, for the cause.
                Err(error) => match sqlx::PgConnection::connect(url.expose_secret()).await {
                    Err(cause) => Err(DbErr::Conn(RuntimeErr::SqlxError(cause.into()))),
                    Ok(_) => Err(error),
                },
                opened => opened,
            }
        }
    }
}
