//! A file of records that somebody sent over HTTP, and how far it was taken in.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, ApiKeyId, OrganisationId};

crate::text_enum! {
    /// Where an import stands.
    ImportStatus {
        /// The file is on its way.
        Receiving = "receiving",
        /// It waits for its turn.
        Queued = "queued",
        /// Its lines are taken.
        Running = "running",
        /// Every line has its verdict.
        Done = "done",
        /// Nothing of it was taken, or no more than what has a verdict.
        Failed = "failed",
    }
}

crate::text_enum! {
    /// What becomes of the rest when a line fails.
    ImportMode {
        /// All lines or none.
        Atomic = "atomic",
        /// Every line that can be taken.
        Partial = "partial",
    }
}

crate::text_enum! {
    /// What a file is.
    ImportFormat {
        /// A bundle.
        Bundle = "bundle",
        /// A table.
        Csv = "csv",
        /// A calendar.
        Calendar = "calendar",
    }
}

crate::text_enum! {
    /// Why an import failed as a whole.
    ImportFailure {
        /// Its beginning cannot be read.
        Unreadable = "unreadable",
        /// A line failed, and it was all lines or none.
        LineFailed = "line_failed",
        /// It has more lines than are taken at once.
        TooManyLines = "too_many_lines",
        /// Whoever sent it may not any more.
        NotAllowed = "not_allowed",
        /// A fault of the server.
        Internal = "internal",
    }
}

crate::text_enum! {
    /// How far an import is undone.
    UndoStatus {
        /// It waits for its turn.
        Queued = "queued",
        /// Records are removed.
        Running = "running",
        /// What could be removed is.
        Done = "done",
    }
}

/// A row of `bulk_import`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_import")]
pub struct Model {
    /// Identifier (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose sources it is of: the organisation's identifier, or nil for the campaign's own.
    pub namespace: Uuid,
    /// The organisation whose key sent it.
    pub organisation_id: Option<OrganisationId>,
    /// That key.
    pub key_id: Option<ApiKeyId>,
    /// The account that sent it.
    pub account_id: Option<AccountId>,
    /// Where it stands.
    pub status: ImportStatus,
    /// What becomes of the rest when a line fails.
    pub mode: ImportMode,
    /// Whether it only says what would happen.
    pub dry_run: bool,
    /// What the file is.
    pub format: ImportFormat,
    /// How it is to be read, if that had to be said.
    pub sealed_reading: Option<Vec<u8>>,
    /// The name of its source, once that was read.
    pub source: Option<String>,
    /// Bytes of the file.
    pub size: i64,
    /// How many pieces it is kept in.
    pub chunks: i64,
    /// The number of the last line that has its verdict.
    pub lines: i64,
    /// How many portions of verdicts there are.
    pub parts: i64,
    /// New records.
    pub created: i64,
    /// Records that changed.
    pub updated: i64,
    /// Records that stayed as they were.
    pub unchanged: i64,
    /// Records edited here since.
    pub conflict: i64,
    /// Records withdrawn or erased here.
    pub gone: i64,
    /// Lines that could not be taken.
    pub failed: i64,
    /// Whether anything of this was kept.
    pub applied: bool,
    /// Why it failed as a whole.
    pub failure: Option<ImportFailure>,
    /// How often it was begun: whoever began last goes on with it.
    pub attempts: i64,
    /// When somebody may begin with it, or begin again.
    pub due_at: DateTimeUtc,
    /// How far it is undone, if that was asked for.
    pub undo: Option<UndoStatus>,
    /// How many portions of verdicts are undone.
    pub undo_parts: i64,
    /// Records that undoing removed.
    pub removed: i64,
    /// Records that undoing left.
    pub left_alone: i64,
    /// When it arrived.
    pub created_at: DateTimeUtc,
    /// When every line had its verdict, or it failed.
    pub ended_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
