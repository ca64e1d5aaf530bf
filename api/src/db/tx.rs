//! A writing transaction.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ledger::{Gone, Ledger};
use super::published::Published;
use super::scrub::Scrubber;
use ::entity::gallery_document::DocumentKind;
use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
};

/// Work that a room wants done last before the commit, such as numbering what changed.
pub type BeforeCommit = for<'a> fn(&'a Tx) -> Pin<Box<dyn Future<Output = Result<(), DbErr>> + Send + 'a>>;

/// What a transaction that has the public side for itself has numbered so far.
#[derive(Default)]
pub struct Numbering {
    /// The last number given.
    pub last: i64,
    /// By how much the counters move: country, kind.
    pub counts: BTreeMap<(String, DocumentKind), i64>,
}

/// A writing transaction: everything in it happens, at one instant, or nothing does. Dropping it rolls back.
pub struct Tx {
    inner: DatabaseTransaction,
    now: DateTime<Utc>,
    conflict: AtomicBool,
    erases: AtomicBool,
    publishes: AtomicBool,
    scrubber: Scrubber,
    published: Published,
    ledger: Option<Ledger>,
    gone: Mutex<Vec<Gone>>,
    numbering: Mutex<Option<Numbering>>,
    last: Mutex<Vec<(&'static str, BeforeCommit)>>,
}

impl Tx {
    pub(super) fn new(
        inner: DatabaseTransaction,
        now: DateTime<Utc>,
        scrubber: Scrubber,
        published: Published,
        ledger: Option<Ledger>,
    ) -> Self {
        let (conflict, erases, publishes) = <(AtomicBool, AtomicBool, AtomicBool)>::default();
        let (gone, numbering, last) = Default::default();
        Self { inner, now, conflict, erases, publishes, scrubber, published, ledger, gone, numbering, last }
    }

    /// Says that something is written over or removed that must not be found on disk afterwards.
    pub fn erase(&self) {
        self.erases.store(true, Ordering::Relaxed);
    }

    /// Says that this must not come back, not even with a copy of the database from before: it is written into the ledger of
    /// erasures before this transaction commits.
    pub fn for_good(&self, gone: Gone) {
        self.erase();
        self.gone.lock().unwrap_or_else(PoisonError::into_inner).push(gone);
    }

    /// Says that something public changes, so that whoever keeps copies of it looks again.
    pub fn publishes(&self) {
        self.publishes.store(true, Ordering::Relaxed);
    }

    /// What has been numbered so far, if this transaction numbers as it writes instead of before it commits.
    pub fn numbering(&self) -> MutexGuard<'_, Option<Numbering>> {
        self.numbering.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The instant of everything this transaction does.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Registers work to be done last before the commit, once per name.
    pub fn before_commit(&self, name: &'static str, work: BeforeCommit) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if !last.iter().any(|(known, _)| *known == name) {
            last.push((name, work));
        }
    }

    /// Does the last work, then commits.
    ///
    /// # Errors
    /// The database's, or that the ledger cannot be written; nothing is changed then.
    pub async fn commit(self) -> Result<(), DbErr> {
        let mut last = std::mem::take(&mut *self.last.lock().unwrap_or_else(PoisonError::into_inner));
        // Each takes a lock: always in the same order, so that no two transactions wait for each other.
        last.sort_by_key(|(name, _)| *name);
        for (_, work) in last {
            work(&self).await?;
        }
        let gone = std::mem::take(&mut *self.gone.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(ledger) = self.ledger.as_ref().filter(|_| !gone.is_empty()) {
            ledger.add(gone, self.now).await?;
        }
        let committed = self.inner.commit().await;
        if self.publishes.into_inner() {
            // Even where it failed: an answer that is lost does not say that nothing happened.
            self.published.once_more();
        }
        committed?;
        if self.erases.into_inner() {
            self.scrubber.scrub().await;
        }
        Ok(())
    }

    /// Changes nothing.
    ///
    /// # Errors
    /// The database's; nothing is changed then either.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }

    /// Whether a statement failed because of somebody else's transaction, so that another try may succeed.
    pub(super) fn hit_conflict(&self) -> bool {
        self.conflict.load(Ordering::Relaxed)
    }

    fn noted<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Err(error) = &result
            && is_transient(error)
        {
            self.conflict.store(true, Ordering::Relaxed);
        }
        result
    }
}

/// Serialization failure and deadlock on PostgreSQL; busy and locked on SQLite.
pub fn is_transient(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    let Some(code) = cause.as_database_error().and_then(|e| e.code()) else { return false };
    matches!(&*code, "40001" | "40P01" | "5" | "6" | "261" | "262" | "517")
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.noted(self.inner.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.noted(self.inner.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.noted(self.inner.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.noted(self.inner.query_all_raw(statement).await)
    }
}
