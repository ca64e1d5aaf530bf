//! Who asks.

use ::entity::account::Role;
use ::entity::api_key::ApiScope;
use ::entity::ids::{AccountId, ApiKeyId, OrganisationId, SessionId};

use crate::audit;
use crate::http::idempotency::Caller;

/// Who asks. Whoever matches on it decides about each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody without credentials.
    Anonymous,
    /// Somebody who signed in with a password, has to set up a second factor first, and may do nothing else.
    Enrolling(AccountId),
    /// Somebody signed in.
    Account(SignedIn),
    /// An organisation's own system, with an API key.
    Partner(Partner),
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

/// An API key, as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The key.
    pub key: ApiKeyId,
    /// The organisation for which it acts.
    pub organisation: OrganisationId,
    /// What it is good for.
    pub scopes: Scopes,
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u32);

impl Scopes {
    /// Whether one of them is in it.
    pub const fn has(self, scope: ApiScope) -> bool {
        self.0 & (1 << scope as u32) != 0
    }
}

impl FromIterator<ApiScope> for Scopes {
    fn from_iter<I: IntoIterator<Item = ApiScope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | 1 << scope as u32))
    }
}

/// Whose records can be: an account's, or an organisation's, whichever of its keys asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// An account.
    Account(AccountId),
    /// An organisation.
    Organisation(OrganisationId),
}

impl Actor {
    /// The account, whatever it may do.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Anonymous | Self::Partner(_) => None,
            Self::Enrolling(account) => Some(*account),
            Self::Account(signed_in) => Some(signed_in.account),
        }
    }

    /// Whose its own records are.
    pub fn owner(&self) -> Option<Owner> {
        match self {
            Self::Partner(partner) => Some(Owner::Organisation(partner.organisation)),
            _ => self.account().map(Owner::Account),
        }
    }

    /// The API key, if it asks with one.
    pub const fn partner(&self) -> Option<&Partner> {
        match self {
            Self::Partner(partner) => Some(partner),
            Self::Anonymous | Self::Enrolling(_) | Self::Account(_) => None,
        }
    }

    /// To whom its repetitions belong.
    pub fn caller(&self) -> Caller {
        let holder = match self {
            Self::Partner(partner) => Some(partner.key.0),
            _ => self.account().map(|account| account.0),
        };
        holder.map_or(Caller::Nobody, Caller::Holder)
    }
}

/// How the audit log names an actor.
impl From<&Actor> for audit::By {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::Anonymous => Self::Nobody,
            Actor::Enrolling(_) => Self::Token(audit::Token::SecondFactorEnrolment),
            Actor::Account(signed_in) => Self::Account(signed_in.account.0),
            Actor::Partner(partner) => Self::Key(partner.key.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_is_in_it() {
        for scope in ApiScope::ALL {
            let alone = Scopes::from_iter([*scope]);
            assert!(ApiScope::ALL.iter().all(|other| alone.has(*other) == (other == scope)), "{scope}");
            assert!(
                !Scopes::default().has(*scope)
                    && ApiScope::ALL.iter().copied().collect::<Scopes>().has(*scope)
            );
        }
    }
}
