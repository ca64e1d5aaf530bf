//! What may become of an import: queued → running → done · failed; and done → undone.

use ::entity::bulk_import::{ImportStatus, Model, UndoStatus};
use chrono::{DateTime, Utc};

use crate::access::action::ImportRecords;
use crate::access::{Owner, Permit, Row};
use crate::problem::{Kind, Problem};

/// An import, as somebody's.
pub(super) struct Import(pub(super) Model);

impl Row for Import {
    const NOUN: &'static str = "import";

    fn belongs_to(&self, owner: Owner) -> bool {
        match owner {
            Owner::Account(account) => self.0.account_id == Some(account),
            Owner::Organisation(organisation) => self.0.organisation_id == Some(organisation),
        }
    }
}

/// Has what an import brought removed, as far as nobody touched it.
///
/// # Errors
/// 409 unless it has brought something and nobody asked before.
pub(super) fn undo(mut row: Model, _: &Permit<ImportRecords>, now: DateTime<Utc>) -> Result<Model, Problem> {
    if row.undo.is_some() {
        return Err(Problem::wrong_state(&[]));
    }
    if !row.applied || !matches!(row.status, ImportStatus::Done | ImportStatus::Failed) {
        let detail =
            "Only what an import has brought can be undone: it has not ended, or it brought nothing.";
        return Err(Problem::of(Kind::Conflict).with_detail(detail));
    }
    (row.undo, row.due_at, row.attempts) = (Some(UndoStatus::Queued), now, 0);
    Ok(row)
}
