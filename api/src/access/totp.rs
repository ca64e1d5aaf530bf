//! Second factors: time-based one-time passwords (RFC 6238) of six digits and thirty seconds, and recovery codes.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use totp_rs::{Builder, Secret, Totp};

use crate::ids;

/// Recovery codes that are given out.
pub const RECOVERY_CODES: usize = 10;
/// Bytes of an authenticator's secret (RFC 4226 §4).
const SECRET: usize = 20;
/// Letters of a recovery code: no vowels, so that no words come about, and nothing that is read as something else.
const LETTERS: &[u8; 20] = b"bcdfghjkmnpqrstvwxyz";
/// Letters in each half of one: 10 of 20 letters are 43 bits, of which few can be tried.
const HALF: usize = 5;

/// A new secret.
///
/// # Errors
/// If the system has no randomness.
pub fn new_secret() -> anyhow::Result<[u8; SECRET]> {
    ids::secret()
}

/// The secret as people type it (base 32), and the address that authenticators read as a QR code.
///
/// # Errors
/// If the secret is too short.
pub fn shown(secret: &[u8], account: &str) -> anyhow::Result<(SecretString, SecretString)> {
    // A colon would end the issuer's name.
    let totp = builder(secret)
        .with_account_name(account.replace(':', " "))
        .with_issuer(Some("Solidarity"))
        .build()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    let address = totp.to_url().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok((Secret::from(secret).to_base32().into(), address.into()))
}

/// The time step whose code this is, if it is newer than the last one used. One step before and after the present are
/// allowed for clocks that differ.
///
/// # Errors
/// If the secret is too short.
pub fn matching_step(
    secret: &[u8],
    code: &SecretString,
    used: Option<i64>,
    now: DateTime<Utc>,
) -> anyhow::Result<Option<i64>> {
    let totp: Totp = builder(secret).build().map_err(|error| anyhow::anyhow!("{error}"))?;
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let step = totp.check(code.expose_secret(), seconds).and_then(|step| i64::try_from(step).ok());
    Ok(step.filter(|step| used.is_none_or(|used| *step > used)))
}

fn builder(secret: &[u8]) -> Builder {
    Builder::new().with_secret(secret).with_skew(1)
}

/// New recovery codes, such as `bcdfg-hjkmn`.
///
/// # Errors
/// If the system has no randomness.
pub fn new_recovery_codes() -> anyhow::Result<Vec<SecretString>> {
    (0..RECOVERY_CODES).map(|_| recovery_code()).collect()
}

fn recovery_code() -> anyhow::Result<SecretString> {
    let mut letters = Vec::with_capacity(2 * HALF);
    while letters.len() < 2 * HALF {
        // Bytes beyond a multiple of the letters would make some of them likelier.
        let bytes = ids::secret::<16>()?;
        letters.extend(
            bytes.iter().filter(|byte| **byte < 240).map(|byte| char::from(LETTERS[usize::from(byte % 20)])),
        );
    }
    let (left, right) =
        (letters[..HALF].iter().collect::<String>(), letters[HALF..2 * HALF].iter().collect::<String>());
    Ok(format!("{left}-{right}").into())
}

/// A recovery code as it is hashed: however it was typed.
pub fn as_typed(code: &SecretString) -> SecretString {
    let letters = code.expose_secret().chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_accepted_a_step_around_its_time_and_once() {
        // RFC 6238, appendix B: at 59 seconds the secret's code ends in 287082.
        let secret = b"12345678901234567890";
        let code = SecretString::from("287082");
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        assert_eq!(matching_step(secret, &code, None, at(59)).unwrap(), Some(1));
        assert_eq!(matching_step(secret, &code, None, at(89)).unwrap(), Some(1), "a step late");
        assert_eq!(matching_step(secret, &code, None, at(90)).unwrap(), None, "two steps late");
        assert_eq!(matching_step(secret, &code, Some(1), at(59)).unwrap(), None, "used");
        assert_eq!(matching_step(secret, &"000000".into(), None, at(59)).unwrap(), None);
    }

    #[test]
    fn recovery_codes_differ_and_are_read_however_they_are_typed() {
        let codes = new_recovery_codes().unwrap();
        let distinct: std::collections::BTreeSet<_> =
            codes.iter().map(|code| code.expose_secret().to_owned()).collect();
        assert_eq!(distinct.len(), RECOVERY_CODES);
        let typed = as_typed(&" BCDFG hjkmn".into());
        assert_eq!(typed.expose_secret(), as_typed(&"bcdfg-hjkmn".into()).expose_secret());
    }

    #[test]
    fn authenticators_are_told_who_and_whose() {
        let (secret, address) = shown(b"12345678901234567890", "amina:okello@example.org").unwrap();
        assert_eq!(secret.expose_secret(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(
            address.expose_secret().starts_with("otpauth://totp/Solidarity:amina"),
            "{}",
            address.expose_secret()
        );
    }
}
