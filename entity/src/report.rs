//! Somebody says that something in public is about them, endangers somebody or is wrong.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::AccountId;
use crate::kinds::RecordKind;

crate::text_enum! {
    /// What can be reported: what the public side has items of.
    ReportedKind {
        /// A continuing effort.
        Initiative = "initiative",
        /// Something with a time and people.
        Event = "event",
        /// Words somebody said.
        Quote = "quote",
        /// What came of an event.
        Outcome = "outcome",
        /// A link to a video, blog, document or recording.
        Story = "story",
    }
}

impl From<ReportedKind> for RecordKind {
    fn from(kind: ReportedKind) -> Self {
        match kind {
            ReportedKind::Initiative => Self::Initiative,
            ReportedKind::Event => Self::Event,
            ReportedKind::Quote => Self::Quote,
            ReportedKind::Outcome => Self::Outcome,
            ReportedKind::Story => Self::Story,
        }
    }
}

crate::text_enum! {
    /// What somebody says of it.
    ReportReason {
        /// It is about me.
        Mine = "mine",
        /// It endangers somebody.
        Danger = "danger",
        /// It is wrong.
        Wrong = "wrong",
    }
}

crate::text_enum! {
    /// Where a report stands.
    ReportStatus {
        /// It waits for a moderator.
        Open = "open",
        /// A moderator has dealt with it.
        Closed = "closed",
    }
}

crate::text_enum! {
    /// What came of a report.
    ReportOutcome {
        /// It is no longer in public.
        Removed = "removed",
        /// It says something else now.
        Changed = "changed",
        /// It stays as it is.
        Kept = "kept",
    }
}

/// A row of `report`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "report")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The kind of record.
    pub kind: ReportedKind,
    /// The record, as it was named: there may be none.
    pub record_id: Uuid,
    /// What is said of it.
    pub reason: ReportReason,
    /// Whether there was such a record in public, then or before. What was not is shown to nobody.
    pub is_known: bool,
    /// What somebody wrote, sealed; none once it was erased.
    pub sealed_text: Option<Vec<u8>>,
    /// Where it stands.
    pub status: ReportStatus,
    /// Who is looking at it.
    pub claimed_by: Option<AccountId>,
    /// Until when nobody else closes it.
    pub claimed_until: Option<DateTimeUtc>,
    /// What came of it.
    pub outcome: Option<ReportOutcome>,
    /// What the moderator noted, sealed; none once it was erased.
    pub sealed_note: Option<Vec<u8>>,
    /// Who closed it.
    pub closed_by: Option<AccountId>,
    /// When that was.
    pub closed_at: Option<DateTimeUtc>,
    /// When what was written was erased.
    pub erased_at: Option<DateTimeUtc>,
    /// Grows by one with every change.
    pub version: i64,
    /// When it arrived.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
