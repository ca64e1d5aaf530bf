//! `/v1/stories`

use serde_json::json;

use crate::events::past;
use crate::house::House;
use crate::records::address;

#[tokio::test]
async fn a_story_is_recorded_approved_edited_and_withdrawn() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await;
    let body = json!({"kind": "video", "title": "The seeds of Yei", "url": "https://example.org/v", "event": event["id"], "language": "en"});
    let draft = host.makes("stories", body).await;
    assert_eq!(house.gallery(&draft).await.status, 404);
    assert_eq!(moderator.does("approve", &draft).await["published"], true);
    moderator.edits(&draft, json!({"title": "The seeds of Morobo"})).await;
    assert_eq!(house.gallery(&draft).await.json()["title"], "The seeds of Morobo");
    let withdrawn = host.does("withdraw", &draft).await;
    assert_eq!((&withdrawn["title"], &withdrawn["url"]), (&json!(""), &json!("")));
    assert_eq!(house.gallery(&draft).await.status, 410);
    assert!(!house.dump("story").await.contains("The seeds of Morobo"));
    let told = "SELECT count(*) AS n FROM outbox_fact WHERE kind IN ('story_published', 'story_withdrawn')";
    assert_eq!(house.count(told).await, 2);
}

#[tokio::test]
async fn a_story_is_no_more_public_than_its_event() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = host.makes("events", past()).await;
    let body = json!({"kind": "blog", "title": "T", "url": "https://example.org/b", "event": event["id"], "language": "en"});
    let draft = host.makes("stories", body).await;
    assert_eq!(moderator.does("approve", &draft).await["withheld_because"], json!(["event_withheld"]));
    let told = "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'story_published'";
    assert_eq!(house.count(told).await, 0);
    host.does("schedule", &event).await;
    assert_eq!(house.gallery(&draft).await.status, 200);
    assert_eq!(host.get(address(&draft)).await.json()["published"], true);
}
