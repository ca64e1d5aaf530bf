//! Keeping what was erased from staying on disk.
//!
//! SQLite writes over what it deletes (`secure_delete`), but in its write-ahead log first: until that is carried into the
//! database file and cut off, the old words are in both. PostgreSQL's old row versions are its own vacuum's business.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// Carries the write-ahead log over and cuts it off.
#[derive(Clone)]
pub(crate) struct Scrubber {
    writer: DatabaseConnection,
    owed: Arc<AtomicBool>,
}

impl Scrubber {
    pub(super) fn new(writer: DatabaseConnection) -> Self {
        Self { writer, owed: Arc::default() }
    }

    /// Scrubs now. Where a reader stands in the way longer than the engine's patience, it stays owed: [`Self::settle`]
    /// tries again. The commit before it is done either way.
    pub(super) async fn scrub(&self) {
        if self.writer.get_database_backend() != DbBackend::Sqlite {
            return;
        }
        self.owed.store(true, Ordering::Relaxed);
        let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
        let busy = match self.writer.query_one_raw(statement).await {
            Ok(Some(row)) => row.try_get_by_index::<i32>(0).unwrap_or(1) != 0,
            Ok(None) | Err(_) => true,
        };
        if !busy {
            self.owed.store(false, Ordering::Relaxed);
        }
    }

    /// Scrubs if that is still owed.
    pub(super) async fn settle(&self) {
        if self.owed.load(Ordering::Relaxed) {
            self.scrub().await;
        }
    }
}
