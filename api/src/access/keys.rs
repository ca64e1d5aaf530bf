//! The keys that sign access tokens: in the database, sealed, shared by all processes, and changed now and then.

use std::sync::{Arc, RwLock};

use ::entity::signing_key;
use anyhow::Context as _;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use uuid::Uuid;

use crate::db::{Db, Tx, delete_in, insert_all};
use crate::ids;
use crate::vault::{Keyring, Vault};

/// How long a key signs.
const SIGNS: TimeDelta = TimeDelta::days(30);
/// How long it still verifies after another one has taken over: longer than a token lives, and longer than a process takes
/// to learn of the new one.
const VERIFIES: TimeDelta = TimeDelta::hours(1);
/// How often a process looks for new ones.
const LOOK: TimeDelta = TimeDelta::seconds(60);
/// How often it does so because of a token whose key it does not know.
const LOOK_FOR_UNKNOWN: TimeDelta = TimeDelta::seconds(5);

/// One pair of keys.
pub(super) struct Key {
    pub(super) id: Uuid,
    pub(super) signs: EncodingKey,
    pub(super) verifies: DecodingKey,
}

/// The keys this process knows.
pub(super) struct Keys {
    vault: Arc<Vault>,
    known: RwLock<Known>,
}

struct Known {
    /// Newest first.
    keys: Vec<Arc<Key>>,
    looked_at: DateTime<Utc>,
}

impl Keys {
    pub(super) fn new(vault: Arc<Vault>) -> Self {
        Self { vault, known: RwLock::new(Known { keys: Vec::new(), looked_at: DateTime::<Utc>::MIN_UTC }) }
    }

    /// The key that signs now. The first call on a new database makes it.
    pub(super) async fn newest(&self, db: &Db, now: DateTime<Utc>) -> anyhow::Result<Arc<Key>> {
        let fresh = |known: &Known| known.looked_at + LOOK > now;
        if let Some(key) = self.known(|known| known.keys.first().filter(|_| fresh(known)).cloned()) {
            return Ok(key);
        }
        self.look(db, now).await?;
        if let Some(key) = self.known(|known| known.keys.first().cloned()) {
            return Ok(key);
        }
        rotate(db, &self.vault).await?;
        self.look(db, now).await?;
        self.known(|known| known.keys.first().cloned()).context("there is no key to sign with")
    }

    /// The key of a token, if there is such a one.
    pub(super) async fn find(
        &self,
        db: &Db,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Option<Arc<Key>>> {
        let by_id = |known: &Known| known.keys.iter().find(|key| key.id == id).cloned();
        if let Some(key) = self.known(by_id) {
            return Ok(Some(key));
        }
        if self.known(|known| known.looked_at + LOOK_FOR_UNKNOWN > now) {
            return Ok(None);
        }
        self.look(db, now).await?;
        Ok(self.known(by_id))
    }

    fn known<T>(&self, read: impl FnOnce(&Known) -> T) -> T {
        read(&self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    async fn look(&self, db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
        let rows = signing_key::Entity::find()
            .order_by_desc(signing_key::Column::CreatedAt)
            .all(db.reader())
            .await?;
        let ring =
            Keyring::for_reading(db.reader(), &self.vault, rows.iter().map(|row| row.id).collect()).await?;
        let mut keys = Vec::new();
        for row in rows {
            let pair: Option<Vec<u8>> = ring.open("signing_key", "sealed", row.id, Some(&row.sealed))?;
            let pair = zeroize::Zeroizing::new(pair.context("a signing key is sealed")?);
            let public = Ed25519KeyPair::from_pkcs8(&pair)?.public_key().as_ref().to_vec();
            let (signs, verifies) = (EncodingKey::from_ed_der(&pair), DecodingKey::from_ed_der(&public));
            keys.push(Arc::new(Key { id: row.id, signs, verifies }));
        }
        *self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner) =
            Known { keys, looked_at: now };
        Ok(())
    }
}

/// Makes a new key where the newest has signed for long enough, and forgets those whose last token has expired.
///
/// # Errors
/// The database's or the vault's.
pub async fn rotate(db: &Db, vault: &Vault) -> anyhow::Result<bool> {
    let due = |rows: &[signing_key::Model], now: DateTime<Utc>| {
        let newest = rows.first().map(|row| row.created_at);
        let old: Vec<Uuid> = match newest {
            Some(newest) if newest + VERIFIES < now => rows[1..].iter().map(|row| row.id).collect(),
            _ => Vec::new(),
        };
        (newest.is_none_or(|newest| newest + SIGNS <= now), old)
    };
    let all = || signing_key::Entity::find().order_by_desc(signing_key::Column::CreatedAt);
    let rows = all().all(db.reader()).await?;
    let (make, old) = due(&rows, db.now());
    if !make && old.is_empty() {
        return Ok(false);
    }
    db.write(async |tx| {
        let (make, old) = due(&all().all(tx).await?, tx.now());
        delete_in::<signing_key::Entity, _>(tx, signing_key::Column::Id, &old).await?;
        delete_in::<::entity::data_key::Entity, _>(tx, ::entity::data_key::Column::RecordId, &old).await?;
        if make {
            add(tx, vault).await?;
        }
        Ok::<_, Failed>(make)
    })
    .await
    .map_err(|Failed(error)| error)
}

async fn add(tx: &Tx, vault: &Vault) -> anyhow::Result<()> {
    let id = ids::v4();
    let pair = Ed25519KeyPair::generate()?.to_pkcs8()?;
    let ring = Keyring::for_writing(tx, vault, vec![id]).await?;
    let sealed = ring.seal("signing_key", "sealed", id, Some(&pair.as_ref().to_vec()))?;
    let sealed = sealed.context("a key was sealed")?;
    insert_all(tx, vec![signing_key::Model { id, sealed, created_at: tx.now() }]).await?;
    Ok(())
}

struct Failed(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}
