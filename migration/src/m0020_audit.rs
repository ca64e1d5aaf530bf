//! Who did what to which record: a log that only grows, and the chain that shows whether it was changed.
//!
//! Triggers refuse to change or remove a row of either table. On SQLite `INSERT OR REPLACE` would remove one without
//! firing a trigger for it, so writing over a row is refused as an insertion. `audit_pending` holds what is not in the
//! chain yet; it says nothing that the log does not say, and its rows come and go.
//!
//! The words of `action` and `record_kind` are a closed list in the program (`entity::audit_entry`), not here: it grows
//! with every room, and SQLite cannot widen a CHECK without copying a table that nothing may be removed from.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
    CREATE TABLE audit_entry (
        id {uuid} PRIMARY KEY NOT NULL,
        at {time} NOT NULL,
        actor text NOT NULL CHECK (actor IN ('account', 'key', 'token', 'system', 'nobody')),
        actor_id {uuid},
        token text CHECK (length(token) BETWEEN 1 AND 64),
        action text NOT NULL CHECK (length(action) BETWEEN 1 AND 64),
        record_kind text CHECK (length(record_kind) BETWEEN 1 AND 64),
        record_id {uuid},
        fields {json} NOT NULL,
        request_id {uuid},
        CHECK ((actor IN ('account', 'key')) = (actor_id IS NOT NULL)),
        CHECK ((actor = 'token') = (token IS NOT NULL)),
        CHECK ((record_kind IS NULL) = (record_id IS NULL))
    );
    CREATE INDEX audit_entry_by_time ON audit_entry (at, id);
    CREATE INDEX audit_entry_by_actor ON audit_entry (actor_id, at, id) WHERE actor_id IS NOT NULL;
    CREATE INDEX audit_entry_by_record ON audit_entry (record_id, at, id) WHERE record_id IS NOT NULL;
    CREATE TABLE audit_link (
        seq {number} PRIMARY KEY NOT NULL CHECK (seq > 0),
        entry_id {uuid} NOT NULL UNIQUE,
        hash {bytes} NOT NULL CHECK (length(hash) = 32)
    );
    CREATE TABLE audit_pending (
        entry_id {uuid} PRIMARY KEY NOT NULL
    );
";

const DOWN: &str = "
    DROP TABLE audit_pending;
    DROP TABLE audit_link;
    DROP TABLE audit_entry;
";

/// The tables that only grow, each with its primary key.
const GROWING: [(&str, &str); 2] = [("audit_entry", "id"), ("audit_link", "seq")];

/// See the file's own comment.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::sql(manager, UP).await?;
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            let refuse = "CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS \
                $$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$";
            db.execute_unprepared(refuse).await?;
        }
        for (table, key) in GROWING {
            for statement in triggers(manager.get_database_backend(), table, key) {
                db.execute_unprepared(&statement).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::sql(manager, DOWN).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION audit_refuse_change()").await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn triggers(backend: DbBackend, table: &str, key: &str) -> Vec<String> {
    if backend == DbBackend::Postgres {
        return vec![
            format!(
                "CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()"
            ),
            format!(
                "CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} \
                 FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()"
            ),
        ];
    }
    let refuse = format!("BEGIN SELECT RAISE(ABORT, '{table} only grows'); END");
    vec![
        format!("CREATE TRIGGER {table}_is_not_changed BEFORE UPDATE ON {table} {refuse}"),
        format!("CREATE TRIGGER {table}_is_not_removed BEFORE DELETE ON {table} {refuse}"),
        format!(
            "CREATE TRIGGER {table}_is_not_replaced BEFORE INSERT ON {table} \
             WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) {refuse}"
        ),
    ]
}
