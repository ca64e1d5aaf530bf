//! Where an answer is kept, and what opens it.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use uuid::Uuid;

use super::{Caller, refused};
use crate::http::json::strict;
use crate::problem::Problem;
use crate::vault::{DataKey, Vault};

/// Bits that a key without credentials has at least.
const BITS: f64 = 128.0;

/// The place of one answer.
pub(super) struct Place {
    /// A keyed hash of caller, route and key.
    pub(super) id: Uuid,
    /// A keyed hash of the body.
    pub(super) body_hash: Vec<u8>,
    /// Seals the answer. Made from the key the caller holds, and from ours: a copy of the database opens nothing, even
    /// where somebody chose a key that can be guessed.
    pub(super) seal: DataKey,
}

impl Place {
    pub(super) fn of(
        vault: &Vault,
        key: &SecretString,
        caller: Caller,
        route: &str,
        body: &[u8],
    ) -> Result<Self, Problem> {
        let key = key.expose_secret();
        let holder = match caller {
            Caller::Nobody if bits(key) < BITS => {
                return Err(refused(
                    "weak_key",
                    "must have at least 128 bits without credentials: a UUID, or 22 random letters and digits",
                ));
            }
            Caller::Nobody => Uuid::nil(),
            Caller::Holder(id) => id,
        };
        let parts: [&[u8]; 3] = [holder.as_bytes(), route.as_bytes(), key.as_bytes()];
        let hash =
            |purpose: &str, parts: &[&[u8]]| vault.keyed_hash(purpose, parts).map_err(Problem::internal);
        let id = hash("idempotency id", &parts)?;
        let salt = hash("idempotency salt", &parts)?;
        let seal = DataKey::from_secret(key.as_bytes(), &salt, "solidarity idempotent answer 1");
        Ok(Self {
            id: Uuid::from_bytes(std::array::from_fn(|at| id[at])),
            body_hash: hash("idempotency body", &[&id, &canonical(body)])?.to_vec(),
            seal: seal.map_err(Problem::internal)?,
        })
    }
}

/// How many bits a text has at most, by its length and the characters it is made of. Whether it was drawn by chance nobody
/// can see.
fn bits(key: &str) -> f64 {
    let (mut letters, mut any) = (0.0, Vec::new());
    let hexadecimal = key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/') && !hexadecimal {
            letters += 1.0;
        }
        if !any.contains(&byte) {
            any.push(byte);
        }
    }
    // One character again and again is no key, however long.
    if any.len() < 8 {
        return 0.0;
    }
    letters * if hexadecimal { 4.0 } else { 6.0 }
}

/// The body in one spelling: JSON that says the same is the same, and no body is `{}`.
fn canonical(body: &[u8]) -> Vec<u8> {
    match strict(body) {
        _ if body.is_empty() => b"{}".to_vec(),
        Ok(value) => sorted(&value).to_string().into_bytes(),
        Err(_) => body.to_vec(),
    }
}

/// The same value with the members of every object in the order of their names.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            Value::Object(members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_credentials_has_128_bits() {
        for strong in [
            "0b5c3c0e-6d0f-4a51-9f0b-3f1e2d7c9a84",
            "0b5c3c0e6d0f4a519f0b3f1e2d7c9a84",
            "Zq3kT0xW9bL2mV7cR5nY1p",
        ] {
            assert!(bits(strong) >= BITS, "{strong}");
        }
        for weak in [
            "1",
            "retry-1",
            "0b5c3c0e-6d0f-4a51-9f0b",
            "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "Zq3kT0xW9bL2mV7cR5nY1",
        ] {
            assert!(bits(weak) < BITS, "{weak}");
        }
    }

    #[test]
    fn bodies_that_say_the_same_are_the_same() {
        let same = canonical(br#"{"a":1,"b":{"c":[1,2],"d":null}}"#);
        assert_eq!(canonical(br#" { "b": {"d": null, "c": [1.0, 2]}, "a": 1 } "#), same);
        assert_ne!(canonical(br#"{"a":1,"b":{"c":[2,1],"d":null}}"#), same);
        assert_eq!(canonical(b""), canonical(b"{ }"));
        assert_eq!(canonical(b"no json"), b"no json");
    }
}
