//! `/v1/initiatives`

mod lifecycle;
mod own;
mod refusals;

use serde_json::{Value, json};

/// An initiative with an exact point.
pub fn initiative() -> Value {
    json!({
        "title": "Seeds of the Nile", "summary": "Sample summary", "language": "en", "country": "SS",
        "place": {"region": "Central Equatoria", "locality": "Yei River County", "point": {"lat": 4.09512, "lon": 30.67834}},
        "public_precision": "locality", "languages": ["en", "ar"], "url": "https://example.org/seeds",
        "translations": {"ar": {"title": "بذور النيل", "by": "human"}},
    })
}
