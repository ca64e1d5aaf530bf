//! `/v1/imports`: files of records over HTTP.

mod again;
mod calendars;
mod landing;
mod lines;
mod lost;
mod tables;
mod undone;

use reqwest::Method;
use serde_json::{Value, json};

use crate::bundle::Bundle;
use crate::house::actors::Actor;
use crate::house::{Answer, House, answer};
use crate::records::address;

/// All that a partner may ask for in these tests.
const SCOPES: [&str; 6] = [
    "imports:write",
    "events:read",
    "outcomes:read",
    "quotes:read",
    "initiatives:read",
    "registrations:read",
];

/// A new organisation, and its system.
async fn partner<'a>(house: &'a House, admin: &Actor<'_>) -> (Value, Actor<'a>) {
    let name = format!("Group {}", api::ids::v4());
    let organisation = admin.makes("organisations", json!({"name": name, "kind": "ngo"})).await;
    let path = format!("{}/keys", address(&organisation));
    let key = admin.post(&path, json!({"name": "Desk", "scopes": SCOPES})).await;
    (organisation, house.with_key(&key.json()))
}

/// Sends a file.
async fn send(house: &House, by: &Actor<'_>, query: &str, file: impl Into<Vec<u8>>) -> Answer {
    send_with(house, by, query, file, None).await
}

async fn send_with(
    house: &House,
    by: &Actor<'_>,
    query: &str,
    file: impl Into<Vec<u8>>,
    key: Option<&str>,
) -> Answer {
    let request = house.request(Method::POST, &format!("/v1/imports{query}")).bearer_auth(&by.token);
    let request = request.header("content-type", "application/x-ndjson").body(file.into());
    answer(match key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    })
    .await
}

/// Sends a file and has it taken in; the import.
async fn import(house: &House, by: &Actor<'_>, query: &str, file: impl Into<Vec<u8>>) -> Value {
    let sent = send(house, by, query, file).await;
    assert_eq!(sent.status, 202, "{}", sent.text());
    assert_eq!(
        (sent.json()["status"].as_str(), sent.header("location")),
        (Some("queued"), address(&sent.json()))
    );
    house.run_jobs().await;
    by.get(sent.header("location")).await.json()
}

/// What became of its lines.
async fn verdicts(by: &Actor<'_>, import: &Value, query: &str) -> Vec<Value> {
    let told = by.get(&format!("{}{query}", import["links"]["verdicts"].as_str().unwrap())).await;
    assert_eq!((told.status, told.header("content-type")), (200, "application/x-ndjson"), "{}", told.text());
    told.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The verdicts as words: line, verdict, and the pointers and codes of the faults.
fn words(verdicts: &[Value]) -> Vec<String> {
    let word = |verdict: &Value| {
        let faults = verdict["errors"].as_array().into_iter().flatten();
        let faults = faults.map(|fault| {
            format!(" {} {}", fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap())
        });
        format!("{} {}{}", verdict["line"], verdict["verdict"].as_str().unwrap(), faults.collect::<String>())
    };
    verdicts.iter().map(word).collect()
}

/// An event of the past in a file.
fn event(id: &str) -> Value {
    json!({"type": "event", "id": id, "kind": "dialogue", "title": "Seeds", "format": "in_person",
        "when": {"precision": "minute", "starts_local": "2027-03-14T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 60},
        "place": {"country": "SS"}, "visibility": "public", "status": "scheduled"})
}

fn file(lines: impl IntoIterator<Item = Value>) -> String {
    Bundle::of(lines).text()
}

/// The record that a line brought, as whoever sent it reads it.
async fn record(by: &Actor<'_>, collection: &str, verdicts: &[Value], id: &str) -> Value {
    let verdict = verdicts.iter().find(|verdict| verdict["id"] == id).expect(id);
    let found = by.get(&format!("/v1/{collection}/{}", verdict["record"].as_str().unwrap())).await;
    assert_eq!(found.status, 200, "{id}: {}", found.text());
    found.json()
}
