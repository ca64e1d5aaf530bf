//! An e-mail address, and the keyed hash by which its account is found.

use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;

use crate::vault::Vault;

/// An e-mail address. It has no `Debug`: it belongs in no log.
#[derive(Clone)]
pub struct Address {
    text: SecretString,
    hash: [u8; 32],
}

impl Address {
    /// As it was given. Two spellings that differ in case or in Unicode's forms are the same address.
    ///
    /// # Errors
    /// None that happen; see [`Vault::keyed_hash`].
    pub fn new(vault: &Vault, text: &str) -> anyhow::Result<Self> {
        let text = text.trim();
        let normal = zeroize::Zeroizing::new(text.nfkc().collect::<String>().to_lowercase());
        let hash = vault.keyed_hash("account e-mail", &[normal.as_bytes()])?;
        Ok(Self { text: text.into(), hash })
    }

    /// The address.
    pub fn text(&self) -> &str {
        self.text.expose_secret()
    }

    /// The keyed hash of its normal form.
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }
}
