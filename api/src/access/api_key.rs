//! API keys: with them the systems of partner organisations ask.
//!
//! A key is the word `sol_live_`, its identifier, 256 secret bits and a check that tells typing errors early. Stored is a keyed
//! hash alone. Key and organisation are read from the database and remembered for five seconds at most.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::entity::ids::{ApiKeyId, OrganisationId};
use ::entity::{api_key, organisation};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ipnet::IpNet;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::actor::Partner;
use crate::clock::Clock;
use crate::db::Db;
use crate::ids;
use crate::problem::Problem;
use crate::vault::Vault;

/// What keys begin with.
pub const PREFIX: &str = "sol_live_";
/// Bytes of the secret.
const SECRET: usize = 32;
/// Bytes of the check behind it.
const CHECK: usize = 4;
/// Characters behind the prefix.
const LENGTH: usize = 70;
/// How long it is remembered what a key is.
const REMEMBERED: TimeDelta = TimeDelta::seconds(5);
/// How many are remembered before the stale are thrown out.
const MOST: usize = 4096;

/// A key as it is told, once. It has no `Debug`.
#[derive(Clone)]
pub struct ApiKey {
    id: ApiKeyId,
    secret: Zeroizing<[u8; SECRET]>,
}

impl ApiKey {
    /// A new secret for a key, of 256 random bits.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new(id: ApiKeyId) -> anyhow::Result<Self> {
        Ok(Self { id, secret: Zeroizing::new(ids::secret()?) })
    }

    /// Reads one; none if it was mistyped or is something else. Everybody can make the check: it proves nothing.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?);
        let (id, rest) = bytes.split_at_checked(16)?;
        let (secret, check) = rest.split_at_checked(SECRET)?;
        let id = ApiKeyId(Uuid::from_slice(id).ok()?);
        let key = Self { id, secret: Zeroizing::new(secret.try_into().ok()?) };
        (check == key.check()).then_some(key)
    }

    /// The keys in a text.
    pub fn all_in(text: &str) -> Vec<Self> {
        let candidates = text.match_indices(PREFIX);
        candidates.filter_map(|(at, _)| Self::read(text.get(at..at + PREFIX.len() + LENGTH)?)).collect()
    }

    /// Which key it is.
    pub const fn id(&self) -> ApiKeyId {
        self.id
    }

    /// Its text, as it is told.
    pub fn text(&self) -> SecretString {
        let bytes = Zeroizing::new([self.id.0.as_bytes(), &self.secret[..], &self.check()].concat());
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(&*bytes)).into()
    }

    /// The keyed hash under which it is stored.
    ///
    /// # Errors
    /// None that happen; see [`Vault::keyed_hash`].
    pub fn hash(&self, vault: &Vault) -> anyhow::Result<Vec<u8>> {
        Ok(vault.keyed_hash("API key", &[self.id.0.as_bytes(), &*self.secret])?.to_vec())
    }

    fn check(&self) -> [u8; CHECK] {
        let hash = Sha256::new().chain_update(PREFIX).chain_update(self.id.0.as_bytes());
        let hash = hash.chain_update(*self.secret).finalize();
        std::array::from_fn(|at| hash[at])
    }
}

/// Which of a key's two secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The newest.
    Newest,
    /// The one before a rotation, in its last hours.
    Previous,
}

/// Which secret of a key a hash is of, if it is of one that works; compared in constant time.
pub fn secret_of(row: &api_key::Model, hash: &[u8], now: DateTime<Utc>) -> Option<Secret> {
    let newest = bool::from(row.secret_hash.ct_eq(hash));
    let previous = row.previous_hash.as_ref().is_some_and(|before| bool::from(before.ct_eq(hash)));
    match (newest, previous && row.previous_until.is_some_and(|until| until > now)) {
        (true, _) => Some(Secret::Newest),
        (false, true) => Some(Secret::Previous),
        (false, false) => None,
    }
}

/// The keys as one process knows them.
pub struct ApiKeys {
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    /// Whether a secret that turned up in an address works no more.
    refuse_exposed: bool,
    remembered: Mutex<HashMap<ApiKeyId, Remembered>>,
}

#[derive(Clone)]
struct Remembered {
    since: DateTime<Utc>,
    row: api_key::Model,
    suspended: bool,
}

impl ApiKeys {
    /// Puts it together.
    pub fn new(vault: Arc<Vault>, clock: Arc<dyn Clock>, refuse_exposed: bool) -> Self {
        Self { vault, clock, refuse_exposed, remembered: Mutex::default() }
    }

    /// The master key.
    pub(super) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Who asks with this text, from this address.
    ///
    /// # Errors
    /// 401, alike for whatever is no key that may be used from there now; 503 if the database cannot be asked.
    pub async fn partner(&self, db: &Db, text: &str, from: Option<IpAddr>) -> Result<Partner, Problem> {
        let key = ApiKey::read(text).ok_or(Problem::bad_token())?;
        let (now, hash) = (self.clock.now(), key.hash(&self.vault)?);
        let found = self.find(db, key.id, now).await?.ok_or(Problem::bad_token())?;
        let row = &found.row;
        let secret = secret_of(row, &hash, now).ok_or(Problem::bad_token())?;
        let exposed = match secret {
            Secret::Newest => row.exposed_at,
            Secret::Previous => row.previous_exposed_at,
        };
        let holds = !found.suspended && row.revoked_at.is_none() && row.expires_at > now;
        if !holds || (self.refuse_exposed && exposed.is_some()) || !may_come_from(&row.addresses.0, from) {
            return Err(Problem::bad_token());
        }
        self.note_use(db, row, now.date_naive()).await?;
        let scopes = row.scopes.0.iter().copied().collect();
        Ok(Partner { key: row.id, organisation: row.organisation_id, scopes })
    }

    async fn find(&self, db: &Db, id: ApiKeyId, now: DateTime<Utc>) -> Result<Option<Remembered>, Problem> {
        let fresh = |found: &&Remembered| found.since + REMEMBERED > now;
        if let Some(found) = self.remembered().get(&id).filter(fresh) {
            return Ok(Some(found.clone()));
        }
        let Some(row) = api_key::Entity::find_by_id(id).one(db.reader()).await? else { return Ok(None) };
        let organisation = organisation::Entity::find_by_id(row.organisation_id).one(db.reader()).await?;
        let suspended = organisation.is_none_or(|organisation| organisation.suspended_at.is_some());
        let found = Remembered { since: now, row, suspended };
        let mut remembered = self.remembered();
        if remembered.len() >= MOST {
            remembered.retain(|_, found| found.since + REMEMBERED > now);
        }
        remembered.insert(id, found.clone());
        Ok(Some(found))
    }

    /// Keeps the day, and nothing finer. It is written once a day.
    async fn note_use(&self, db: &Db, row: &api_key::Model, today: NaiveDate) -> Result<(), Problem> {
        use api_key::Column;
        if row.used_on.is_some_and(|on| on >= today) {
            return Ok(());
        }
        db.write(async |tx| {
            let earlier = Condition::any().add(Column::UsedOn.is_null()).add(Column::UsedOn.lt(today));
            let used = api_key::Entity::update_many().col_expr(Column::UsedOn, Expr::value(today));
            used.filter(Column::Id.eq(row.id)).filter(earlier).exec(tx).await?;
            Ok::<_, Problem>(())
        })
        .await?;
        if let Some(found) = self.remembered().get_mut(&row.id) {
            found.row.used_on = Some(today);
        }
        Ok(())
    }

    /// Forgets what a key was, after it was changed.
    pub fn forget(&self, key: ApiKeyId) {
        self.remembered().remove(&key);
    }

    /// Forgets the keys of an organisation, after it was changed.
    pub fn forget_organisation(&self, organisation: OrganisationId) {
        self.remembered().retain(|_, found| found.row.organisation_id != organisation);
    }

    fn remembered(&self) -> MutexGuard<'_, HashMap<ApiKeyId, Remembered>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a key that is bound to these networks may ask from there. Without any it may from everywhere.
fn may_come_from(networks: &[String], from: Option<IpAddr>) -> bool {
    let allows = |address: IpAddr| {
        let mut networks = networks.iter().filter_map(|network| network.parse::<IpNet>().ok());
        networks.any(|network| network.contains(&address.to_canonical()))
    };
    networks.is_empty() || from.is_some_and(allows)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_key_is_read_back_and_found_in_an_address() {
        let vault = Vault::open(Path::new(""), Some(&"5e".repeat(32).into())).unwrap();
        let key = ApiKey::new(ApiKeyId(Uuid::from_u128(7))).unwrap();
        let text = key.text();
        let text = text.expose_secret();
        assert_eq!((text.len(), &text[..9]), (PREFIX.len() + LENGTH, PREFIX));
        let read = ApiKey::read(text).unwrap();
        assert_eq!((read.id(), read.hash(&vault).unwrap()), (key.id(), key.hash(&vault).unwrap()));
        assert_eq!(ApiKey::all_in(&format!("/v1/events?api_key={text}&limit=1")).len(), 1);
        let typo = text.replace(&text[40..41], if &text[40..41] == "A" { "B" } else { "A" });
        for other in ["", PREFIX, &text[1..], &text[..70], &typo, &format!("{text}AAAA")] {
            assert!(ApiKey::read(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_bound_key_asks_from_its_networks_only() {
        let networks = ["192.0.2.0/24".to_owned(), "2001:db8::/32".to_owned()];
        let from = |text: &str| may_come_from(&networks, text.parse().ok());
        assert!(from("192.0.2.7") && from("::ffff:192.0.2.7") && from("2001:db8::1"));
        assert!(!from("192.0.3.7") && !from("2001:db9::1") && !from("nowhere"));
        assert!(may_come_from(&[], None));
    }
}
