//! Who may come in, and who may do what.
//!
//! [`action`] is the access matrix as code: what can be done, and by whom. A handler takes [`Allowed`] of an action, asks it
//! about the record and hands the [`Permit`] on. [`authenticate`] finds out who asks from the access token or the API key; account,
//! role and session, and what a key is good for, are read from the database and remembered for five seconds at most, so what is
//! suspended is out by then.
//! [`password`], [`throttle`], [`secret`] and [`totp`] are what signing in is made of.

pub mod action;
mod actor;
mod allowed;
mod api_key;
mod exposed;
mod keys;
mod manage;
pub mod password;
pub mod secret;
mod stopper;
pub mod throttle;
mod token;
pub mod totp;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::entity::account::AccountState;
use ::entity::ids::{AccountId, SessionId};
use ::entity::{account, session};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::EntityTrait as _;
use secrecy::SecretString;

pub use actor::{Actor, Owner, Partner, Scopes, SignedIn};
pub use allowed::{Allowed, Permit, Row, authenticate, names_reader, partner, signed_in};
pub use api_key::{ApiKey, ApiKeys};
pub use exposed::refuse_in_address;
pub use keys::rotate as rotate_keys;
pub use manage::{ManageToken, Told};
pub use stopper::{OneClick, Stopper};
pub use token::LIFE as TOKEN_LIFE;

use crate::clock::Clock;
use crate::db::Db;
use crate::problem::Problem;
use crate::vault::Vault;
use keys::Keys;
use password::{Cost, Passwords};
use throttle::Throttle;
use token::{Claims, Typ};

/// How long it is remembered who is behind a session.
const REMEMBERED: TimeDelta = TimeDelta::seconds(5);
/// How many sessions are remembered before the stale are thrown out.
const MOST: usize = 4096;
/// How long a session lasts without a refresh.
const IDLE: TimeDelta = TimeDelta::days(14);
/// How long it lasts in all.
const WHOLE: TimeDelta = TimeDelta::days(60);

/// What authentication works with, in one process.
pub struct Access {
    /// Hashes and compares passwords.
    pub passwords: Passwords,
    /// Slows those down who guess.
    pub throttle: Throttle,
    /// Whether admins and moderators need a second factor.
    pub require_totp: bool,
    /// The API keys of organisations.
    pub api_keys: ApiKeys,
    keys: Keys,
    clock: Arc<dyn Clock>,
    remembered: Mutex<HashMap<SessionId, (DateTime<Utc>, SignedIn)>>,
}

/// Until when a session lasts, unless it is refreshed before.
pub fn session_end(session: &session::Model) -> DateTime<Utc> {
    (session.refreshed_at + IDLE).min(session.created_at + WHOLE)
}

/// How long a session lasts without a refresh.
pub const fn session_idle() -> TimeDelta {
    IDLE
}

impl Access {
    /// Puts it together.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new(
        vault: Arc<Vault>,
        clock: Arc<dyn Clock>,
        cost: Cost,
        require_totp: bool,
        refuse_exposed_keys: bool,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            api_keys: ApiKeys::new(vault.clone(), clock.clone(), refuse_exposed_keys),
            passwords: Passwords::new(cost)?,
            throttle: Throttle::default(),
            require_totp,
            keys: Keys::new(vault),
            clock,
            remembered: Mutex::default(),
        })
    }

    /// An access token for a session.
    ///
    /// # Errors
    /// The database's or the vault's.
    pub async fn token(
        &self,
        db: &Db,
        account: AccountId,
        session: SessionId,
    ) -> anyhow::Result<SecretString> {
        let now = self.clock.now();
        let key = self.keys.newest(db, now).await?;
        Claims::new(Typ::Access, account, Some(session), now).sign(&key)
    }

    /// A token that opens the setting up of a second factor and nothing else.
    ///
    /// # Errors
    /// The database's or the vault's.
    pub async fn enrolment_token(&self, db: &Db, account: AccountId) -> anyhow::Result<SecretString> {
        let now = self.clock.now();
        let key = self.keys.newest(db, now).await?;
        Claims::new(Typ::Enrolment, account, None, now).sign(&key)
    }

    /// Who is behind an access token.
    ///
    /// # Errors
    /// 401 if the token does not hold, or its session or account no longer does; 503 if the database cannot be asked.
    pub async fn actor(&self, db: &Db, token: &str) -> Result<Actor, Problem> {
        let now = self.clock.now();
        let key = match token::key_of(token) {
            Some(id) => self.keys.find(db, id, now).await?,
            None => None,
        };
        let claims = key.and_then(|key| Claims::read(token, &key, now)).ok_or(Problem::bad_token())?;
        match (claims.typ, claims.sid) {
            (Typ::Access, Some(session)) => {
                self.signed_in(db, claims.sub, session, now).await.map(Actor::Account)
            }
            (Typ::Enrolment, None) => enrolling(db, claims.sub).await,
            _ => Err(Problem::bad_token()),
        }
    }

    async fn signed_in(
        &self,
        db: &Db,
        account: AccountId,
        session: SessionId,
        now: DateTime<Utc>,
    ) -> Result<SignedIn, Problem> {
        let remembered =
            self.remembered().get(&session).filter(|(since, _)| *since + REMEMBERED > now).cloned();
        if let Some((_, signed_in)) = remembered {
            return Ok(signed_in);
        }
        let lasts = |row: &session::Model| row.account_id == account && session_end(row) > now;
        let found = session::Entity::find_by_id(session).one(db.reader()).await?;
        found.filter(lasts).ok_or(Problem::bad_token())?;
        let account = account::Entity::find_by_id(account).one(db.reader()).await?;
        let account = account.filter(|row| row.state == AccountState::Active).ok_or(Problem::bad_token())?;
        let signed_in = SignedIn { account: account.id, session, role: account.role };
        let mut remembered = self.remembered();
        if remembered.len() >= MOST {
            remembered.retain(|_, (since, _)| *since + REMEMBERED > now);
        }
        remembered.insert(session, (now, signed_in.clone()));
        Ok(signed_in)
    }

    /// Forgets a session that was ended: it is out at once, here.
    pub fn forget_session(&self, session: SessionId) {
        self.remembered().remove(&session);
    }

    /// Forgets what an account was, after it was changed.
    pub fn forget_account(&self, account: AccountId) {
        self.remembered().retain(|_, (_, signed_in)| signed_in.account != account);
    }

    fn remembered(&self) -> MutexGuard<'_, HashMap<SessionId, (DateTime<Utc>, SignedIn)>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The token for enrolment has served its purpose once there is a second factor.
async fn enrolling(db: &Db, account: AccountId) -> Result<Actor, Problem> {
    let found = account::Entity::find_by_id(account).one(db.reader()).await?;
    let enrols = |row: &account::Model| row.state == AccountState::Active && row.totp_confirmed_at.is_none();
    found.filter(enrols).map(|row| Actor::Enrolling(row.id)).ok_or(Problem::bad_token())
}
