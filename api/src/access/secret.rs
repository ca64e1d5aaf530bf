//! Secrets that are given out: each begins with a word that says what it is, so that one that leaks is recognised, and is
//! stored only as a keyed hash.

use ::entity::ids::SessionId;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::ids;
use crate::vault::Vault;

/// What one-time tokens begin with.
const ONE_TIME: &str = "sol_ot_";
/// What the secret parts of calendar addresses begin with.
const CALENDAR_FEED: &str = "sol_cf_";
/// What refresh tokens begin with.
const REFRESH: &str = "sol_rt_";
/// Bytes of a secret.
const SECRET: usize = 32;
/// Bytes of the check at the end of a refresh token.
const CHECK: usize = 16;

/// The keyed hash under which a secret is stored.
///
/// # Errors
/// None that happen; see [`Vault::keyed_hash`].
pub fn hash(vault: &Vault, purpose: &str, secret: &SecretString) -> anyhow::Result<Vec<u8>> {
    Ok(vault.keyed_hash(purpose, &[secret.expose_secret().as_bytes()])?.to_vec())
}

/// A new token for a one-time link.
///
/// # Errors
/// If the system has no randomness.
pub fn one_time() -> anyhow::Result<SecretString> {
    new(ONE_TIME)
}

/// A new secret part of the address of a calendar.
///
/// # Errors
/// If the system has no randomness.
pub fn calendar_feed() -> anyhow::Result<SecretString> {
    new(CALENDAR_FEED)
}

fn new(prefix: &str) -> anyhow::Result<SecretString> {
    let bytes = Zeroizing::new(ids::secret::<SECRET>()?);
    Ok(format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(*bytes)).into())
}

/// A refresh token: the session it belongs to, 256 secret bits, and a check by which one that was once given out is told
/// from one that somebody made up. So one that is used again is recognised however old it is, and only two hashes are
/// stored for each session.
pub struct RefreshToken {
    session: SessionId,
    secret: Zeroizing<[u8; SECRET]>,
}

impl RefreshToken {
    /// The first one of a session.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn first(session: SessionId) -> anyhow::Result<Self> {
        Ok(Self { session, secret: Zeroizing::new(ids::secret()?) })
    }

    /// The one that follows. It is always the same, so that a client whose answer got lost, and two tabs that refresh at
    /// the same time, end up with one and the same token.
    ///
    /// # Errors
    /// None that happen; see [`Vault::keyed_hash`].
    pub fn successor(&self, vault: &Vault) -> anyhow::Result<Self> {
        let secret =
            vault.keyed_hash("refresh token successor", &[self.session.0.as_bytes(), &*self.secret])?;
        Ok(Self { session: self.session, secret: Zeroizing::new(secret) })
    }

    /// Reads one that was given out; none if it never was.
    ///
    /// # Errors
    /// None that happen; see [`Vault::keyed_hash`].
    pub fn read(vault: &Vault, text: &SecretString) -> anyhow::Result<Option<Self>> {
        let Some(bytes) = text.expose_secret().strip_prefix(REFRESH) else { return Ok(None) };
        let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(bytes).map(Zeroizing::new) else { return Ok(None) };
        let Some((session, rest)) = bytes.split_at_checked(16) else { return Ok(None) };
        let Some((secret, check)) = rest.split_at_checked(SECRET) else { return Ok(None) };
        let (Ok(session), Ok(secret)) = (Uuid::from_slice(session), <[u8; SECRET]>::try_from(secret)) else {
            return Ok(None);
        };
        let token = Self { session: session.into(), secret: Zeroizing::new(secret) };
        let genuine = check.len() == CHECK && bool::from(token.check(vault)?.ct_eq(check));
        Ok(genuine.then_some(token))
    }

    /// The session it belongs to.
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Its text, as it is given out.
    ///
    /// # Errors
    /// None that happen; see [`Vault::keyed_hash`].
    pub fn text(&self, vault: &Vault) -> anyhow::Result<SecretString> {
        let bytes =
            Zeroizing::new([self.session.0.as_bytes(), &self.secret[..], &self.check(vault)?].concat());
        Ok(format!("{REFRESH}{}", BASE64_URL_SAFE_NO_PAD.encode(&*bytes)).into())
    }

    /// The keyed hash under which it is stored.
    ///
    /// # Errors
    /// None that happen; see [`Vault::keyed_hash`].
    pub fn hash(&self, vault: &Vault) -> anyhow::Result<Vec<u8>> {
        Ok(vault.keyed_hash("refresh token", &[self.session.0.as_bytes(), &*self.secret])?.to_vec())
    }

    fn check(&self, vault: &Vault) -> anyhow::Result<[u8; CHECK]> {
        let whole = vault.keyed_hash("refresh token check", &[self.session.0.as_bytes(), &*self.secret])?;
        Ok(std::array::from_fn(|at| whole[at]))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_refresh_token_is_read_back_and_one_that_was_made_up_is_not() {
        let vault = Vault::open(Path::new(""), Some(&"5e".repeat(32).into())).unwrap();
        let first = RefreshToken::first(SessionId(Uuid::from_u128(7))).unwrap();
        let text = first.text(&vault).unwrap();
        let read = RefreshToken::read(&vault, &text).unwrap().unwrap();
        assert_eq!(
            (read.session(), read.hash(&vault).unwrap()),
            (first.session(), first.hash(&vault).unwrap())
        );
        let next = first.successor(&vault).unwrap();
        assert_ne!(next.hash(&vault).unwrap(), first.hash(&vault).unwrap());
        assert_eq!(next.hash(&vault).unwrap(), read.successor(&vault).unwrap().hash(&vault).unwrap());

        let text = text.expose_secret();
        let flipped =
            format!("{}{}", &text[..text.len() - 2], if text.ends_with("AA") { "BB" } else { "AA" });
        for other in ["", "sol_rt_", &text[1..], &text[..text.len() - 4], &flipped, &format!("{text}AAAA")] {
            assert!(RefreshToken::read(&vault, &other.to_owned().into()).unwrap().is_none(), "{other}");
        }
        let stranger = Vault::open(Path::new(""), Some(&"5f".repeat(32).into())).unwrap();
        assert!(RefreshToken::read(&stranger, &text.to_owned().into()).unwrap().is_none());
    }
}
