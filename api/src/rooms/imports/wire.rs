//! What callers send and read.

use ::entity::bulk_import::{ImportFailure, ImportFormat, ImportMode, ImportStatus, Model, UndoStatus};
use ::entity::event::{EventFormat, EventKind};
use ::entity::kinds::RecordKind;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::problem::Fault;
use crate::reference::ZoneName;
use crate::rooms::bundle::{CountryCode, LanguageTag, Verdict};

/// How a file is taken in.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportQuery {
    /// `atomic`: all lines or none, of at most 2,000; that is what happens if you say nothing. `partial`: every line that can be taken.
    #[serde(default = "atomic")]
    #[param(inline, required = false)]
    pub(super) mode: ImportMode,
    /// Say what would happen and change nothing. At most 2,000 lines.
    #[serde(default)]
    #[param(required = false, default = false)]
    pub(super) dry_run: bool,
    /// Of a calendar: the name of its source. A bundle says it itself, like all that follows, and a table's mapping says it.
    #[param(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f]+$"
    )]
    pub(super) source: Option<String>,
    /// Of a calendar: the language of its texts (BCP 47).
    #[param(inline, required = false, nullable = false)]
    pub(super) language: Option<LanguageTag>,
    /// Of a calendar: what its events are; dialogues if not said.
    #[param(inline, required = false, nullable = false)]
    pub(super) kind: Option<EventKind>,
    /// Of a calendar: how people meet; in person if not said.
    #[param(inline, required = false, nullable = false)]
    pub(super) format: Option<EventFormat>,
    /// Of a calendar: the country of its events (ISO 3166-1 alpha-2).
    #[param(inline, required = false, nullable = false)]
    pub(super) country: Option<CountryCode>,
    /// Of a calendar: the zone of times that name none, whatever the calendar says of them (`X-WR-TIMEZONE`).
    #[param(required = false, nullable = false)]
    pub(super) time_zone: Option<ZoneName>,
    /// Of a table (`text/csv`): the name of the mapping by which it is read.
    #[param(required = false, nullable = false, pattern = "^[a-z0-9][a-z0-9-]{0,63}$")]
    pub(super) mapping: Option<String>,
}

fn atomic() -> ImportMode {
    ImportMode::Atomic
}

/// An import.
#[derive(Serialize, ToSchema)]
pub(super) struct ImportOut {
    /// Identifier.
    id: Uuid,
    /// Where it stands.
    status: ImportStatus,
    /// What becomes of the rest when a line fails.
    mode: ImportMode,
    /// Whether it only says what would happen.
    dry_run: bool,
    /// What the file is.
    format: ImportFormat,
    /// The name of its source, once that was read.
    source: Option<String>,
    /// Bytes of the file.
    size: i64,
    /// The number of the last line that has its verdict.
    lines: i64,
    /// How many lines have which verdict.
    verdicts: ImportCounts,
    /// Whether anything of it was kept: not of a dry run, and not where a line failed and it was all lines or none.
    applied: bool,
    /// Why it failed as a whole.
    failure: Option<ImportFailure>,
    /// How far it is undone; `null` if nobody asked for that.
    undo: Option<ImportUndo>,
    /// When it arrived.
    created_at: DateTime<Utc>,
    /// When every line had its verdict, or it failed.
    ended_at: Option<DateTime<Utc>>,
    links: ImportLinks,
}

/// How many lines have which verdict.
#[derive(Serialize, ToSchema)]
struct ImportCounts {
    /// New records.
    created: i64,
    /// Records that changed.
    updated: i64,
    /// Records that stayed as they were.
    unchanged: i64,
    /// Records edited here since.
    conflict: i64,
    /// Records withdrawn or erased here.
    gone: i64,
    /// Lines that could not be taken.
    failed: i64,
}

/// How far an import is undone.
#[derive(Serialize, ToSchema)]
struct ImportUndo {
    /// Where that stands.
    status: UndoStatus,
    /// Records that were removed.
    removed: i64,
    /// Records that were left: somebody edited them, refers to them, or let them through.
    left: i64,
}

/// Where an import is.
#[derive(Serialize, ToSchema)]
struct ImportLinks {
    /// The import.
    #[serde(rename = "self")]
    this: String,
    /// What became of its lines.
    verdicts: String,
    /// What became of its records when it was undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    undo: Option<String>,
}

/// Where an import is.
pub(super) fn path(id: Uuid) -> String {
    format!("/v1/imports/{id}")
}

impl From<Model> for ImportOut {
    fn from(row: Model) -> Self {
        let Model {
            id,
            namespace: _,
            organisation_id: _,
            key_id: _,
            account_id: _,
            status,
            mode,
            dry_run,
            format,
            sealed_reading: _,
            source,
            size,
            chunks: _,
            lines,
            parts: _,
            created,
            updated,
            unchanged,
            conflict,
            gone,
            failed,
            applied,
            failure,
            attempts: _,
            due_at: _,
            undo,
            undo_parts: _,
            removed,
            left_alone,
            created_at,
            ended_at,
        } = row;
        Self {
            id,
            status,
            mode,
            dry_run,
            format,
            source,
            size,
            lines,
            verdicts: ImportCounts { created, updated, unchanged, conflict, gone, failed },
            applied,
            failure,
            undo: undo.map(|status| ImportUndo { status, removed, left: left_alone }),
            created_at,
            ended_at,
            links: ImportLinks {
                this: path(id),
                verdicts: format!("{}/verdicts", path(id)),
                undo: undo.map(|_| format!("{}/undo", path(id))),
            },
        }
    }
}

/// A page of imports.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct ImportPage {
    /// The imports.
    items: Vec<ImportOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which import.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ImportPath {
    /// The import.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) import_id: Uuid,
}

/// Which verdicts are read.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct VerdictFilter {
    /// Only those on lines behind this one, for whoever has read so far.
    #[serde(default)]
    #[param(required = false, minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub(super) after: i64,
    /// Verdicts, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 6)]
    pub(super) verdict: Vec<Verdict>,
}

/// The verdict on one line.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct ImportVerdict {
    /// The line's number, from 1.
    #[schema(minimum = 1)]
    line: i64,
    /// What it is, where that could be read.
    #[schema(nullable = false)]
    r#type: Option<RecordKind>,
    /// The record's id in its source, where that could be read.
    #[schema(nullable = false)]
    id: Option<String>,
    /// Its identifier here, where there is one.
    #[schema(nullable = false)]
    record: Option<Uuid>,
    /// What becomes of it.
    verdict: Verdict,
    /// Why not, if it failed; each fault has a pointer into the line.
    #[schema(required = false)]
    errors: Vec<Fault>,
}

/// Why a record was left when its import was undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum LeftBecause {
    /// Somebody edited it, or let it through.
    Touched,
    /// Other records refer to it.
    InUse,
    /// It was removed, or is nobody's of the import's any more.
    Gone,
}

/// What became of a record when its import was undone.
#[derive(Serialize, ToSchema)]
pub(super) struct UndoVerdict {
    /// The line that brought it.
    pub(super) line: i64,
    /// What it is.
    pub(super) r#type: RecordKind,
    /// Its id in its source.
    pub(super) id: String,
    /// Its identifier here.
    pub(super) record: Uuid,
    /// Whether it was removed.
    pub(super) removed: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) left_because: Option<LeftBecause>,
}
