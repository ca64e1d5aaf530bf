//! What submitter and reviewers wrote to each other about a submission.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, SubmissionId};

crate::text_enum! {
    /// Who wrote a message.
    MessageFrom {
        /// Whoever asks to be on the map.
        Submitter = "submitter",
        /// Whoever reviews it; which of them is not told.
        Reviewer = "reviewer",
    }
}

/// A row of `submission_message`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "submission_message")]
pub struct Model {
    /// The submission.
    #[sea_orm(primary_key, auto_increment = false)]
    pub submission_id: SubmissionId,
    /// Place in the thread, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Who wrote it.
    pub written_by: MessageFrom,
    /// The reviewer's account.
    pub account_id: Option<AccountId>,
    /// The words, sealed under the submission's key.
    pub sealed_text: Vec<u8>,
    /// When.
    pub written_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
