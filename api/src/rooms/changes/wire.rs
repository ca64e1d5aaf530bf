//! What is told of changes.

use ::entity::change_entry::{ChangeKind, Model};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What changed, in order.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordChangePage {
    /// The changes.
    pub(super) items: Vec<RecordChange>,
    /// Where to go on. Always there: on the last page it leads to what will change next.
    pub(super) next_cursor: String,
}

/// That a record is there in this version, or is not there any more for whoever asks.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordChange {
    /// Its place in the order of changes. Numbers grow; there are gaps.
    #[schema(minimum = 1)]
    seq: i64,
    /// What became of it.
    op: RecordChangeOp,
    /// The kind of the record.
    kind: ChangeKind,
    /// The identifier of the record.
    id: Uuid,
    /// Its version; with `delete` the last that could be seen.
    version: i64,
    /// When it was told.
    at: DateTime<Utc>,
}

/// What became of a record.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RecordChangeOp {
    /// It is there: read it, if the copy has another version.
    Upsert,
    /// It was removed, or is no longer the organisation's: delete it.
    Delete,
}

impl From<Model> for RecordChange {
    fn from(row: Model) -> Self {
        let Model { reader: _, record_id: id, kind, version, seq, at, gone } = row;
        let op = if gone { RecordChangeOp::Delete } else { RecordChangeOp::Upsert };
        Self { seq, op, kind, id, version, at }
    }
}
