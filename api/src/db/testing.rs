//! Databases for tests of single rooms: SQLite in a file, and PostgreSQL where `SOLIDARITY_TEST_DATABASE` says where one is.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, Database, Statement};

use super::{Db, Target, migrate_up, open};
use crate::clock::{Clock, SystemClock};
use crate::vault::Vault;

/// A database per engine.
pub async fn targets(folder: &Path) -> Vec<Target> {
    let mut targets = vec![Target::Sqlite(folder.join("solidarity.db"))];
    if let Ok(server) = std::env::var("SOLIDARITY_TEST_DATABASE") {
        let name = format!("solidarity_unit_{}", crate::ids::v4().simple());
        let admin = Database::connect(&server).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        targets.push(Target::parse(url.as_str()).unwrap());
    }
    targets
}

/// A clock that stands still until a test moves it.
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// What a room stands on.
pub struct Ground {
    pub target: Target,
    pub db: Db,
    pub vault: Arc<Vault>,
    pub clock: Arc<TestClock>,
    pub folder: PathBuf,
}

impl Ground {
    /// The number that a query gives.
    pub async fn count(&self, query: &str) -> i64 {
        let statement = Statement::from_string(self.db.backend(), query);
        let row = self.db.reader().query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    /// Changes the database past everything that keeps it whole.
    pub async fn sql(&self, statement: &str) -> Result<(), sea_orm::DbErr> {
        let tx = self.db.begin().await?;
        tx.execute_unprepared(statement).await?;
        tx.commit().await
    }
}

/// Runs a test on each engine, with an empty database.
pub async fn on_each(test: impl AsyncFn(&Ground)) {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().to_owned();
    for target in targets(&folder).await {
        migrate_up(&target).await.unwrap();
        let clock = Arc::new(TestClock(Mutex::new(SystemClock.now())));
        let vault = Arc::new(Vault::open(Path::new(""), Some(&"17".repeat(32).into())).unwrap());
        let db = open(&target, clock.clone()).await.unwrap();
        test(&Ground { target, db, vault, clock, folder: folder.clone() }).await;
    }
}
