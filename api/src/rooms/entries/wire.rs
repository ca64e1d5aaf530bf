//! What callers read.

use ::entity::ids::InitiativeId;
use ::entity::initiative::{self, InitiativeStatus};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::publishing::PublicEntry;
use crate::publishing::documents::InitiativeItem;

/// An entry on the map, as whoever is asked about it sees it: what everybody sees, and what can be answered.
#[derive(Serialize, ToSchema)]
pub(super) struct MyEntry {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: InitiativeId,
    /// Where it stands.
    status: InitiativeStatus,
    /// When somebody last said that it is so; `null` if nobody has.
    #[schema(required = true)]
    confirmed_on: Option<NaiveDate>,
    /// What everybody can read of it, in its own language; `null` if it is not public.
    #[schema(required = true, nullable = true, value_type = Option<InitiativeItem>)]
    entry: Option<Value>,
    /// Until when this link works; `null` once it was used.
    #[schema(required = true)]
    expires_at: Option<DateTime<Utc>>,
    /// What can be answered now, as the last segments of the addresses.
    allowed: &'static [&'static str],
}

impl MyEntry {
    /// `expires_at` is that of a link that still works.
    pub(super) fn new(
        row: &initiative::Model,
        public: Option<PublicEntry>,
        expires_at: Option<DateTime<Utc>>,
    ) -> Self {
        let open = expires_at.is_some() && row.status == InitiativeStatus::Published;
        Self {
            id: row.id,
            status: row.status,
            confirmed_on: row.confirmed_on,
            entry: public.map(|public| public.body),
            expires_at,
            allowed: if open { &["confirm", "changes", "retire"] } else { &[] },
        }
    }
}
