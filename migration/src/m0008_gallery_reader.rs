//! A role that may read the public side and nothing else (PostgreSQL). Public endpoints take it on when they connect.
//!
//! A role belongs to the whole cluster and making one needs a right that not every installation grants. Where it is
//! missing the step says so and goes on: the public side then reads through an ordinary read-only session, or through
//! `DATABASE_PUBLIC_URL`, whose account an administrator has made by hand.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// See the file's own comment.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        // One statement: `sql` would cut it at its semicolons.
        let statement = "
            DO $$
            BEGIN
                BEGIN
                    CREATE ROLE solidarity_gallery NOLOGIN;
                EXCEPTION
                    WHEN duplicate_object OR unique_violation THEN NULL;
                    WHEN insufficient_privilege THEN
                        RAISE NOTICE 'the role solidarity_gallery could not be made: the right to create roles is missing';
                END;
                IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'solidarity_gallery') THEN
                    EXECUTE format('GRANT USAGE ON SCHEMA %I TO solidarity_gallery', current_schema());
                    GRANT SELECT ON gallery_document, gallery_translation, gallery_theme, gallery_language,
                        gallery_theme_label, gallery_count, gallery_clock, gallery_search TO solidarity_gallery;
                    BEGIN
                        EXECUTE format('GRANT solidarity_gallery TO %I', current_user);
                    EXCEPTION
                        WHEN OTHERS THEN
                            RAISE NOTICE 'the role solidarity_gallery could not be granted: public reads use an ordinary session';
                    END;
                END IF;
            END
            $$";
        manager.get_connection().execute_unprepared(statement).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        // The role stays: other databases of the cluster may use it.
        let statement = "
            DO $$
            BEGIN
                IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'solidarity_gallery') THEN
                    REVOKE ALL ON gallery_document, gallery_translation, gallery_theme, gallery_language,
                        gallery_theme_label, gallery_count, gallery_clock, gallery_search FROM solidarity_gallery;
                    EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM solidarity_gallery', current_schema());
                END IF;
            END
            $$";
        manager.get_connection().execute_unprepared(statement).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
