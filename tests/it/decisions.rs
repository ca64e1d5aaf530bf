//! Decisions are made on what was read, or not at all.

use reqwest::Method;
use serde_json::{Value, json};

use crate::events::{dialogue, past};
use crate::house::actors::Actor;
use crate::house::{Answer, House, answer};
use crate::initiatives::initiative;
use crate::records::address;
use crate::submissions::{newcomer, submit};

/// A verb with this `If-Match`, or with none.
async fn decide(house: &House, by: &Actor<'_>, path: &str, read: &str, body: Value) -> Answer {
    let request = house.request(Method::POST, path).bearer_auth(&by.token).json(&body);
    answer(if read.is_empty() { request } else { request.header("if-match", read) }).await
}

/// What a host made of each kind, which a moderator publishes with the verb, and an edit of it.
async fn drafts(host: &Actor<'_>) -> Vec<(Value, &'static str, Value)> {
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await;
    let outcome = json!({"event": event["id"], "kind": "need", "text": "Water", "language": "en"});
    let quote = json!({"event": event["id"], "text": "We keep seeds", "language": "en"});
    let story = json!({"kind": "blog", "title": "Seeds", "url": "https://example.org/b", "language": "en"});
    vec![
        (host.makes("outcomes", outcome).await, "approve", json!({"text": "Weapons"})),
        (host.makes("quotes", quote).await, "approve", json!({"text": "We sell seeds"})),
        (host.makes("stories", story).await, "approve", json!({"url": "https://example.org/elsewhere"})),
        (host.makes("initiatives", initiative()).await, "publish", json!({"title": "Something else"})),
        (
            host.makes("events", dialogue()).await,
            "schedule",
            json!({"visibility": "public", "title": "Elsewhere"}),
        ),
    ]
}

#[tokio::test]
async fn what_others_made_is_published_as_it_was_read() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    for (draft, verb, edit) in drafts(&host).await {
        let path = format!("{}/{verb}", address(&draft));
        let unread = decide(&house, &moderator, &path, "", json!({})).await;
        assert_eq!((unread.status, &*unread.code()), (428, "precondition_required"), "{path}");
        host.edits(&draft, edit).await;
        let stale = decide(&house, &moderator, &path, "\"1\"", json!({})).await;
        assert_eq!((stale.status, &*stale.code()), (412, "precondition_failed"), "{path}");
        assert_eq!(house.gallery(&draft).await.status, 404, "{path}");
        let read = moderator.get(address(&draft)).await.header("etag").to_owned();
        assert_eq!(decide(&house, &moderator, &path, &read, json!({})).await.status, 200, "{path}");
        let malformed = decide(&house, &moderator, &path, "1", json!({})).await;
        assert_eq!(malformed.status, 400, "{path}");
    }
}

#[tokio::test]
async fn other_decisions_need_no_version_and_honour_it_where_it_is_named() {
    let house = House::open().await;
    let host = house.host().await;
    for (verbs, then) in [(["submit", "cancel"], "cancelled"), (["schedule", "complete"], "held")] {
        let event = host.makes("events", past()).await;
        for (n, verb) in verbs.into_iter().enumerate() {
            let path = format!("{}/{verb}", address(&event));
            assert_eq!(decide(&house, &host, &path, "\"9\"", json!({})).await.status, 412, "{verb}");
            let read = if n == 0 { "" } else { "\"2\"" };
            assert_eq!(decide(&house, &host, &path, read, json!({})).await.status, 200, "{verb}");
        }
        assert_eq!(host.get(address(&event)).await.json()["status"], then);
    }
    for (draft, verb, _) in drafts(&host).await.into_iter().take(3) {
        assert_eq!(verb, "approve");
        let path = format!("{}/withdraw", address(&draft));
        assert_eq!(decide(&house, &host, &path, "\"9\"", json!({})).await.status, 412, "{path}");
        assert_eq!(decide(&house, &host, &path, "\"1\"", json!({})).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_submission_is_decided_as_it_was_read() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let submission = submit(&house, newcomer()).await;
    assert_eq!(decide(&house, &moderator, &submission.at("approve"), "", json!({})).await.status, 428);
    let edited = submission.patch(1, json!({"initiative": {"title": "Otra cosa"}})).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    for (verb, body) in [
        ("approve", json!({})),
        ("reject", json!({"reason_code": "unsafe", "message": "No"})),
        ("request-changes", json!({"message": "More"})),
        ("mark-spam", json!({})),
        ("claim", json!({})),
    ] {
        let stale = decide(&house, &moderator, &submission.at(verb), "\"1\"", body).await;
        assert_eq!(stale.status, 412, "{verb}");
    }
    let read = moderator.get(&submission.at("")).await.header("etag").to_owned();
    assert_eq!(decide(&house, &moderator, &submission.at("approve"), &read, json!({})).await.status, 200);
}

#[tokio::test]
async fn what_a_host_edits_in_review_is_submitted_again() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let mut body = dialogue();
    body["risk"] = json!("moderate");
    let event = host.makes("events", body).await;
    host.does("submit", &event).await;
    assert_eq!(
        host.edits(&event, json!({"title": "Dialogue on seeds"})).await["status"],
        "in_review",
        "nothing changed"
    );
    let corrected = moderator.edits(&event, json!({"summary": "On seeds"})).await;
    assert_eq!(corrected["status"], "in_review", "who may schedule it may correct it");
    assert_eq!(host.patch(address(&event), json!({"risk": "low"})).await.status, 409);
    let edited = host.edits(&event, json!({"title": "Something else"})).await;
    assert_eq!(edited["status"], "draft");
    assert_eq!(host.does("submit", &event).await["status"], "in_review");
}
