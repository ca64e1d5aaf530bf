//! What only a moderator may schedule stands as a moderator let it through.

use std::time::Duration;

use serde_json::{Value, json};

use super::{dialogue, past};
use crate::house::House;
use crate::house::actors::Actor;
use crate::records::address;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// An event that a moderator scheduled for its host.
async fn let_through(house: &House, host: &Actor<'_>, mut body: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    let event = host.makes("events", body).await;
    host.does("submit", &event).await;
    house.moderator().await.does("schedule", &event).await
}

async fn forbidden(actor: &Actor<'_>, event: &Value, patch: Value) {
    let answer = actor.patch(address(event), patch.clone()).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"), "{patch}: {}", answer.text());
}

#[tokio::test]
async fn its_host_does_not_make_public_what_was_let_through_as_private() {
    let house = House::open().await;
    let host = house.host().await;
    for visibility in ["private", "unlisted"] {
        let members = json!({"risk": "moderate", "visibility": visibility});
        let event = let_through(&house, &host, dialogue(), members).await;
        forbidden(&host, &event, json!({"visibility": "public"})).await;
        forbidden(&host, &event, json!({"visibility": "public", "title": "Unread"})).await;
        assert!(house.items("/v1/gallery/events").await.is_empty());
        let wider = house.moderator().await.edits(&event, json!({"visibility": "public"})).await;
        assert_eq!(wider["published"], true);
        assert_eq!(host.edits(&event, json!({"visibility": "private"})).await["published"], false);
    }
    let harmless = host.makes("events", dialogue()).await;
    host.edits(&harmless, json!({"visibility": "private"})).await;
    host.does("schedule", &harmless).await;
    assert_eq!(host.edits(&harmless, json!({"visibility": "public"})).await["published"], true);
}

#[tokio::test]
async fn its_host_makes_it_safer_moves_it_and_calls_it_off() {
    let house = House::open().await;
    let host = house.host().await;
    let event =
        let_through(&house, &host, dialogue(), json!({"risk": "moderate", "registration": "open"})).await;
    let when = json!({"precision": "minute", "starts_local": "2099-03-15T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 60});
    for patch in [
        json!({"title": "Unread"}),
        json!({"when": when}),
        json!({"recording": "https://example.org/unread"}),
        json!({"translations": {"es": {"title": "Sin leer", "by": "human"}}}),
        json!({"place": {"locality": "Unread"}}),
        json!({"place": {"point": {"lat": 5.1, "lon": 31.9}}}),
    ] {
        forbidden(&host, &event, patch).await;
    }
    for patch in [
        json!({"capacity": 12}),
        json!({"place": {"venue": "Another house", "point": {"lat": 4.09, "lon": 30.67}}}),
        json!({"online": {"join_url": "https://meet.example.org/another"}}),
        json!({"registration": "closed"}),
        json!({"public_precision": "country"}),
        json!({"risk": "high"}),
    ] {
        host.edits(&event, patch).await;
    }
    let moved = host.post(&format!("{}/reschedule", address(&event)), json!({"when": when})).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    assert_eq!(host.does("cancel", &event).await["status"], "cancelled");
}

#[tokio::test]
async fn an_embargo_is_over_no_earlier_for_another_time() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let yesterday = (house.now() - DAY).format("%Y-%m-%d").to_string();
    let when = json!({"precision": "day", "date": yesterday});
    let event = let_through(&house, &host, past(), json!({"risk": "high", "when": when})).await;
    host.does("complete", &event).await;
    let long_ago = json!({"when": {"precision": "month", "date": "2020-01"}});
    forbidden(&host, &event, long_ago.clone()).await;
    let corrected = moderator.edits(&event, long_ago).await;
    assert_eq!(corrected["withheld_because"], json!(["embargo"]), "it counts from when it was held");
    house.advance(13 * DAY);
    house.run_jobs().await;
    assert_eq!(house.gallery(&event).await.status, 404);
    house.advance(33 * DAY);
    house.run_jobs().await;
    assert_eq!(house.gallery(&event).await.json()["when"]["date"], "2020-01");
}

#[tokio::test]
async fn a_risk_that_is_raised_later_counts_from_when_it_was_held_too() {
    let house = House::open().await;
    let host = house.host().await;
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await;
    host.does("complete", &event).await;
    host.edits(&event, json!({"when": {"precision": "year", "date": "2001"}})).await;
    let raised = host.edits(&event, json!({"risk": "high"})).await;
    assert_eq!(raised["withheld_because"], json!(["embargo"]));
    assert_eq!(house.gallery(&event).await.status, 410);
}
