//! `/v1/outcomes`

use serde_json::json;

use crate::events::past;
use crate::house::House;
use crate::records::{address, sorted};

#[tokio::test]
async fn an_outcome_is_recorded_approved_edited_and_withdrawn() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await;
    let later = host.makes("events", past()).await;
    let body = json!({"event": event["id"], "kind": "recommendation", "text": "Share seeds", "language": "en",
        "addressed_to": ["donors"], "followed_by": [later["id"]]});
    let draft = host.makes("outcomes", body).await;
    assert_eq!(draft["withheld_because"], json!(["not_approved"]));
    assert_eq!(host.post(&format!("{}/approve", address(&draft)), json!({})).await.status, 403);
    assert_eq!(moderator.does("approve", &draft).await["published"], true);
    assert_eq!(house.gallery(&draft).await.json()["text"], "Share seeds");
    moderator.edits(&draft, json!({"text": "Share all seeds"})).await;
    assert_eq!(house.gallery(&draft).await.json()["text"], "Share all seeds");
    assert_eq!(moderator.delete(address(&draft)).await.status, 409);

    let withdrawn = host.does("withdraw", &draft).await;
    assert_eq!((&withdrawn["status"], &withdrawn["text"]), (&json!("withdrawn"), &json!("")));
    assert_eq!(house.gallery(&draft).await.status, 410);
    assert!(!house.dump("outcome").await.contains("Share all seeds"));
    assert_eq!(host.patch(address(&draft), json!({"text": "Again"})).await.status, 422);
    assert_eq!(
        host.post(&format!("{}/withdraw", address(&draft)), json!({})).await.json()["allowed"],
        json!([])
    );
}

#[tokio::test]
async fn hosts_record_what_came_of_their_own_events_only() {
    let house = House::open().await;
    let (host, other) = (house.host().await, house.host().await);
    let event = host.makes("events", past()).await;
    let body = json!({"event": event["id"], "kind": "need", "text": "Water", "language": "en"});
    let refused = other.post("/v1/outcomes", body.clone()).await;
    assert_eq!(sorted(&refused), [("#/event".to_owned(), "unknown_reference".to_owned())]);
    let by_staff = house.moderator().await.makes("outcomes", body).await;
    assert_eq!(host.get(address(&by_staff)).await.status, 200, "it came from the host's event");
    assert_eq!(other.get(address(&by_staff)).await.status, 404);
    let refused = host.patch(address(&by_staff), json!({"event": null})).await;
    assert_eq!(refused.status, 422);
    let own = format!("/v1/outcomes?event={}&status=draft&kind=need", event["id"].as_str().unwrap());
    assert_eq!(host.get(&own).await.json()["items"].as_array().unwrap().len(), 1);
}
