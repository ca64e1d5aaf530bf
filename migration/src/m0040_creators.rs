//! Who made a record, and which person an account is: what makes a record somebody's own. Imported records were made by
//! nobody here.

use sea_orm_migration::prelude::*;

/// The tables whose rows belong to whoever made them.
const TABLES: [&str; 8] =
    ["theme", "organisation", "person", "initiative", "event", "outcome", "quote", "story"];

/// See the file's own comment.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let statements = format!(
                "ALTER TABLE {table} ADD COLUMN created_by {{uuid}} REFERENCES account (id);
                 CREATE INDEX {table}_by_creator ON {table} (created_by) WHERE created_by IS NOT NULL"
            );
            crate::sql(manager, &statements).await?;
        }
        crate::sql(manager, "ALTER TABLE account ADD COLUMN person_id {uuid} REFERENCES person (id)").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::sql(manager, "ALTER TABLE account DROP COLUMN person_id").await?;
        for table in TABLES {
            let statements =
                format!("DROP INDEX {table}_by_creator; ALTER TABLE {table} DROP COLUMN created_by");
            crate::sql(manager, &statements).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
