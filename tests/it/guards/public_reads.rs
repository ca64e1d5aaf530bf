//! Public calls read through connections that can do nothing else.

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::house::database::Database;

/// More than a pool opens, so that all it has are in use at once.
const AT_ONCE: usize = 16;

#[tokio::test]
async fn none_of_them_can_write() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let public = api::db::open_public(&database.target(), None).await.unwrap();
    let attempts = (0..AT_ONCE).map(|_| public.execute_unprepared("DELETE FROM gallery_document"));
    for attempt in join_all(attempts).await {
        assert!(attempt.is_err(), "it wrote");
    }
    public.close().await.unwrap();
}

/// On SQLite every connection could, and only the layers of the code stand between.
#[tokio::test]
async fn none_of_them_can_read_a_private_table_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let public = api::db::open_public(&database.target(), None).await.unwrap();
    if public.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT current_user::text AS who, pg_backend_pid() AS process, \
            has_table_privilege('person', 'SELECT') AS may FROM pg_sleep(0.1)";
        let asked = || public.query_one_raw(Statement::from_string(DbBackend::Postgres, sql));
        let answers = join_all((0..AT_ONCE).map(|_| asked())).await;
        let mut processes = std::collections::BTreeSet::new();
        for answer in answers {
            let row = answer.unwrap().unwrap();
            processes.insert(row.try_get::<i32>("", "process").unwrap());
            assert_eq!(row.try_get::<String>("", "who").unwrap(), "solidarity_gallery");
            assert!(!row.try_get::<bool>("", "may").unwrap());
        }
        assert!(processes.len() > 1, "only one of its connections was asked");
        let read = public.execute_unprepared("SELECT 1 FROM person").await;
        assert!(read.is_err_and(|refused| refused.to_string().contains("permission denied")));
    }
    public.close().await.unwrap();
}
