//! Sealing what must not be read: exact places, join links, later contacts and private notes.
//!
//! Every record with secrets has a data key of its own; the database keeps it only wrapped. The wrapping keys, one for each
//! epoch, live in files beside the database, sealed by the master key, which is a file or in the environment; neither is ever in
//! the database. Deleting a record's wrapped key erases its secrets here, and destroying the wrapping key of an epoch erases them
//! in the copies of the database from then. All sealing is
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with a random 24-byte nonce in front, bound to table, column and row by
//! the associated data, so that a sealed value moved to another row does not open.

mod epochs;
mod keyring;
mod rotation;

use std::path::Path;
use std::sync::Arc;

use ::entity::data_key;

use anyhow::{Context, bail, ensure};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use chrono::{DateTime, Utc};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use epochs::Epochs;

pub use epochs::Epoch;
pub use keyring::Keyring;
pub use rotation::{Refused, begin_epoch, destroy_before, in_use, rewrap};

/// Bytes of a key.
const KEY: usize = 32;
/// Bytes of a nonce.
const NONCE: usize = 24;

/// A key in memory, wiped when dropped.
pub struct DataKey(Zeroizing<[u8; KEY]>);

/// Holds the master key and the wrapping keys.
pub struct Vault {
    master: Arc<DataKey>,
    epochs: Epochs,
}

impl Vault {
    /// Takes the master key from the setting if there is one, else from `<data-dir>/master.key`, which is made on the
    /// first start, readable by its owner only, and the wrapping key of the first epoch with it. Where the master key is
    /// given, the folder may be one that does not last: there the first wrapping key is made by whoever rotates.
    ///
    /// # Errors
    /// If the key is not 64 hexadecimal digits, a file can be neither read nor made, or a wrapping key is of another master key.
    pub fn open(data_dir: &Path, given: Option<&SecretString>) -> anyhow::Result<Self> {
        let (text, is_new) = match given {
            Some(key) => (Zeroizing::new(key.expose_secret().to_owned()), false),
            None => key_file(&data_dir.join("master.key"))?,
        };
        let master = from_hex(text.trim()).context("the master key must be 64 hexadecimal digits")?;
        let master = Arc::new(DataKey(master));
        let epochs = Epochs::open(data_dir, master.clone())?;
        if is_new {
            epochs.make()?;
        }
        Ok(Self { master, epochs })
    }

    /// The number of the newest wrapping key.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn epoch(&self) -> anyhow::Result<Epoch> {
        Ok(self.epochs.newest()?.0)
    }

    /// The epochs whose wrapping keys are there, beside the master key.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn epochs(&self) -> anyhow::Result<Vec<Epoch>> {
        self.epochs.files()
    }

    /// Refuses an epoch whose wrapping key is not there.
    ///
    /// # Errors
    /// If it is not.
    pub fn demand(&self, epoch: Epoch) -> anyhow::Result<()> {
        self.epochs.of(epoch).map(drop)
    }

    /// What a database remembers of the key, to refuse another one. It does not tell the key.
    pub fn fingerprint(&self) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.master.0) else { return String::new() };
        mac.update(b"solidarity master key");
        to_hex(&mac.finalize().into_bytes()[..16])
    }

    /// A keyed hash of these parts, in this order, for one purpose: what is found by it cannot be guessed from the
    /// database alone.
    ///
    /// # Errors
    /// None that happen: the key has a length that the hash takes.
    pub fn keyed_hash(&self, purpose: &str, parts: &[&[u8]]) -> anyhow::Result<[u8; KEY]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.master.0)?;
        for part in [b"solidarity keyed hash".as_slice(), purpose.as_bytes()].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Ok(mac.finalize().into_bytes().into())
    }

    /// Makes a record's key, and the row that keeps it wrapped.
    ///
    /// # Errors
    /// If the system has no randomness, or the newest wrapping key cannot be read.
    pub fn new_key(&self, record: Uuid, now: DateTime<Utc>) -> anyhow::Result<(DataKey, data_key::Model)> {
        let mut bytes = Zeroizing::new([0; KEY]);
        random(&mut *bytes)?;
        let key = DataKey(bytes);
        let row = self.wrap(record, &key, now)?;
        Ok((key, row))
    }

    /// Opens a record's wrapped key.
    ///
    /// # Errors
    /// If its wrapping key is not there, or it was wrapped by another one or for another record, or was tampered with.
    pub fn unwrap_key(&self, row: &data_key::Model) -> anyhow::Result<DataKey> {
        let wrapping = self.epochs.of(row.epoch)?;
        DataKey::of(&wrapping.open("data_key", &wrapped_in(row.epoch), row.record_id, &row.wrapped)?)
    }

    /// The same key, wrapped by the newest wrapping key.
    fn wrap_anew(&self, row: &data_key::Model) -> anyhow::Result<data_key::Model> {
        self.wrap(row.record_id, &self.unwrap_key(row)?, row.created_at)
    }

    fn wrap(
        &self,
        record: Uuid,
        key: &DataKey,
        created_at: DateTime<Utc>,
    ) -> anyhow::Result<data_key::Model> {
        let (epoch, wrapping) = self.epochs.newest()?;
        let wrapped = wrapping.seal("data_key", &wrapped_in(epoch), record, &*key.0)?;
        Ok(data_key::Model { record_id: record, wrapped, epoch, created_at })
    }
}

/// What is sealed in an epoch is bound to it.
fn wrapped_in(epoch: Epoch) -> String {
    if epoch == 0 { "wrapped".to_owned() } else { format!("wrapped {epoch}") }
}

impl DataKey {
    /// The key with these bytes.
    fn of(bytes: &[u8]) -> anyhow::Result<Self> {
        let key: [u8; KEY] = bytes.try_into().context("a key has 32 bytes")?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// A key made from a secret that somebody else keeps (HKDF, RFC 5869), for one purpose.
    ///
    /// # Errors
    /// None that happen: a key is shorter than what HKDF can give.
    pub fn from_secret(secret: &[u8], salt: &[u8], purpose: &str) -> anyhow::Result<Self> {
        let mut key = Zeroizing::new([0; KEY]);
        let expanded = Hkdf::<Sha256>::new(Some(salt), secret).expand(purpose.as_bytes(), &mut *key);
        expanded.map_err(|_| anyhow::anyhow!("a key cannot be derived"))?;
        Ok(Self(key))
    }

    /// Seals a value for one column of one row.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn seal(&self, table: &str, column: &str, row: Uuid, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let aad = associated(table, column, row);
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad })
            .map_err(|_| anyhow::anyhow!("sealing failed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a sealed value.
    ///
    /// # Errors
    /// If key, table, column or row are not those it was sealed for, or it was tampered with.
    pub fn open(
        &self,
        table: &str,
        column: &str,
        row: Uuid,
        sealed: &[u8],
    ) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        ensure!(sealed.len() > NONCE, "a sealed value is too short");
        let (nonce, rest) = sealed.split_at(NONCE);
        let nonce: [u8; NONCE] = nonce.try_into()?;
        let aad = associated(table, column, row);
        self.cipher()
            .decrypt(&XNonce::from(nonce), Payload { msg: rest, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| anyhow::anyhow!("a sealed value does not open with this key"))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0).into())
    }
}

/// The associated data: where the value belongs, and the version of this scheme.
fn associated(table: &str, column: &str, row: Uuid) -> Vec<u8> {
    format!("solidarity 1 {table} {column} {row}").into_bytes()
}

#[allow(clippy::disallowed_methods, reason = "keys and nonces come from the system alone")]
fn random(bytes: &mut [u8]) -> anyhow::Result<()> {
    getrandom::fill(bytes).map_err(|e| anyhow::anyhow!("the system has no randomness: {e}"))
}

/// Reads the key file or makes it; says whether it was made. Two processes that start at once end up with the same key: the
/// second finds the first's.
fn key_file(path: &Path) -> anyhow::Result<(Zeroizing<String>, bool)> {
    let mut is_new = false;
    if !path.exists() {
        let mut bytes = Zeroizing::new([0; KEY]);
        random(&mut *bytes)?;
        let parent = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent)
            .with_context(|| format!("cannot make the folder {}", parent.display()))?;
        is_new = write_once(path, &Zeroizing::new(to_hex(&*bytes)))?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).map(|m| m.permissions().mode()).unwrap_or_default();
        ensure!(
            mode & 0o007 == 0,
            "{} can be read by everybody on this machine: chmod 600 it",
            path.display()
        );
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok((Zeroizing::new(text), is_new))
}

/// Makes a file with this line, for its owner only; false if there is one already. It is written whole under another name, then
/// linked: nobody ever reads half a key, and the first link wins.
fn write_once(path: &Path, line: &str) -> anyhow::Result<bool> {
    use std::io::Write as _;
    let mut name = [0; 8];
    random(&mut name)?;
    let parent = path.parent().unwrap_or(Path::new("."));
    let draft = parent.join(format!(".key.{}", to_hex(&name)));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft).with_context(|| format!("cannot write {}", draft.display()))?;
    writeln!(file, "{line}")?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    if let Ok(folder) = std::fs::File::open(parent) {
        // Not on every file system; where it fails the key is there all the same.
        let _ = folder.sync_all();
    }
    match linked {
        Err(error) if !path.exists() => bail!("cannot make {}: {error}", path.display()),
        linked => Ok(linked.is_ok()),
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn from_hex(text: &str) -> anyhow::Result<Zeroizing<[u8; KEY]>> {
    ensure!(text.len() == KEY * 2, "it has {} characters", text.len());
    let bytes = hex(text)?;
    let mut key = Zeroizing::new([0; KEY]);
    key.copy_from_slice(&bytes);
    Ok(key)
}

fn hex(text: &str) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    ensure!(text.is_ascii() && text.len().is_multiple_of(2), "it is not hexadecimal");
    let pairs = (0..text.len() / 2).map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16));
    Ok(Zeroizing::new(pairs.collect::<Result<Vec<u8>, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_where_it_belongs() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), None).unwrap();
        let (row, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (key, wrapped) = vault.new_key(row, DateTime::UNIX_EPOCH).unwrap();
        let sealed = key.seal("event", "sealed_place", row, b"a house by the river").unwrap();
        assert!(!sealed.windows(5).any(|w| w == b"house"));

        let again = Vault::open(folder.path(), None).unwrap();
        assert_eq!(again.fingerprint(), vault.fingerprint());
        let key = again.unwrap_key(&wrapped).unwrap();
        assert_eq!(&**key.open("event", "sealed_place", row, &sealed).unwrap(), b"a house by the river");
        assert!(key.open("event", "sealed_place", other, &sealed).is_err());
        assert!(key.open("event", "sealed_online", row, &sealed).is_err());
        let moved = data_key::Model { record_id: other, ..wrapped.clone() };
        assert!(again.unwrap_key(&moved).is_err());

        let stranger = Vault::open(tempfile::tempdir().unwrap().path(), None).unwrap();
        assert_ne!(stranger.fingerprint(), vault.fingerprint());
        assert!(stranger.unwrap_key(&wrapped).is_err());
    }

    #[test]
    fn every_process_of_a_folder_wraps_with_the_newest_key_and_opens_what_older_ones_wrapped() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) =
            (Vault::open(folder.path(), None).unwrap(), Vault::open(folder.path(), None).unwrap());
        let row = Uuid::from_u128(1);
        let (_, first) = one.new_key(row, DateTime::UNIX_EPOCH).unwrap();
        assert_eq!((first.epoch, one.epochs.make().unwrap()), (1, 2));
        let (_, second) = other.new_key(row, DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(second.epoch, 2);
        let third = Vault::open(folder.path(), None).unwrap();
        let anew = third.wrap_anew(&first).unwrap();
        assert_eq!(anew.epoch, 2);
        for vault in [&one, &other, &third] {
            assert!([&first, &second, &anew].iter().all(|row| vault.unwrap_key(row).is_ok()));
        }
        assert!(one.unwrap_key(&data_key::Model { epoch: 2, ..first.clone() }).is_err());
        third.epochs.destroy(1).unwrap();
        let last = Vault::open(folder.path(), None).unwrap();
        assert!(last.unwrap_key(&first).is_err() && last.unwrap_key(&anew).is_ok());
        assert_eq!(last.epoch().unwrap(), 2);
        std::fs::remove_file(folder.path().join("master.key")).unwrap();
        assert!(Vault::open(folder.path(), None).is_err(), "the wrapping keys are another master key's");
    }

    #[test]
    fn a_key_that_is_given_wraps_until_somebody_rotates() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Some(&"17".repeat(32).into())).unwrap();
        let (_, row) = vault.new_key(Uuid::from_u128(1), DateTime::UNIX_EPOCH).unwrap();
        assert!(row.epoch == 0 && vault.epochs().unwrap().is_empty());
        assert_eq!(vault.epochs.make().unwrap(), 1);
        assert!(vault.unwrap_key(&row).is_ok());
    }

    #[test]
    fn a_key_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "ab", &"é".repeat(32), &"zz".repeat(32)] {
            assert!(Vault::open(folder.path(), Some(&text.to_owned().into())).is_err());
        }
    }
}
