//! Whose an account is.

use ::entity::account;
use ::entity::ids::AccountId;

use crate::access::Row;

impl Row for account::Model {
    const NOUN: &'static str = "account";

    fn belongs_to(&self, account: AccountId) -> bool {
        self.id == account
    }
}
