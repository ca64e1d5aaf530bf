//! `/v1/events`

mod calendar;
mod let_through;
mod lifecycle;
mod moving;
mod parts;
mod rules;

use serde_json::{Value, json};

/// A dialogue that can be scheduled by its host.
pub fn dialogue() -> Value {
    json!({
        "kind": "dialogue", "title": "Dialogue on seeds", "language": "en", "format": "hybrid", "visibility": "public",
        "when": {"precision": "minute", "starts_local": "2099-03-14T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 120},
        "place": {"country": "SS", "locality": "Yei River County", "venue": "The hidden hall", "point": {"lat": 4.09512, "lon": 30.67834}},
        "public_precision": "locality",
        "online": {"platform": "jitsi", "join_url": "https://meet.example.org/secret-room", "instructions": "Knock twice"},
    })
}

/// One that is over.
pub fn past() -> Value {
    let mut body = dialogue();
    body["when"] = json!({"precision": "day", "date": "2021-06-12"});
    body
}
