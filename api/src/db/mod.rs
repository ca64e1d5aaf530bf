//! The database: one transaction per command, and two ways in.
//!
//! [`Db`] is the private way: it reads and writes everything. [`PublicDb`] is the public way: it only reads, and on
//! PostgreSQL it may read the gallery tables and nothing else. Writers take a [`Tx`], so a write outside a transaction
//! does not compile.

mod connect;
pub mod copy;
mod ledger;
mod public;
mod published;
mod rows;
mod scrub;
#[cfg(test)]
pub(crate) mod testing;
mod tx;
mod upgrade;

use std::sync::Arc;

use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

pub use connect::{Target, open};
pub use ledger::{Gone, Ledger};
pub use public::{PublicDb, open_public, open_watching, reads_private_tables};
pub use published::Published;
pub use rows::{delete_in, find_in, insert_all, save_all};
pub use tx::{Numbering, Tx, is_transient};
pub use upgrade::{migrate_down, migrate_up, pending};

use crate::clock::Clock;
use crate::http::meter::Pool;
use scrub::Scrubber;

/// How often a command is tried before the conflict is reported.
const ATTEMPTS: u32 = 8;

/// The private way to the database.
#[derive(Clone)]
pub struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    clock: Arc<dyn Clock>,
    scrubber: Scrubber,
    published: Published,
    ledger: Option<Ledger>,
}

impl Db {
    /// Puts connections and clock together; see [`open`].
    pub(crate) fn new(writer: DatabaseConnection, reader: DatabaseConnection, clock: Arc<dyn Clock>) -> Self {
        let scrubber = Scrubber::new(writer.clone());
        Self { writer, reader, clock, scrubber, published: Published::default(), ledger: None }
    }

    /// The same database, whose erasures are written into this ledger; into none without one.
    pub fn with_ledger(self, ledger: Option<Ledger>) -> Self {
        Self { ledger, ..self }
    }

    /// The time.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock.now()
    }

    /// Where to read outside a transaction.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Opens a transaction that only reads, and sees the database as it was at one instant.
    ///
    /// # Errors
    /// The database's.
    #[allow(clippy::disallowed_methods, reason = "the one place that opens reading transactions")]
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let isolation = IsolationLevel::RepeatableRead;
        match self.backend() {
            DbBackend::Postgres => {
                self.reader.begin_with_config(Some(isolation), Some(AccessMode::ReadOnly)).await
            }
            _ => self.reader.begin().await,
        }
    }

    /// What this process has changed on the public side.
    pub fn published(&self) -> &Published {
        &self.published
    }

    /// Which engine this is.
    pub fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// How many connections there are.
    pub fn pools(&self) -> Vec<Pool> {
        match self.backend() {
            DbBackend::Postgres => vec![connect::pool("private", &self.writer)],
            _ => vec![connect::pool("writer", &self.writer), connect::pool("private", &self.reader)],
        }
    }

    /// Closes every connection, once it has done what it is doing.
    ///
    /// # Errors
    /// The database's.
    pub async fn close(&self) -> Result<(), DbErr> {
        // Readers first: the last connection to a SQLite file tidies it up, and readers may not write.
        self.reader.close_by_ref().await?;
        self.writer.close_by_ref().await
    }

    /// Opens a transaction that may write: `BEGIN IMMEDIATE` on SQLite, so that it never fails half-way because somebody
    /// else wrote first.
    #[allow(clippy::disallowed_methods, reason = "the one place that opens writing transactions")]
    pub async fn begin(&self) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let inner = self.writer.begin_with_options(options).await?;
        let (scrubber, published) = (self.scrubber.clone(), self.published.clone());
        Ok(Tx::new(inner, self.clock.now(), scrubber, published, self.ledger.clone()))
    }

    /// Takes from the disk what an earlier commit erased and a reader kept from being taken then.
    pub async fn settle(&self) {
        self.scrubber.settle().await;
    }

    /// Runs a command in one transaction and commits it, or changes nothing. A serialization failure, a deadlock or a busy
    /// database runs the whole command again, at most eight times.
    ///
    /// # Errors
    /// The command's own, or the database's.
    pub async fn write<T, E: From<DbErr>>(&self, command: impl AsyncFn(&Tx) -> Result<T, E>) -> Result<T, E> {
        let mut attempt = 1;
        loop {
            let tx = self.begin().await?;
            let (result, retry) = match command(&tx).await {
                Ok(value) => match tx.commit().await {
                    Ok(()) => return Ok(value),
                    Err(error) => {
                        let retry = tx::is_transient(&error);
                        (Err(error.into()), retry)
                    }
                },
                Err(error) => {
                    let retry = tx.hit_conflict();
                    tx.rollback().await?;
                    (Err(error), retry)
                }
            };
            if !retry || attempt == ATTEMPTS {
                return result;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5 << attempt)).await;
            attempt += 1;
        }
    }
}
