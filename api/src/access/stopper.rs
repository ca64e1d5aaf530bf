//! Tokens that end letters of one kind about one record, and do nothing else. They are always the same, so that every letter has one and none
//! is stored; nobody makes one without the master key.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vault::Vault;

/// Bytes of the check behind the identifier.
const CHECK: usize = 16;

/// Makes and reads such tokens for one kind of records.
#[derive(Clone, Copy, Debug)]
pub struct Stopper {
    prefix: &'static str,
    purpose: &'static str,
}

impl Stopper {
    /// For records whose tokens begin with this; the check is for this purpose.
    pub const fn new(prefix: &'static str, purpose: &'static str) -> Self {
        Self { prefix, purpose }
    }

    /// The token of a record.
    ///
    /// # Errors
    /// None that happen; see [`Vault::keyed_hash`].
    pub fn token(&self, vault: &Vault, id: Uuid) -> anyhow::Result<SecretString> {
        let bytes = [&id.as_bytes()[..], &self.check(vault, id)?].concat();
        Ok(format!("{}{}", self.prefix, BASE64_URL_SAFE_NO_PAD.encode(bytes)).into())
    }

    /// The record that a token is for; none if it is none of ours.
    ///
    /// # Errors
    /// None that happen; see [`Vault::keyed_hash`].
    pub fn read(&self, vault: &Vault, text: &str) -> anyhow::Result<Option<Uuid>> {
        let Some(text) = text.strip_prefix(self.prefix) else { return Ok(None) };
        let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(text) else { return Ok(None) };
        let Some((id, told)) = bytes.split_at_checked(16) else { return Ok(None) };
        let Ok(id) = Uuid::from_slice(id) else { return Ok(None) };
        let genuine = told.len() == CHECK && bool::from(self.check(vault, id)?.ct_eq(told));
        Ok(genuine.then_some(id))
    }

    fn check(&self, vault: &Vault, id: Uuid) -> anyhow::Result<[u8; CHECK]> {
        let whole = vault.keyed_hash(self.purpose, &[id.as_bytes()])?;
        Ok(std::array::from_fn(|at| whole[at]))
    }
}

/// What mail programs send (RFC 8058). It is not looked at.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub struct OneClick {
    /// `One-Click`.
    #[schema(rename = "List-Unsubscribe", example = "One-Click")]
    list_unsubscribe: String,
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_token_is_for_one_record_and_nobody_else_makes_one() {
        let vault = |byte: &str| Vault::open(Path::new(""), Some(&byte.repeat(32).into())).unwrap();
        let (one, other) = (Stopper::new("sol_un_", "one"), Stopper::new("sol_un_", "other"));
        let id = Uuid::from_u128(7);
        let token = one.token(&vault("5e"), id).unwrap();
        let text = token.expose_secret();
        assert_eq!(one.read(&vault("5e"), text).unwrap(), Some(id));
        assert_eq!(one.read(&vault("5f"), text).unwrap(), None);
        assert_eq!(other.read(&vault("5e"), text).unwrap(), None);
        for wrong in ["", "sol_un_", &text[1..], &text[..text.len() - 4], &format!("{text}AAAA")] {
            assert_eq!(one.read(&vault("5e"), wrong).unwrap(), None, "{wrong}");
        }
    }
}
