//! Sealing what must not be read: exact places, join links, later contacts and private notes.
//!
//! Every record with secrets has a data key of its own; the database keeps it only wrapped by the master key, which lives
//! in a file or the environment, never in the database. Deleting a record's wrapped key erases its secrets. All sealing is
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with a random 24-byte nonce in front, bound to table, column and row by
//! the associated data, so that a sealed value moved to another row does not open.

mod keyring;

use std::path::Path;

use anyhow::{Context, bail, ensure};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

pub use keyring::Keyring;

/// Bytes of a key.
const KEY: usize = 32;
/// Bytes of a nonce.
const NONCE: usize = 24;

/// A key in memory, wiped when dropped.
pub struct DataKey(Zeroizing<[u8; KEY]>);

/// Holds the master key.
pub struct Vault {
    master: DataKey,
}

impl Vault {
    /// Takes the master key from the setting if there is one, else from `<data-dir>/master.key`, which is made on the
    /// first start, readable by its owner only.
    ///
    /// # Errors
    /// If the key is not 64 hexadecimal digits, or the file can be neither read nor made.
    pub fn open(data_dir: &Path, given: Option<&SecretString>) -> anyhow::Result<Self> {
        let text = match given {
            Some(key) => Zeroizing::new(key.expose_secret().to_owned()),
            None => Zeroizing::new(key_file(&data_dir.join("master.key"))?),
        };
        Ok(Self {
            master: DataKey(from_hex(text.trim()).context("the master key must be 64 hexadecimal digits")?),
        })
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

    /// Makes a record's key and its wrapped form.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new_key(&self, record: Uuid) -> anyhow::Result<(DataKey, Vec<u8>)> {
        let mut bytes = Zeroizing::new([0; KEY]);
        random(&mut *bytes)?;
        let key = DataKey(bytes);
        let wrapped = self.master.seal("data_key", "wrapped", record, &*key.0)?;
        Ok((key, wrapped))
    }

    /// Opens a record's wrapped key.
    ///
    /// # Errors
    /// If it was wrapped by another master key or for another record, or was tampered with.
    pub fn unwrap_key(&self, record: Uuid, wrapped: &[u8]) -> anyhow::Result<DataKey> {
        let bytes = self.master.open("data_key", "wrapped", record, wrapped)?;
        let key: [u8; KEY] = bytes.as_slice().try_into().context("a data key has 32 bytes")?;
        Ok(DataKey(Zeroizing::new(key)))
    }
}

impl DataKey {
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

/// Reads the key file or makes it. Two processes that start at once end up with the same key: the second finds the first's.
fn key_file(path: &Path) -> anyhow::Result<String> {
    use std::io::Write as _;
    if !path.exists() {
        let mut bytes = Zeroizing::new([0; KEY]);
        random(&mut *bytes)?;
        let parent = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent)
            .with_context(|| format!("cannot make the folder {}", parent.display()))?;
        // Written whole under another name, then linked: nobody ever reads half a key, and the first link wins.
        let draft = parent.join(format!(".master.key.{}", to_hex(&bytes[..8])));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft).with_context(|| format!("cannot write {}", draft.display()))?;
        writeln!(file, "{}", &*Zeroizing::new(to_hex(&*bytes)))?;
        file.sync_all()?;
        let linked = std::fs::hard_link(&draft, path);
        std::fs::remove_file(&draft)?;
        if let Err(error) = linked
            && !path.exists()
        {
            bail!("cannot make {}: {error}", path.display());
        }
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
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn from_hex(text: &str) -> anyhow::Result<Zeroizing<[u8; KEY]>> {
    ensure!(text.len() == KEY * 2 && text.is_ascii(), "it has {} characters", text.len());
    let mut key = Zeroizing::new([0; KEY]);
    for (i, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[i * 2..i * 2 + 2], 16)?;
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_where_it_belongs() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), None).unwrap();
        let (row, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (key, wrapped) = vault.new_key(row).unwrap();
        let sealed = key.seal("event", "sealed_place", row, b"a house by the river").unwrap();
        assert!(!sealed.windows(5).any(|w| w == b"house"));

        let again = Vault::open(folder.path(), None).unwrap();
        assert_eq!(again.fingerprint(), vault.fingerprint());
        let key = again.unwrap_key(row, &wrapped).unwrap();
        assert_eq!(&**key.open("event", "sealed_place", row, &sealed).unwrap(), b"a house by the river");
        assert!(key.open("event", "sealed_place", other, &sealed).is_err());
        assert!(key.open("event", "sealed_online", row, &sealed).is_err());
        assert!(again.unwrap_key(other, &wrapped).is_err());

        let stranger = Vault::open(tempfile::tempdir().unwrap().path(), None).unwrap();
        assert_ne!(stranger.fingerprint(), vault.fingerprint());
        assert!(stranger.unwrap_key(row, &wrapped).is_err());
    }

    #[test]
    fn a_key_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "ab", &"é".repeat(32), &"zz".repeat(32)] {
            assert!(Vault::open(folder.path(), Some(&text.to_owned().into())).is_err());
        }
    }
}
