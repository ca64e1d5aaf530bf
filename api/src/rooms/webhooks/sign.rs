//! Secrets, and what deliveries are signed with (Standard Webhooks 1.0).

use ::entity::data_key;
use ::entity::webhook_endpoint::Model;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::SecretString;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::ids;
use crate::vault::{DataKey, Vault};

/// What secrets begin with.
const PREFIX: &str = "whsec_";
/// Bytes of a secret.
const SECRET: usize = 32;
const TABLE: &str = "webhook_endpoint";
const COLUMN: &str = "sealed_secret";

/// A secret.
pub(super) struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub(super) fn new() -> anyhow::Result<Self> {
        let bytes = Zeroizing::new(ids::secret::<SECRET>()?);
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// As it is told.
    pub(super) fn text(&self) -> SecretString {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(&*self.0)).into()
    }

    /// As it is kept.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub(super) fn seal(&self, key: &DataKey, webhook: impl Into<uuid::Uuid>) -> anyhow::Result<Vec<u8>> {
        key.seal(TABLE, COLUMN, webhook.into(), &self.0)
    }

    fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> anyhow::Result<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0)?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Ok(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
    }
}

/// The secrets with which deliveries to a webhook are signed now: the newest first.
///
/// # Errors
/// If they do not open.
pub(super) fn secrets(
    vault: &Vault,
    key: &data_key::Model,
    row: &Model,
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<Secret>> {
    let key = vault.unwrap_key(key)?;
    let previous =
        row.sealed_previous.as_ref().filter(|_| row.previous_until.is_some_and(|until| until > now));
    let sealed = std::iter::once(&row.sealed_secret).chain(previous);
    sealed.map(|sealed| Ok(Secret(key.open(TABLE, COLUMN, row.id.0, sealed)?))).collect()
}

/// The value of `webhook-signature`: a signature by each secret.
///
/// # Errors
/// None that happen: a key has a length that the hash takes.
pub(super) fn signatures(
    secrets: &[Secret],
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> anyhow::Result<String> {
    let all = secrets.iter().map(|secret| secret.sign(id, timestamp, body));
    Ok(all.collect::<anyhow::Result<Vec<_>>>()?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_specification() {
        // The example of the reference implementations.
        let secret =
            Secret(Zeroizing::new(BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()));
        let signed =
            signatures(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#)
                .unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
