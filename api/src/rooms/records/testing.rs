//! For the tests of rules: somebody who may.

use ::entity::account::Role;
use ::entity::ids::{AccountId, SessionId};

use crate::access::action::Action;
use crate::access::{Actor, Allowed, Permit, SignedIn};
use crate::ids;

/// A permit, and the account that has it.
pub fn permit<A: Action>(role: Role) -> (AccountId, Permit<A>) {
    let account = AccountId(ids::v4());
    let actor = Actor::Account(SignedIn { account, session: SessionId(ids::v4()), role });
    (account, Allowed::<A>::ask(actor).unwrap().anew())
}
