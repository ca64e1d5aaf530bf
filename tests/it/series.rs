//! `/v1/series`

mod fairness;
mod lifecycle;
mod making;
mod recurrences;
mod refusals;
mod split;

use chrono::{DateTime, Duration, NaiveDateTime, Timelike as _, Utc};
use serde_json::{Value, json};

use crate::house::House;
use crate::house::actors::Actor;
use crate::records::address;

/// A weekly Jam Session at 19:00 in Santiago, the first in three days.
pub fn weekly(house: &House) -> Value {
    let start = (house.now() + Duration::days(3)).date_naive().and_hms_opt(19, 0, 0).unwrap();
    json!({
        "template": {
            "kind": "jam_session", "title": "Weekly circle", "language": "es", "format": "online", "visibility": "public",
            "place": {"country": "CL", "venue": "The hidden hall"},
            "online": {"platform": "jitsi", "join_url": "https://meet.example.org/secret-room"},
            "questions": ["What do you carry?"],
        },
        "starts_local": written(start), "time_zone": "America/Santiago", "duration_minutes": 90,
        "rrule": "FREQ=WEEKLY", "events_become": "scheduled",
    })
}

/// A wall time as it is written.
pub fn written(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// A wall time some days after another.
pub fn later(local: &Value, days: i64) -> String {
    written(local.as_str().unwrap().parse::<NaiveDateTime>().unwrap() + Duration::days(days))
}

/// Every occurrence from a date on, over all pages.
pub async fn occurrences(actor: &Actor<'_>, series: &Value, period: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("{}/occurrences?limit=100{period}{cursor}", address(series));
        let page = actor.get(&path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        let page = page.json();
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// The events of a series that were made, in order.
pub async fn events(actor: &Actor<'_>, series: &Value) -> Vec<Value> {
    let mut events = Vec::new();
    for occurrence in occurrences(actor, series, "").await {
        if let Some(id) = occurrence["event"].as_str() {
            events.push(actor.get(&format!("/v1/events/{id}")).await.json());
        }
    }
    events
}

/// An instant that is told, to the second.
pub fn instant(text: &Value) -> DateTime<Utc> {
    text.as_str().unwrap().parse::<DateTime<Utc>>().unwrap().with_nanosecond(0).unwrap()
}
