//! Identifiers in addresses: one spelling each, so that a document has one address and caches one key.

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
