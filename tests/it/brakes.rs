//! What makes things safer at once, and what takes a second person: `/v1/lockdown`,
//! `/v1/countries/{code}/risk`, `/v1/proposals`, `/v1/reports`, `/v1/manage-links`.

mod countries;
mod lockdown;
mod lost_links;
mod proposals;
mod reports;

use serde_json::{Value, json};

use crate::events::past;
use crate::house::House;
use crate::house::actors::Actor;
use crate::records::address;

/// A quote, an outcome and a story of an event, approved.
pub async fn of_event(host: &Actor<'_>, moderator: &Actor<'_>, event: &Value) -> [Value; 3] {
    let id = &event["id"];
    let made = [
        (
            "quotes",
            json!({"event": id, "text": "We keep the seeds", "language": "en",
            "attribution": {"level": "pseudonym", "label": "Blue Nile"},
            "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}}),
        ),
        ("outcomes", json!({"event": id, "kind": "need", "text": "Stores are needed", "language": "en"})),
        (
            "stories",
            json!({"event": id, "kind": "blog", "title": "A story", "url": "https://example.org/a", "language": "en"}),
        ),
    ];
    let mut approved = Vec::new();
    for (collection, body) in made {
        let record = host.makes(collection, body).await;
        approved.push(moderator.does("approve", &record).await);
    }
    approved.try_into().unwrap()
}

/// An event of the past that is public.
pub async fn held(host: &Actor<'_>) -> Value {
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await
}

/// Proposes something, with success; the proposal.
async fn proposes(who: &Actor<'_>, body: Value) -> Value {
    let answer = who.post("/v1/proposals", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let proposal = answer.json();
    assert_eq!(answer.header("location"), address(&proposal));
    proposal
}

/// What is proposed of an event.
fn of(event: &Value, changes: Value) -> Value {
    json!({"subject": "event", "id": event["id"], "changes": changes, "reason": "It is calm again"})
}

/// Everything that the public side says, in one text.
async fn all_of_it(house: &House) -> String {
    let mut text = String::new();
    for path in [
        "",
        "/events",
        "/quotes",
        "/outcomes",
        "/stories",
        "/initiatives",
        "/countries",
        "/countries/SS",
        "/map?zoom=3",
        "/map?zoom=12&bbox=30,3,32,5",
        "/search?q=seeds",
        "/changes",
        "/events.ics",
    ] {
        let answer = house.get(&format!("/v1/gallery{path}")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        text += answer.text();
    }
    text
}
