//! Every step can be taken back, and taken again.

use std::collections::BTreeSet;

use api::db::{migrate_down, migrate_up, pending};
use migration::Migrator;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sea_orm_migration::MigratorTrait as _;

use crate::house::database::Database;

/// Everything that makes up the schema, as text.
async fn schema(database: &Database) -> Vec<String> {
    let db = database.connect().await;
    let queries: &[&str] = match db.get_database_backend() {
        DbBackend::Postgres => &[
            "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) AS line \
             FROM information_schema.columns WHERE table_schema = current_schema()",
            "SELECT indexdef AS line FROM pg_indexes WHERE schemaname = current_schema()",
            "SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS line \
             FROM pg_constraint WHERE connamespace = current_schema()::regnamespace",
            "SELECT concat_ws(' ', grantee, privilege_type, table_name) AS line \
             FROM information_schema.role_table_grants WHERE grantee = 'solidarity_gallery'",
        ],
        _ => &[
            "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master \
             WHERE name NOT LIKE 'sqlite_stat%'",
        ],
    };
    let mut lines: Vec<String> = Vec::new();
    for query in queries {
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), *query)).await.unwrap();
        lines.extend(rows.iter().map(|row| row.try_get::<String>("", "line").unwrap()));
    }
    db.close().await.unwrap();
    lines.sort();
    lines
}

#[tokio::test]
async fn going_up_down_and_up_again_gives_the_same_schema() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::empty(folder.path()).await;
    let target = database.target();
    migrate_up(&target).await.unwrap();
    let first = schema(&database).await;
    let steps = pending(&target).await.unwrap();
    assert!(first.len() > steps.len() && steps.iter().all(|(_, ran)| *ran));

    migrate_down(&target, u32::try_from(steps.len()).unwrap()).await.unwrap();
    let left = schema(&database).await;
    assert!(left.iter().all(|line| line.contains("seaql_migrations")), "{left:#?}");
    assert!(pending(&target).await.unwrap().iter().all(|(_, ran)| !ran));

    migrate_up(&target).await.unwrap();
    assert_eq!(schema(&database).await, first);
}

#[tokio::test]
async fn each_step_goes_down_and_up_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let target = database.target();
    let mut with = schema(&database).await;
    for (name, _) in pending(&target).await.unwrap().iter().rev() {
        migrate_down(&target, 1).await.unwrap();
        let without = schema(&database).await;
        let db = database.connect().await;
        Migrator::up(&db, Some(1)).await.unwrap();
        db.close().await.unwrap();
        assert_eq!(schema(&database).await, with, "after taking back {name} and doing it again");
        migrate_down(&target, 1).await.unwrap();
        assert_eq!(schema(&database).await, without, "after taking back {name} again");
        with = without;
    }
}

/// The triggers, each with its table. A step that makes a table anew loses its triggers on SQLite, and nobody would notice: partners
/// would be told of no change, or the audit log could be edited.
fn triggers(backend: DbBackend) -> BTreeSet<String> {
    let changed = "event event_host initiative initiative_organisation organisation outcome person quote registration series \
                   series_host story submission theme";
    let kept: &[&str] = match backend {
        DbBackend::Postgres => &["only_grows", "is_not_emptied"],
        _ => &["is_not_changed", "is_not_removed", "is_not_replaced"],
    };
    let changed =
        changed.split_whitespace().map(|table| (table, &["is_made", "is_changed", "is_removed"][..]));
    let kept = ["audit_entry", "audit_link"].map(|table| (table, kept));
    changed
        .chain(kept)
        .flat_map(|(table, all)| all.iter().map(move |what| format!("{table} {table}_{what}")))
        .collect()
}

#[tokio::test]
async fn every_trigger_is_there_after_all_steps() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let db = database.connect().await;
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => {
            "SELECT c.relname || ' ' || t.tgname AS line FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
             WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        }
        _ => "SELECT tbl_name || ' ' || name AS line FROM sqlite_master WHERE type = 'trigger'",
    };
    let rows = db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    db.close().await.unwrap();
    let there: BTreeSet<String> = rows.iter().map(|row| row.try_get("", "line").unwrap()).collect();
    assert_eq!(there, triggers(backend), "a step lost triggers, or made some that are not listed here");
}
