//! Whose an account is.

use ::entity::account;

use crate::access::{Owner, Row};

impl Row for account::Model {
    const NOUN: &'static str = "account";

    fn belongs_to(&self, owner: Owner) -> bool {
        owner == Owner::Account(self.id)
    }
}
