//! New identifiers and secrets.

use chrono::{DateTime, Utc};
use uuid::{NoContext, Timestamp, Uuid};

/// A UUIDv7 (RFC 9562 §5.7) of an instant, for what nobody outside reads or tells of nobody: the instant can be read from it.
pub fn v7(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
}

/// A UUIDv4 (RFC 9562 §5.4), for people and whatever may be public: it does not tell when somebody joined, spoke, or wrote down
/// a meeting of which only the month may be known.
#[allow(clippy::disallowed_methods, reason = "the one place that makes them")]
pub fn v4() -> Uuid {
    Uuid::new_v4()
}

/// Random bytes for secrets that are given out: tokens, codes, salts.
///
/// # Errors
/// If the system has no randomness.
#[allow(clippy::disallowed_methods, reason = "the one place that makes them")]
pub fn secret<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("the system has no randomness: {error}"))?;
    Ok(bytes)
}
