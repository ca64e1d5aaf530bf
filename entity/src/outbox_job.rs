//! Work outside the database that is tried until it succeeds or is given up.

use sea_orm::entity::prelude::*;

use crate::Relation;

crate::text_enum! {
    /// What kind of work it is.
    JobKind {
        /// Sending a letter.
        Letter = "letter",
    }
}

crate::text_enum! {
    /// How far it is.
    JobState {
        /// To be done, or to be tried again, or being done.
        Waiting = "waiting",
        /// Done.
        Done = "done",
        /// Given up.
        Dead = "dead",
    }
}

/// A row of `outbox_job`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_job")]
pub struct Model {
    /// Identifier (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What kind of work it is.
    pub kind: JobKind,
    /// What it is about: the letter.
    pub subject_id: Uuid,
    /// How far it is.
    pub state: JobState,
    /// How often it has been begun. Whoever ends an attempt must know its number.
    pub attempts: i32,
    /// When it may be begun; while somebody works on it, when they are given up.
    pub due_at: DateTimeUtc,
    /// Why the last attempt failed, a word.
    pub reason: Option<String>,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// When it was done or given up.
    pub ended_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
