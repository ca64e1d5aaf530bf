//! What hides at once: a lockdown of an event, how dangerous it is to be seen in a country (as far as it is more than low or
//! once was), and switches on the public side that every read honours.
//!
//! A row of `gallery_switch` named `all` hides the whole gallery. Every other name is a guard, which documents carry: as long
//! as its row is there, no document with that guard is shown. `gallery_clock.switched` grows with every change of a switch, so
//! that every process drops what it keeps ready.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// See the file's own comment.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
    ALTER TABLE event ADD COLUMN locked_down_at {time};
    CREATE TABLE gallery_switch (
        name text PRIMARY KEY NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
        since {time} NOT NULL
    );
    ALTER TABLE gallery_clock ADD COLUMN switched {number} NOT NULL DEFAULT 0;
    ALTER TABLE gallery_document ADD COLUMN guard text NOT NULL DEFAULT '';
    UPDATE gallery_document SET guard = country || '/low' WHERE withdrawn_at IS NULL AND country IS NOT NULL;
    CREATE INDEX gallery_by_guard ON gallery_document (guard, id) WHERE withdrawn_at IS NULL;
    CREATE INDEX gallery_called_off ON gallery_document (updated_at, id) WHERE cancelled AND withdrawn_at IS NOT NULL;
    CREATE TABLE country_risk (
        id {uuid} PRIMARY KEY NOT NULL,
        country text NOT NULL UNIQUE CHECK (length(country) = 2),
        risk text NOT NULL CHECK (risk IN ('low', 'moderate', 'high', 'severe')),
        sealed_reason {bytes},
        set_at {time} NOT NULL,
        version {number} NOT NULL
    );
    CREATE INDEX event_hidden ON event (country) WHERE public_precision = 'hidden';
    CREATE INDEX initiative_hidden ON initiative (country) WHERE public_precision = 'hidden';
    ";

/// Where the role of public reads is there, it may read the switches. One statement: `sql` would cut it at its semicolons.
const GRANT: &str = "
    DO $$
    BEGIN
        IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'solidarity_gallery') THEN
            GRANT SELECT ON gallery_switch TO solidarity_gallery;
        END IF;
    END
    $$";

const DOWN: &str = "
    DROP INDEX initiative_hidden;
    DROP INDEX event_hidden;
    DROP TABLE country_risk;
    DROP INDEX gallery_called_off;
    DROP INDEX gallery_by_guard;
    ALTER TABLE gallery_document DROP COLUMN guard;
    ALTER TABLE gallery_clock DROP COLUMN switched;
    DROP TABLE gallery_switch;
    ALTER TABLE event DROP COLUMN locked_down_at;
    ";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::sql(manager, UP).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(GRANT).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::sql(manager, DOWN).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
