//! The public way in: it only reads, and on PostgreSQL it may read the gallery tables and nothing else.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt as _;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{Executor as _, PgConnection};

use super::Target;
use super::connect::{IDLE, READERS, common, pool, sqlite};
use crate::http::meter::Pool;

/// How long a public read waits for a connection: it is answered within three seconds, one way or the other.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the database works on a public read. Whoever asked has been answered by then.
const LONGEST_READ: Duration = Duration::from_secs(3);
/// Pools at most; where there are more threads, some share one.
const POOLS: usize = 16;

/// The public way to the database: gallery tables, read only.
///
/// On PostgreSQL each thread that asks gets a small pool of its own with its first question. A connection that another
/// thread's event loop watches over costs a wake-up of that thread with every answer: lists are half as fast again
/// without. SQLite's connections have threads of their own, so there one pool is as good.
#[derive(Clone)]
pub struct PublicDb(Arc<Pools>);

struct Pools {
    first: DatabaseConnection,
    own: Option<(ConnectOptions, [OnceLock<DatabaseConnection>; POOLS])>,
}

impl PublicDb {
    /// How many connections there are.
    pub fn pool(&self) -> Pool {
        let mut all = pool("gallery", &self.0.first);
        for own in self.own() {
            let own = pool("gallery", own);
            (all.open, all.idle) = (all.open + own.open, all.idle + own.idle);
        }
        all
    }

    /// Closes every connection, once it has done what it is doing.
    ///
    /// # Errors
    /// The database's.
    pub async fn close(&self) -> Result<(), DbErr> {
        for own in self.own() {
            own.close_by_ref().await?;
        }
        self.0.first.close_by_ref().await
    }

    fn own(&self) -> impl Iterator<Item = &DatabaseConnection> {
        self.0.own.iter().flat_map(|(_, pools)| pools).filter_map(OnceLock::get)
    }
}

impl std::ops::Deref for PublicDb {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local!(static THREAD: Cell<Option<usize>> = const { Cell::new(None) });
        let Pools { first, own: Some((options, pools)) } = &*self.0 else { return &self.0.first };
        let thread = THREAD.get().unwrap_or_else(|| THREADS.fetch_add(1, Ordering::Relaxed));
        THREAD.set(Some(thread));
        let own = &pools[thread % POOLS];
        if let Some(own) = own.get() {
            return own;
        }
        // A lazy pool has nothing to wait for; it connects when it is first used, on the thread that uses it.
        match Database::connect(options.clone()).now_or_never() {
            Some(Ok(made)) => own.get_or_init(|| made),
            _ => first,
        }
    }
}

/// Opens the public way. On PostgreSQL every session is read only and, where the role `solidarity_gallery` has been
/// granted to the account, takes it on, so that it may read the gallery tables and nothing else. `own` is an address with
/// an account of its own (`DATABASE_PUBLIC_URL`), whose rights are then the administrator's business.
///
/// # Errors
/// The database's.
pub async fn open_public(target: &Target, own: Option<&Target>) -> Result<PublicDb, DbErr> {
    let pools = match own.unwrap_or(target) {
        Target::Sqlite(path) => Pools { first: sqlite(path, READERS, true).await?, own: None },
        Target::Postgres(url) => {
            let threads = std::thread::available_parallelism().map_or(2, |count| count.get().clamp(2, POOLS));
            let most = READERS.div_ceil(u32::try_from(threads).unwrap_or(2)).max(2);
            let mut options = postgres(url, most, own.is_none());
            // Opened now, so that a database that cannot be reached is told at start.
            let first = Database::connect(options.clone()).await?;
            options.connect_lazy(true).min_connections(0);
            Pools { first, own: Some((options, Default::default())) }
        }
    };
    Ok(PublicDb(Arc::new(pools)))
}

/// Opens the public way once more, with a single connection: for noticing what changes, which must not wait for readers.
///
/// # Errors
/// The database's.
pub async fn open_watching(target: &Target, own: Option<&Target>) -> Result<PublicDb, DbErr> {
    let first = match own.unwrap_or(target) {
        Target::Sqlite(path) => sqlite(path, 1, true).await?,
        Target::Postgres(url) => Database::connect(postgres(url, 1, own.is_none())).await?,
    };
    Ok(PublicDb(Arc::new(Pools { first, own: None })))
}

fn postgres(url: &SecretString, connections: u32, restrict: bool) -> ConnectOptions {
    let mut options = common(url.expose_secret(), connections);
    options
        .set_application_name("solidarity gallery")
        .connect_timeout(PATIENCE)
        .acquire_timeout(PATIENCE)
        .statement_timeout(LONGEST_READ)
        .test_before_acquire_if_idle_for(IDLE)
        // SeaORM's own `after_connect` runs once for the whole pool; this runs for every connection.
        .map_sqlx_postgres_pool_opts(move |pool| {
            pool.after_connect(move |connection, _| Box::pin(restrict_session(connection, restrict)))
        });
    options
}

/// Whether the public way could read more than the gallery. On SQLite every connection can, and only code stands between;
/// there this answers no.
///
/// # Errors
/// The database's.
pub async fn reads_private_tables(public: &PublicDb) -> Result<bool, DbErr> {
    if public.get_database_backend() != DbBackend::Postgres {
        return Ok(false);
    }
    let sql = "SELECT has_table_privilege('person', 'SELECT') AS may";
    let row = public.0.first.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    row.map_or(Ok(true), |row| row.try_get("", "may"))
}

/// Makes a session read only and, if asked, takes on the role that may read gallery tables only.
async fn restrict_session(session: &mut PgConnection, take_role: bool) -> Result<(), sqlx::Error> {
    session.execute("SET default_transaction_read_only = on").await?;
    if take_role {
        let granted = "SELECT 1 FROM pg_roles WHERE rolname = 'solidarity_gallery' AND pg_has_role(current_user, oid, 'MEMBER')";
        if session.fetch_optional(granted).await?.is_some() {
            session.execute("SET ROLE solidarity_gallery").await?;
        }
    }
    Ok(())
}
