//! Full-text search over the public side: FTS5 on SQLite, tsvector on PostgreSQL, both over words that the program has
//! already folded to plain lower-case letters, so that both find the same.
//!
//! On SQLite a table of numbers stands between: FTS5 finds and deletes fast by row number only, and the implicit numbers
//! of other tables may change.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// See the file's own comment.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "
                CREATE TABLE gallery_search (
                    document_id uuid PRIMARY KEY NOT NULL REFERENCES gallery_document (id),
                    words tsvector NOT NULL
                );
                CREATE INDEX gallery_search_words ON gallery_search USING gin (words);
                "
            }
            _ => {
                "
                CREATE TABLE gallery_search_row (
                    number integer PRIMARY KEY NOT NULL,
                    document_id uuid_text NOT NULL UNIQUE REFERENCES gallery_document (id)
                );
                CREATE VIRTUAL TABLE gallery_search USING fts5 (title, words, tokenize = 'ascii');
                INSERT INTO gallery_search (gallery_search, rank) VALUES ('secure-delete', 1);
                "
            }
        };
        crate::sql(manager, statements).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
            DbBackend::Postgres => "DROP TABLE gallery_search",
            _ => "DROP TABLE gallery_search; DROP TABLE gallery_search_row",
        };
        crate::sql(manager, statements).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
