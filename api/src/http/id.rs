//! Identifiers and versions in addresses: one spelling each, so that a document has one address and caches one key.

use serde::{Deserialize, Deserializer, de::Error};
use uuid::Uuid;

/// Reads a UUID in its canonical text form (RFC 9562 §4): lower case, with hyphens.
///
/// # Errors
/// Any other spelling.
pub fn canonical<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    let text = String::deserialize(deserializer)?;
    let id = Uuid::parse_str(&text).ok().filter(|id| id.hyphenated().to_string() == text);
    id.ok_or_else(|| D::Error::custom("must be a UUID in lower case with hyphens"))
}

/// Reads the number of a version: from 1, without sign or leading zeros.
///
/// # Errors
/// Any other spelling.
pub fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = String::deserialize(deserializer)?;
    let version = text.parse().ok().filter(|version: &i64| *version > 0 && version.to_string() == text);
    version.ok_or_else(|| D::Error::custom("must be a whole number from 1"))
}
