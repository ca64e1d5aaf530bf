//! On PostgreSQL documents of the public side stay as they are in their rows: to unpack twenty-five of them took longer than to
//! find them. SQLite packs nothing.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// See the file's own comment.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, "SET (toast_tuple_target = 8160)").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, "RESET (toast_tuple_target)").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn on_postgres(manager: &SchemaManager<'_>, change: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let tables = ["gallery_document", "gallery_translation"];
    crate::sql(manager, &tables.map(|table| format!("ALTER TABLE {table} {change};")).join(" ")).await
}
