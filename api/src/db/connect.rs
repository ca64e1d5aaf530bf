//! Opening connections with the options that both engines need.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr};
use secrecy::{ExposeSecret, SecretString};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sqlx::{Executor as _, PgConnection};

use super::{Db, PublicDb};
use crate::clock::Clock;
use crate::http::meter::Pool;

/// Connections that read, per process. SQLite has one more that writes.
pub const READERS: u32 = 8;
/// How long a command waits for a connection, or on SQLite for its turn to write.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a public read waits for a connection: it is answered within three seconds, one way or the other.
const PUBLIC_PATIENCE: Duration = Duration::from_secs(2);
/// How long the database works on a public read. Whoever asked has been answered by then.
const LONGEST_READ: Duration = Duration::from_secs(3);
/// A connection that has been idle for so long is tried before it is used: the database may have been away.
const IDLE: Duration = Duration::from_secs(2);

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

/// Opens the public way. On PostgreSQL every session is read only and, where the role `solidarity_gallery` has been
/// granted to the account, takes it on, so that it may read the gallery tables and nothing else. `own` is an address with
/// an account of its own (`DATABASE_PUBLIC_URL`), whose rights are then the administrator's business.
/// At most so many `connections` are opened.
///
/// # Errors
/// The database's.
pub async fn open_public(target: &Target, own: Option<&Target>, connections: u32) -> Result<PublicDb, DbErr> {
    match own.unwrap_or(target) {
        Target::Sqlite(path) => Ok(PublicDb(sqlite(path, connections, true).await?)),
        Target::Postgres(url) => {
            let restrict = own.is_none();
            let mut options = common(url.expose_secret(), connections);
            options
                .set_application_name("solidarity gallery")
                .connect_timeout(PUBLIC_PATIENCE)
                .acquire_timeout(PUBLIC_PATIENCE)
                .statement_timeout(LONGEST_READ)
                .test_before_acquire_if_idle_for(IDLE)
                // Not SeaORM's own `after_connect`, which is called once for all connections together.
                .map_sqlx_postgres_pool_opts(move |pool| {
                    pool.after_connect(move |connection, _| Box::pin(restrict_session(connection, restrict)))
                });
            Ok(PublicDb(Database::connect(options).await?))
        }
    }
}

/// Whether the public way could read more than the gallery. On SQLite every connection can, and only code stands between;
/// there this answers no.
///
/// # Errors
/// The database's.
pub async fn reads_private_tables(public: &PublicDb) -> Result<bool, DbErr> {
    use sea_orm::{ConnectionTrait, DbBackend, Statement};
    if public.get_database_backend() != DbBackend::Postgres {
        return Ok(false);
    }
    let sql = "SELECT has_table_privilege('person', 'SELECT') AS may";
    let row = public.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    row.map_or(Ok(true), |row| row.try_get("", "may"))
}

/// Makes a session read only and, if asked, takes on the role that may read gallery tables only, where it is granted.
async fn restrict_session(connection: &mut PgConnection, take_role: bool) -> Result<(), sqlx::Error> {
    connection.execute("SET default_transaction_read_only = on").await?;
    if take_role {
        let sql = "SELECT set_config('role', rolname, false) FROM pg_roles \
            WHERE rolname = 'solidarity_gallery' AND pg_has_role(current_user, oid, 'MEMBER')";
        connection.execute(sql).await?;
    }
    Ok(())
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
        let o = o.filename(&file).busy_timeout(PATIENCE).foreign_keys(true).pragma("secure_delete", "ON");
        if read_only {
            // Not SQLITE_OPEN_READONLY: a reader of a write-ahead log must be able to take part in its shared memory
            // even when it is the first to come.
            return o.pragma("query_only", "ON");
        }
        o.create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
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
