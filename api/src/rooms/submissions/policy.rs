//! Whose a submission is.

use ::entity::submission;

use crate::access::{Owner, Row};

impl Row for submission::Model {
    const NOUN: &'static str = "submission";

    fn belongs_to(&self, owner: Owner) -> bool {
        matches!(owner, Owner::Account(account) if self.submitted_by == Some(account))
    }
}
