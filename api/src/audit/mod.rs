//! Who did what to which record: a log that only grows.
//!
//! [`note`] adds an entry in the transaction of what it tells of. An entry names the record and its fields, never a value,
//! and triggers refuse to change or remove it. After the commit a round of the worker ([`link_pending`]) adds it to a chain
//! of hashes, in which every link depends on all before it; [`verify()`] walks the chain and names the first entry that is
//! not what it was.

mod chain;
mod list;
#[cfg(test)]
mod tests;
mod verify;

use ::entity::values::Texts;
use ::entity::{audit_entry, audit_pending};
use sea_orm::{ActiveModelTrait as _, DbErr, IntoActiveModel as _};
use uuid::Uuid;

pub use ::entity::audit_entry::{AuditAction as Action, AuditKind as Kind, AuditToken as Token};
pub use chain::{link_pending, pending};
pub use list::{After, Filter, list, who_edited};
pub use verify::{Break, Fault, Verdict, verify};

use crate::db::Tx;
use crate::http::request_id;
use crate::ids;

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Somebody signed in to this account.
    Account(Uuid),
    /// The holder of this API key.
    Key(Uuid),
    /// Somebody with a token for one matter.
    Token(Token),
    /// The service itself, or its operator on the command line.
    System,
    /// Somebody without credentials.
    Nobody,
}

/// What is noted. There is no way to put a value or a text of somebody's into it.
#[derive(Clone, Debug)]
pub struct Entry {
    by: By,
    action: Action,
    record: Option<(Kind, Uuid)>,
    fields: Vec<&'static str>,
}

impl Entry {
    /// Somebody did something.
    pub const fn new(by: By, action: Action) -> Self {
        Self { by, action, record: None, fields: Vec::new() }
    }

    /// To this record.
    pub fn on(mut self, kind: Kind, id: impl Into<Uuid>) -> Self {
        self.record = Some((kind, id.into()));
        self
    }

    /// To these fields of it.
    pub fn fields(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.fields.extend(names);
        self
    }
}

/// Notes what this transaction does: the entry is there if and only if the rest of it is. The request that is being
/// answered and the instant are noted too.
///
/// # Errors
/// The database's.
pub async fn note(tx: &Tx, entry: Entry) -> Result<(), DbErr> {
    use ::entity::audit_entry::AuditActor as Actor;
    let (actor, actor_id, token) = match entry.by {
        By::Account(id) => (Actor::Account, Some(id), None),
        By::Key(id) => (Actor::Key, Some(id), None),
        By::Token(token) => (Actor::Token, None, Some(token)),
        By::System => (Actor::System, None, None),
        By::Nobody => (Actor::Nobody, None, None),
    };
    let row = audit_entry::Model {
        id: ids::v7(tx.now()),
        at: tx.now(),
        actor,
        actor_id,
        token,
        action: entry.action,
        record_kind: entry.record.map(|(kind, _)| kind),
        record_id: entry.record.map(|(_, id)| id),
        fields: Texts(entry.fields.into_iter().map(str::to_owned).collect()),
        request_id: request_id::current(),
    };
    let pending = audit_pending::Model { entry_id: row.id };
    row.into_active_model().insert(tx).await?;
    pending.into_active_model().insert(tx).await?;
    Ok(())
}
