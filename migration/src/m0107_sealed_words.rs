//! Why an event was called off or moved, and who took a consent down, is sealed.
//!
//! What was written in the clear cannot be sealed by a step, which has no key: it goes. Columns keep their places, and on SQLite their
//! declared type, which binds nobody there: a table that is made anew would lose its triggers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Tables, the columns in the clear, and what they become.
const COLUMNS: [(&str, &str, &str); 3] = [
    ("event", "cancel_reason", "sealed_cancel_reason"),
    ("event", "reschedule_reason", "sealed_reschedule_reason"),
    ("consent", "given_by", "sealed_given_by"),
];

/// See the file's own comment.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, plain, sealed) in COLUMNS {
            rename(manager, table, plain, sealed, "bytea").await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, plain, sealed) in COLUMNS {
            rename(manager, table, sealed, plain, "text").await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Empties a column and gives it another name and type.
async fn rename(
    manager: &SchemaManager<'_>,
    table: &str,
    from: &str,
    to: &str,
    r#type: &str,
) -> Result<(), DbErr> {
    let db = manager.get_connection();
    db.execute_unprepared(&format!("UPDATE {table} SET {from} = NULL WHERE {from} IS NOT NULL")).await?;
    db.execute_unprepared(&format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}")).await?;
    if manager.get_database_backend() == DbBackend::Postgres {
        let sql = format!("ALTER TABLE {table} ALTER COLUMN {to} TYPE {type} USING NULL");
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}
