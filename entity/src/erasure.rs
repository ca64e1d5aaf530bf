//! Whom nothing tells of any more. The identifier says nothing of them.

use sea_orm::entity::prelude::*;

use crate::Relation;

crate::text_enum! {
    /// What was erased for good.
    ErasureKind {
        /// A person.
        Person = "person",
        /// What somebody had said.
        Quote = "quote",
        /// What somebody had allowed.
        Consent = "consent",
        /// A seat at an event: who had it.
        Registration = "registration",
        /// An account: whose it was.
        Account = "account",
        /// What came of an event, withdrawn.
        Outcome = "outcome",
        /// A link, withdrawn.
        Story = "story",
        /// A wish for letters about what is new, taken back.
        Watch = "watch",
        /// A secret of an API key that was replaced or taken back, by the beginning of its keyed hash.
        KeySecret = "key_secret",
        /// An account or organisation that was suspended.
        Suspended = "suspended",
        /// The same, put to use again.
        Reinstated = "reinstated",
    }
}

/// A row of `erasure`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "erasure")]
pub struct Model {
    /// What it was called.
    #[sea_orm(primary_key, auto_increment = false)]
    pub record_id: Uuid,
    /// What it was.
    pub kind: ErasureKind,
    /// When.
    pub erased_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
