//! Opening connections with the options that both engines need.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr};
use secrecy::{ExposeSecret, SecretString};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

use super::Db;
use crate::clock::Clock;
use crate::http::meter::Pool;

/// Connections that read, per process. SQLite has one more that writes.
pub(super) const READERS: u32 = 8;
/// Rows that SQLite's threads hand over ahead of whoever reads them: with less than a page has, both wait for each other in turns.
const ROWS_AHEAD: usize = 1024;
/// How long a command waits for a connection, or on SQLite for its turn to write.
const PATIENCE: Duration = Duration::from_secs(5);
/// A connection that has been idle for so long is tried before it is used: the database may have been away.
pub(super) const IDLE: Duration = Duration::from_secs(2);

/// Which database is meant.
#[derive(Clone, Debug)]
pub enum Target {
    /// A file of our own.
    Sqlite(PathBuf),
    /// A server. The address may contain a password.
    Postgres(SecretString),
}

impl Target {
    /// Reads `sqlite://path`, `sqlite:path`, `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// A sentence that says what is allowed. It never repeats the address.
    pub fn parse(address: &str) -> Result<Self, String> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            url::Url::parse(address).map_err(|e| format!("is not a valid address: {e}"))?;
            return Ok(Self::Postgres(address.to_owned().into()));
        }
        let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:"));
        match path.map(|p| p.split('?').next().unwrap_or(p)) {
            Some("" | ":memory:") => {
                Err("names no file: a database in memory would be lost and is not offered".to_owned())
            }
            Some(path) => Ok(Self::Sqlite(path.into())),
            None => Err("must begin with sqlite:// or postgres://".to_owned()),
        }
    }
}

/// The address, without its password.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(address) => f.write_str(&masked(address.expose_secret())),
        }
    }
}

/// Puts `***` in place of the password, which may stand before the host or in the query.
fn masked(address: &str) -> String {
    // A password that is not percent-encoded ends too early for the parser: then nothing of the address is shown.
    let before_host = address.rfind('@').map_or("", |at| &address[..at]);
    let odd = before_host.contains(['#', '?', '@']);
    let Some(mut url) = url::Url::parse(address).ok().filter(|_| !odd) else {
        return "postgres://***".to_owned();
    };
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return "postgres://***".to_owned();
    }
    if let Some(query) = url.query() {
        let hide = |pair: &str| match pair.split_once('=') {
            Some((name, _)) if name.to_lowercase().contains("password") => format!("{name}=***"),
            _ => pair.to_owned(),
        };
        let query: Vec<String> = query.split('&').map(hide).collect();
        url.set_query(Some(&query.join("&")));
    }
    url.to_string()
}

/// Opens the private way to the database. A SQLite file is made where there is none.
///
/// # Errors
/// The database's, for instance when it cannot be reached.
pub async fn open(target: &Target, clock: Arc<dyn Clock>) -> Result<Db, DbErr> {
    match target {
        Target::Sqlite(path) => {
            let writer = sqlite(path, 1, false).await?;
            let reader = sqlite(path, READERS / 2, true).await?;
            Ok(Db::new(writer, reader, clock))
        }
        Target::Postgres(url) => {
            let mut options = common(url.expose_secret(), READERS);
            options.set_application_name("solidarity").test_before_acquire_if_idle_for(IDLE);
            let pool = Database::connect(options).await?;
            Ok(Db::new(pool.clone(), pool, clock))
        }
    }
}

/// How many connections a pool has.
pub(super) fn pool(name: &'static str, connection: &DatabaseConnection) -> Pool {
    let (open, idle) = match connection.get_database_backend() {
        DbBackend::Postgres => {
            let pool = connection.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        }
        _ => {
            let pool = connection.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        }
    };
    Pool { name, open: open as usize, idle }
}

pub(super) async fn sqlite(
    path: &std::path::Path,
    connections: u32,
    read_only: bool,
) -> Result<DatabaseConnection, DbErr> {
    if !read_only && !path.exists() {
        private_file(path).map_err(|e| DbErr::Custom(format!("cannot make {}: {e}", path.display())))?;
    }
    let file = path.to_owned();
    let mut options = common("sqlite://", connections);
    options.map_sqlx_sqlite_opts(move |o| {
        let o = o
            .filename(&file)
            .busy_timeout(PATIENCE)
            .row_buffer_size(ROWS_AHEAD)
            .foreign_keys(true)
            .pragma("secure_delete", "ON");
        if read_only {
            // Not SQLITE_OPEN_READONLY: a reader of a write-ahead log must be able to take part in its shared memory
            // even when it is the first to come.
            return o.pragma("query_only", "ON");
        }
        // There is one that writes, so its cache may be large: with the default of 2 MiB an import reads back what it has
        // just written. In KiB, negative.
        o.pragma("cache_size", "-32768")
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // What is counted at the end of a program is bounded, which leaves out samples of values (STAT4): for their sake
            // SQLite would plan a statement anew each time that another value is bound to it. So is whatever else counts.
            .pragma("analysis_limit", "400")
            .optimize_on_close(true, 400)
    });
    Database::connect(options).await
}

/// Makes a file that only its owner may read. SQLite gives its companions the same rights.
pub(super) fn private_file(path: &std::path::Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

pub(super) fn common(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .connect_timeout(PATIENCE)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .sqlx_logging(false)
        .test_before_acquire(false);
    options
}
