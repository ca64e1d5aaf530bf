//! What two submissions for the same thing have in common, as keyed hashes: they find each other and tell nothing.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::SubmissionId;

/// A row of `submission_sign`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "submission_sign")]
pub struct Model {
    /// The submission, which is open.
    #[sea_orm(primary_key, auto_increment = false)]
    pub submission_id: SubmissionId,
    /// Keyed hash of two words of its title, or of its site.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sign: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
