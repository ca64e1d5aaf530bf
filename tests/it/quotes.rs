//! `/v1/quotes`

use serde_json::{Value, json};

use crate::events::past;
use crate::house::House;
use crate::house::actors::Actor;
use crate::records::address;

async fn quote(host: &Actor<'_>) -> Value {
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await;
    let body = json!({"event": event["id"], "text": "We keep the seeds", "language": "en",
        "attribution": {"level": "pseudonym", "label": "Blue Nile"},
        "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}});
    host.makes("quotes", body).await
}

#[tokio::test]
async fn a_quote_is_recorded_approved_and_withdrawn() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let draft = quote(&host).await;
    assert_eq!(draft["withheld_because"], json!(["not_approved"]));
    assert!(draft["consent"]["id"].is_string());
    assert_eq!(moderator.does("approve", &draft).await["published"], true);
    let item = house.gallery(&draft).await.json();
    assert_eq!(item["text"], "We keep the seeds");

    let withdrawn = host.does("withdraw", &draft).await;
    assert_eq!((&withdrawn["text"], &withdrawn["consent"]), (&json!(""), &json!(null)));
    assert_eq!(house.gallery(&draft).await.status, 410);
    assert!(!house.dump("quote").await.contains("We keep the seeds"));
    let ended = "SELECT count(*) AS n FROM consent WHERE withdrawn_by = 'here'";
    assert_eq!(house.count(ended).await, 1);
    let told = "SELECT count(*) AS n FROM outbox_fact WHERE kind IN ('quote_published', 'quote_withdrawn')";
    assert_eq!(house.count(told).await, 2);
}

#[tokio::test]
async fn other_words_need_another_consent() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let draft = quote(&host).await;
    moderator.does("approve", &draft).await;
    let nameless = host.edits(&draft, json!({"attribution": {"level": "anonymous", "label": null}})).await;
    assert_eq!(nameless["published"], true, "the words are the same");
    for patch in [
        json!({"text": "We sell the seeds"}),
        json!({"translations": {"es": {"text": "Vendemos", "by": "human"}}}),
    ] {
        let edited = moderator.edits(&draft, patch).await;
        assert_eq!(edited["withheld_because"], json!(["consent_other_text"]));
        assert_eq!(house.gallery(&draft).await.status, 410);
        let back =
            moderator.edits(&draft, json!({"text": "We keep the seeds", "translations": {"es": null}})).await;
        assert_eq!(back["published"], true, "it was given to these words");
    }
    let refused = host.patch(address(&draft), json!({"consent": null})).await;
    assert_eq!(refused.faults(), [("#/consent".to_owned(), "unknown_field".to_owned())]);
    assert_eq!(house.count("SELECT count(*) AS n FROM consent").await, 1);
}

#[tokio::test]
async fn without_consent_it_is_not_public_whoever_approves() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let draft = host.makes("quotes", json!({"text": "We keep the seeds", "language": "en"})).await;
    assert_eq!(moderator.does("approve", &draft).await["withheld_because"], json!(["consent_missing"]));
    assert_eq!(house.gallery(&draft).await.status, 404);
    assert_eq!(house.host().await.get(address(&draft)).await.status, 404);
    let own = moderator.makes("quotes", json!({"text": "Words", "language": "en"})).await;
    assert_eq!(moderator.post(&format!("{}/approve", address(&own)), json!({})).await.status, 403);
    let answer = host
        .post(
            "/v1/quotes",
            json!({"text": "W", "language": "en", "consent": {"purpose": "contact", "method": "online"}}),
        )
        .await;
    assert_eq!(answer.faults(), [("#/consent/purpose".to_owned(), "wrong_purpose".to_owned())]);
}

#[tokio::test]
async fn a_repeated_answer_is_gone_with_the_words() {
    let house = House::open().await;
    let host = house.host().await;
    let send = async || {
        let request = house.request(reqwest::Method::POST, "/v1/quotes").bearer_auth(&host.token);
        let body = json!({"text": "We keep the seeds", "language": "en"});
        crate::house::answer(request.header("idempotency-key", "a-key").json(&body)).await
    };
    let draft = send().await.json();
    host.does("withdraw", &draft).await;
    assert_eq!(send().await.status, 410);
}

#[tokio::test]
async fn a_name_that_no_moderator_saw_is_let_through_anew_even_before_anybody_consented() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let draft = host.makes("quotes", json!({"text": "We keep the seeds", "language": "en"})).await;
    moderator.does("approve", &draft).await;
    let named = json!({"attribution": {"level": "pseudonym", "label": "Blue Nile"}});
    assert_eq!(host.edits(&draft, named).await["status"], "draft");
    moderator.does("approve", &draft).await;
    let other = json!({"attribution": {"level": "pseudonym", "label": "White Nile"}});
    assert_eq!(moderator.edits(&draft, other).await["status"], "approved", "that is who lets it through");
    let coarser = json!({"attribution": {"level": "anonymous", "label": null}});
    assert_eq!(host.edits(&draft, coarser).await["status"], "approved", "less asks nobody");
}
