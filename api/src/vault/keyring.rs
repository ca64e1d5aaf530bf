//! The data keys of a batch of records.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use ::entity::data_key;
use anyhow::Context;
use sea_orm::ConnectionTrait;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{DataKey, Vault};
use crate::db::{Tx, find_in, insert_all};

/// Opened data keys, by record.
pub struct Keyring(HashMap<Uuid, DataKey>);

impl Keyring {
    /// The keys of these records; those that have none yet get one.
    ///
    /// # Errors
    /// The database's, or that a key does not open.
    pub async fn for_writing(tx: &Tx, vault: &Vault, records: Vec<Uuid>) -> anyhow::Result<Self> {
        let mut keys = Self::for_reading(tx, vault, records.clone()).await?;
        let mut made = Vec::new();
        for record_id in records {
            if let Entry::Vacant(place) = keys.0.entry(record_id) {
                let (key, row) = vault.new_key(record_id, tx.now())?;
                made.push(row);
                place.insert(key);
            }
        }
        insert_all(tx, made).await?;
        Ok(keys)
    }

    /// The keys of these records, as far as they have one.
    ///
    /// # Errors
    /// The database's, or that a key does not open.
    pub async fn for_reading<C: ConnectionTrait>(
        conn: &C,
        vault: &Vault,
        records: Vec<Uuid>,
    ) -> anyhow::Result<Self> {
        let rows = find_in::<data_key::Entity, _, _>(conn, data_key::Column::RecordId, records).await?;
        let keys = rows.into_iter().map(|row| Ok((row.record_id, vault.unwrap_key(&row)?)));
        Ok(Self(keys.collect::<anyhow::Result<_>>()?))
    }

    /// Seals a value for a column of a record, as JSON; nothing stays nothing.
    ///
    /// # Errors
    /// If the record has no key here.
    pub fn seal<T: Serialize>(
        &self,
        table: &str,
        column: &str,
        record: Uuid,
        value: Option<&T>,
    ) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(value) = value else { return Ok(None) };
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(value)?);
        self.key(record)?.seal(table, column, record, &plain).map(Some)
    }

    /// Opens a sealed value.
    ///
    /// # Errors
    /// If the record's key is gone or does not open it.
    pub fn open<T: DeserializeOwned>(
        &self,
        table: &str,
        column: &str,
        record: Uuid,
        sealed: Option<&[u8]>,
    ) -> anyhow::Result<Option<T>> {
        let Some(sealed) = sealed else { return Ok(None) };
        let plain = self.key(record)?.open(table, column, record, sealed)?;
        Ok(Some(serde_json::from_slice(&plain).context("a sealed value is not what it should be")?))
    }

    fn key(&self, record: Uuid) -> anyhow::Result<&DataKey> {
        self.0.get(&record).context("a record's data key is missing")
    }
}
