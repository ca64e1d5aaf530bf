//! Somebody who may come in: staff, hosts and members. The e-mail address is sealed under a key of its own.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, PersonId};

crate::text_enum! {
    /// What an account may do; see the access matrix.
    Role {
        /// Runs the service: accounts, organisations, everything.
        Admin = "admin",
        /// Reviews and approves.
        Moderator = "moderator",
        /// Holds events.
        Host = "host",
        /// Takes part.
        Member = "member",
    }
}

crate::text_enum! {
    /// Whether an account can be used.
    AccountState {
        /// Invited; the invitation has not been accepted yet.
        Invited = "invited",
        /// In use.
        Active = "active",
        /// Put out of use, until it is restored.
        Suspended = "suspended",
    }
}

/// A row of `account`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    /// The name or pseudonym that others see.
    pub display_name: String,
    /// What it may do.
    pub role: Role,
    /// Whether it can be used.
    pub state: AccountState,
    /// The language its letters are in (BCP 47).
    pub language: Option<String>,
    /// Keyed hash of the normalised e-mail address, by which it is found.
    pub email_hash: Vec<u8>,
    /// The e-mail address, sealed.
    pub sealed_email: Vec<u8>,
    /// The password's hash (PHC string, argon2id); none before the first password.
    pub password_hash: Option<String>,
    /// The secret of the authenticator, sealed.
    pub sealed_totp: Option<Vec<u8>>,
    /// When the authenticator was confirmed; before that it does not count.
    pub totp_confirmed_at: Option<DateTimeUtc>,
    /// The newest time step whose code was used: that one and older ones are refused.
    pub totp_step: Option<i64>,
    /// The person behind it: what they or their organisations host and carry is the account's own.
    pub person_id: Option<PersonId>,
    /// When it was closed for good; it is suspended then, and nothing tells whose it was.
    pub closed_at: Option<DateTimeUtc>,
    /// Who invited it; nobody if it was made on the command line.
    pub created_by: Option<AccountId>,
    /// Grows by one with every edit.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was last edited.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
