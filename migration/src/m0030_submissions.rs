//! Newcomers who ask to be on the map, what is written about it, and what finds doubles.
//!
//! `submission_sign` holds keyed hashes, of open submissions only. Public initiatives are found by their words in the
//! gallery, and by their site here: the index is over the bytes of the address, so that a range of it is all of one host.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
    CREATE TABLE submission (
        id {uuid} PRIMARY KEY NOT NULL,
        status text NOT NULL CHECK (status IN ('received', 'in_review', 'changes_requested', 'approved', 'rejected', 'duplicate', 'spam', 'withdrawn')),
        token_hash {bytes},
        submitted_by {uuid} REFERENCES account (id),
        country text NOT NULL CHECK (length(country) = 2),
        language text NOT NULL,
        sealed_initiative {bytes},
        sealed_submitter {bytes},
        sealed_email {bytes},
        claimed_by {uuid} REFERENCES account (id),
        claimed_until {time},
        decided_by {uuid} REFERENCES account (id),
        closed_at {time},
        reason_code text CHECK (reason_code IN ('out_of_scope', 'unsafe', 'unverifiable', 'incomplete', 'other')),
        initiative_id {uuid} REFERENCES initiative (id),
        duplicate_of {uuid} REFERENCES submission (id),
        erased_at {time},
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
        CHECK ((status IN ('received', 'in_review', 'changes_requested')) = (closed_at IS NULL)),
        CHECK (closed_at IS NULL OR claimed_by IS NULL),
        CHECK ((status = 'rejected') = (reason_code IS NOT NULL)),
        CHECK (status <> 'approved' OR initiative_id IS NOT NULL),
        CHECK (status IN ('approved', 'duplicate') OR (initiative_id IS NULL AND duplicate_of IS NULL)),
        CHECK (status <> 'duplicate' OR (initiative_id IS NULL) <> (duplicate_of IS NULL)),
        CHECK ((status IN ('approved', 'rejected', 'duplicate', 'spam')) = (decided_by IS NOT NULL)),
        CHECK ((erased_at IS NULL) = (sealed_initiative IS NOT NULL AND sealed_submitter IS NOT NULL)),
        CHECK (erased_at IS NULL OR (closed_at IS NOT NULL AND token_hash IS NULL AND (status = 'approved' OR sealed_email IS NULL)))
    );
    CREATE UNIQUE INDEX submission_by_token ON submission (token_hash) WHERE token_hash IS NOT NULL;
    CREATE INDEX submission_by_status ON submission (status, id);
    CREATE INDEX submission_by_country ON submission (country, id);
    CREATE INDEX submission_by_initiative ON submission (initiative_id) WHERE initiative_id IS NOT NULL;
    CREATE INDEX submission_to_erase ON submission (closed_at, id) WHERE closed_at IS NOT NULL AND erased_at IS NULL;
    CREATE TABLE submission_message (
        submission_id {uuid} NOT NULL REFERENCES submission (id),
        position integer NOT NULL CHECK (position >= 0),
        written_by text NOT NULL CHECK (written_by IN ('submitter', 'reviewer')),
        account_id {uuid} REFERENCES account (id),
        sealed_text {bytes} NOT NULL,
        written_at {time} NOT NULL,
        PRIMARY KEY (submission_id, position),
        CHECK ((written_by = 'reviewer') = (account_id IS NOT NULL))
    );
    CREATE TABLE submission_sign (
        submission_id {uuid} NOT NULL REFERENCES submission (id),
        sign {bytes} NOT NULL CHECK (length(sign) = 16),
        PRIMARY KEY (submission_id, sign)
    );
    CREATE INDEX submission_sign_by_sign ON submission_sign (sign, submission_id);
    CREATE INDEX organisation_by_folded_name ON organisation (lower(name));
";

const DOWN: &str = "
    DROP INDEX initiative_by_url;
    DROP INDEX organisation_by_folded_name;
    DROP TABLE submission_sign;
    DROP TABLE submission_message;
    DROP TABLE submission;
";

/// See the file's own comment.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::sql(manager, UP).await?;
        let by_url = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "CREATE INDEX initiative_by_url ON initiative ((substr(lower(url), 1, 200) COLLATE \"C\"))"
            }
            _ => "CREATE INDEX initiative_by_url ON initiative (substr(lower(url), 1, 200))",
        };
        crate::sql(manager, by_url).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::sql(manager, DOWN).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
