//! Whose a submission is.

use ::entity::ids::AccountId;
use ::entity::submission;

use crate::access::Row;

impl Row for submission::Model {
    const NOUN: &'static str = "submission";

    fn belongs_to(&self, account: AccountId) -> bool {
        self.submitted_by == Some(account)
    }
}
