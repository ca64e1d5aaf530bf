//! Manage tokens: for somebody without an account, for exactly one record.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use std::future::{Ready, ready};
use zeroize::Zeroizing;

use super::allowed::bearer;
use crate::ids;
use crate::problem::{Kind, Problem};
use crate::vault::Vault;

/// What manage tokens begin with.
const PREFIX: &str = "sol_mt_";
/// Bytes of the secret.
const SECRET: usize = 32;
/// Bytes of the check behind it.
const CHECK: usize = 4;

/// A token that is told once. What is stored is a keyed hash. It has no `Debug`.
///
/// As a parameter of a handler it is the one in `Authorization: Bearer …`: 401 without it, and for what is none. Whether a
/// record has it is for the room to say, with [`Problem::bad_token`] where none does.
#[derive(Clone)]
pub struct ManageToken(Zeroizing<[u8; SECRET]>);

impl ManageToken {
    /// A new one, of 256 random bits.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self(Zeroizing::new(ids::secret()?)))
    }

    /// Reads one; none if it was mistyped or is something else. The check only tells typing errors early: everybody can
    /// make it.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?);
        let (secret, check) = bytes.split_at_checked(SECRET)?;
        let token = Self(Zeroizing::new(secret.try_into().ok()?));
        (check == token.check()).then_some(token)
    }

    /// Its text, as it is told.
    pub fn text(&self) -> SecretString {
        let bytes = Zeroizing::new([&self.0[..], &self.check()].concat());
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(&*bytes)).into()
    }

    /// The keyed hash under which a record of this kind has it: a token for one kind opens no other.
    ///
    /// # Errors
    /// None that happen; see [`Vault::keyed_hash`].
    pub fn hash(&self, vault: &Vault, kind: &str) -> anyhow::Result<Vec<u8>> {
        Ok(vault.keyed_hash("manage token", &[kind.as_bytes(), &*self.0])?.to_vec())
    }

    fn check(&self) -> [u8; CHECK] {
        let hash = Sha256::new().chain_update(PREFIX).chain_update(*self.0).finalize();
        std::array::from_fn(|at| hash[at])
    }
}

/// A manage token in the one answer that tells it. It has no `Debug`.
pub struct Told(SecretString);

impl Told {
    /// The text of a token.
    pub fn new(token: &ManageToken) -> Self {
        Self(token.text())
    }
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

impl FromRequest for ManageToken {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(header) = req.headers().get(AUTHORIZATION) else {
            return ready(Err(Problem::of(Kind::Unauthenticated)));
        };
        let token = header.to_str().ok().and_then(bearer).and_then(Self::read);
        ready(token.ok_or(Problem::bad_token()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_token_is_read_back_and_a_mistyped_one_is_not() {
        let vault = Vault::open(Path::new(""), Some(&"5e".repeat(32).into())).unwrap();
        let token = ManageToken::new().unwrap();
        let text = token.text();
        let text = text.expose_secret();
        assert_eq!((text.len(), &text[..7]), (55, "sol_mt_"));
        let hash = |token: &ManageToken, kind| token.hash(&vault, kind).unwrap();
        assert_eq!(hash(&ManageToken::read(text).unwrap(), "submission"), hash(&token, "submission"));
        assert_ne!(hash(&token, "registration"), hash(&token, "submission"));
        let typo = text.replace(&text[20..21], if &text[20..21] == "A" { "B" } else { "A" });
        for other in ["", "sol_mt_", &text[1..], &text[..54], &typo, &format!("{text}AAAA")] {
            assert!(ManageToken::read(other).is_none(), "{other}");
        }
    }
}
