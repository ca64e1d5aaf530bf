//! Who asks.

use ::entity::account::Role;
use ::entity::ids::{AccountId, SessionId};

use crate::audit;

/// Who asks. API keys of partners and manage tokens will be further variants: whoever matches on it decides about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody without credentials.
    Anonymous,
    /// Somebody who signed in with a password, has to set up a second factor first, and may do nothing else.
    Enrolling(AccountId),
    /// Somebody signed in.
    Account(SignedIn),
}

/// An account in one of its sessions, as it is now: read per request, never from the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The account.
    pub account: AccountId,
    /// The session.
    pub session: SessionId,
    /// What it may do.
    pub role: Role,
}

impl Actor {
    /// The account, whatever it may do.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Anonymous => None,
            Self::Enrolling(account) => Some(*account),
            Self::Account(signed_in) => Some(signed_in.account),
        }
    }
}

/// How the audit log names an actor.
impl From<&Actor> for audit::By {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::Anonymous => Self::Nobody,
            Actor::Enrolling(_) => Self::Token(audit::Token::SecondFactorEnrolment),
            Actor::Account(signed_in) => Self::Account(signed_in.account.0),
        }
    }
}
