//! What the log looks like from outside.

use ::entity::audit_entry::{self, AuditAction, AuditActor, AuditKind, AuditToken};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::audit::{Break, Filter, Verdict};

/// Which entries.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditFilters {
    /// The account or API key that did it.
    #[param(nullable = false)]
    actor: Option<Uuid>,
    /// What was done, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    action: Vec<AuditAction>,
    /// The kind of record.
    #[param(nullable = false, inline)]
    kind: Option<AuditKind>,
    /// The record.
    #[param(nullable = false)]
    record: Option<Uuid>,
    /// At this instant or later.
    #[param(nullable = false, example = "2027-03-14T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Before this instant.
    #[param(nullable = false, example = "2027-03-15T00:00:00Z")]
    until: Option<DateTime<Utc>>,
}

impl From<AuditFilters> for Filter {
    fn from(filters: AuditFilters) -> Self {
        let AuditFilters { actor, action, kind, record, from, until } = filters;
        Self { actor, actions: action, kind, record, from, until }
    }
}

/// An entry of the audit log.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditEntryOut {
    /// Identifier (UUIDv7).
    id: Uuid,
    /// When.
    at: DateTime<Utc>,
    /// Who.
    actor: AuditActorOut,
    /// What was done.
    action: AuditAction,
    /// To which record; `null` where there is none.
    record: Option<AuditRecordOut>,
    /// The names of the fields concerned. Never their values.
    fields: Vec<String>,
    /// The request in which it was done, as in `X-Request-Id`; `null` in deferred work and on the command line.
    request_id: Option<Uuid>,
}

/// Who did something.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditActorOut {
    /// What kind of actor.
    kind: AuditActor,
    /// The account or API key; `null` for all others.
    id: Option<Uuid>,
    /// What the token was for; `null` where there was none.
    token: Option<AuditToken>,
}

/// A record something was done to.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditRecordOut {
    /// Its kind.
    kind: AuditKind,
    /// Its identifier.
    id: Uuid,
}

impl From<audit_entry::Model> for AuditEntryOut {
    fn from(row: audit_entry::Model) -> Self {
        let audit_entry::Model {
            id,
            at,
            actor,
            actor_id,
            token,
            action,
            record_kind,
            record_id,
            fields,
            request_id,
        } = row;
        Self {
            id,
            at,
            actor: AuditActorOut { kind: actor, id: actor_id, token },
            action,
            record: record_kind.zip(record_id).map(|(kind, id)| AuditRecordOut { kind, id }),
            fields: fields.0,
            request_id,
        }
    }
}

/// A page of the audit log.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct AuditPage {
    /// The entries.
    items: Vec<AuditEntryOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Whether the audit log is what it was.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditVerdictOut {
    /// Whether no entry in the chain was changed or removed.
    intact: bool,
    /// Entries in the chain that are what they were.
    #[schema(minimum = 0)]
    linked: u64,
    /// Entries that are not in the chain yet. More than those of the last seconds are a reason to ask why.
    #[schema(minimum = 0)]
    unlinked: u64,
    /// The newest link that holds, in hexadecimal digits. Kept elsewhere, it shows later that nothing was cut off.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    head: String,
    /// The first place that does not hold; `null` where all do.
    broken: Option<AuditBreakOut>,
}

/// Where the chain breaks.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditBreakOut {
    /// The place in the chain, from 1.
    #[schema(minimum = 1)]
    seq: i64,
    /// The entry there.
    entry_id: Uuid,
    /// `changed`: the entry is not what it was. `missing`: it is not there. `gap`: a link before it is not there.
    fault: &'static str,
}

impl From<Verdict> for AuditVerdictOut {
    fn from(verdict: Verdict) -> Self {
        let Verdict { linked, unlinked, head, broken } = verdict;
        let broken = broken.map(|Break { seq, entry_id, fault }| AuditBreakOut {
            seq,
            entry_id,
            fault: fault.as_str(),
        });
        Self { intact: broken.is_none(), linked, unlinked, head, broken }
    }
}
