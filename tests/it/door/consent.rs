//! A published quote has an active consent to its very text.

use std::time::Duration;

use serde_json::json;

use crate::bundle::{Bundle, event, quote};
use crate::house::House;

#[tokio::test]
async fn leaving_out_the_consent_takes_the_quote_from_everywhere() {
    let house = House::open().await;
    let bundle = Bundle::of([event("e"), quote("q", "e"), quote("other", "e")]);
    house.import(&bundle).await.applied();
    let quotes = house.items("/v1/gallery/quotes").await;
    let id =
        quotes.iter().find(|q| q["text"] == "Sample words q").unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/gallery/quotes/{id}");
    let feed = house.get("/v1/gallery/changes").await.json();
    let cursor = feed["next_cursor"].as_str().unwrap();

    house.import(&bundle.clone().without("q", "consent")).await.applied();

    let answer = house.get(&path).await;
    assert_eq!((answer.status, &answer.json()["code"]), (410, &json!("gone")));
    assert!(!answer.text().contains("Sample words"));
    assert_eq!(house.items("/v1/gallery/quotes").await.len(), 1);
    let page = house.get("/v1/gallery/countries/SS").await.json();
    assert_eq!((page["quotes"].as_array().unwrap().len(), &page["counts"]["quotes"]), (1, &json!(1)));
    assert_eq!(house.get("/v1/gallery").await.json()["totals"]["quotes"], 1);
    let found = house.items("/v1/gallery/search?q=sample%20words").await;
    assert!(found.len() == 1 && found[0]["id"] != json!(id), "{found:?}");
    let map = house.get("/v1/gallery/map").await.json();
    assert_eq!(map["features"][0]["properties"]["count"], 2, "an event and a quote");
    let near = house.get("/v1/gallery/map?zoom=12").await;
    assert!(!near.text().contains(&id));
    let since = house.items(&format!("/v1/gallery/changes?cursor={cursor}")).await;
    assert_eq!(since.len(), 1, "{since:?}");
    assert_eq!(
        (&since[0]["op"], &since[0]["id"], &since[0]["kind"]),
        (&json!("delete"), &json!(id), &json!("quote"))
    );
    assert!(since[0].get("item").is_none());

    // Stated again, it is back, under the same address.
    house.import(&bundle).await.applied();
    assert_eq!(house.get(&path).await.json()["text"], "Sample words q");
    assert_eq!(house.get("/v1/gallery").await.json()["totals"]["quotes"], 2);
}

#[tokio::test]
async fn without_moderation_consent_or_the_right_channel_there_is_no_quote() {
    let house = House::open().await;
    let consent = |more: serde_json::Value| {
        let mut consent = json!({"purpose": "publish_quote", "method": "online"});
        consent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        consent
    };
    let bundle = Bundle::of([
        event("e"),
        quote("draft", "e"),
        quote("unasked", "e"),
        quote("press", "e"),
        quote("expired", "e"),
    ])
    .with("draft", "status", json!("draft"))
    .without("unasked", "consent")
    .with("press", "consent", consent(json!({"scope": ["press"]})))
    .with("expired", "consent", consent(json!({"expires_at": "2020-01-01T00:00:00Z"})));
    house.import(&bundle).await.applied();
    assert!(house.items("/v1/gallery/quotes").await.is_empty());
    assert!(house.items("/v1/gallery/search?q=words").await.is_empty());
}

#[tokio::test]
async fn a_consent_for_the_gallery_alone_keeps_the_quote_out_of_the_feed() {
    let house = House::open().await;
    let consent = json!({"purpose": "publish_quote", "method": "online", "scope": ["gallery"]});
    let bundle = Bundle::of([event("e"), quote("q", "e")]).with("q", "consent", consent);
    house.import(&bundle).await.applied();
    assert_eq!(house.items("/v1/gallery/quotes").await.len(), 1);
    let kinds =
        |changes: Vec<serde_json::Value>| changes.iter().map(|c| c["kind"].clone()).collect::<Vec<_>>();
    assert_eq!(kinds(house.items("/v1/gallery/changes").await), ["event"]);
    house.import(&bundle.without("q", "consent")).await.applied();
    assert_eq!(
        kinds(house.items("/v1/gallery/changes").await),
        ["event"],
        "who never heard of it hears nothing now"
    );
}

#[tokio::test]
async fn a_consent_is_over_the_instant_it_expires_and_the_tombstone_follows() {
    let house = House::open().await;
    let end = house.now() + Duration::from_secs(3600);
    let consent = json!({"purpose": "publish_quote", "method": "online", "expires_at": end});
    let bundle = Bundle::of([event("e"), quote("q", "e"), quote("r", "e")]).with("q", "consent", consent);
    house.import(&bundle).await.applied();
    let quotes = house.items("/v1/gallery/quotes").await;
    let id =
        quotes.iter().find(|q| q["text"] == "Sample words q").unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/gallery/quotes/{id}");
    assert_eq!(house.get(&path).await.status, 200);

    house.advance(Duration::from_secs(3600));
    for after_the_job in [false, true] {
        if after_the_job {
            house.run_jobs().await;
        }
        assert_eq!(house.get(&path).await.status, 410, "{after_the_job}");
        assert_eq!(house.items("/v1/gallery/quotes").await.len(), 1);
        assert_eq!(house.items("/v1/gallery/search?q=words").await.len(), 1);
        assert_eq!(house.get("/v1/gallery").await.json()["totals"]["quotes"], 1, "{after_the_job}");
        assert_eq!(house.get("/v1/gallery/countries/SS").await.json()["counts"]["quotes"], 1);
        assert!(!house.get("/v1/gallery/map?zoom=12").await.text().contains(&id));
        let told = house.items("/v1/gallery/changes").await;
        assert_eq!(told.iter().find(|c| c["id"] == json!(id)).unwrap()["op"], "delete");
    }
}

#[tokio::test]
async fn another_text_needs_another_consent() {
    let house = House::open().await;
    let bundle = Bundle::of([event("e"), quote("q", "e")]);
    house.import(&bundle).await.applied();
    // No call edits a quote yet; this is what one would leave behind.
    house.sql("UPDATE quote SET text = 'Sample words nobody said'").await;
    house.solidarity(&["publish", "rebuild"]).await.done();
    assert!(house.items("/v1/gallery/quotes").await.is_empty());

    house.sql("UPDATE quote SET text = 'Sample words q'").await;
    house.solidarity(&["publish", "rebuild"]).await.done();
    assert_eq!(house.items("/v1/gallery/quotes").await.len(), 1);
    let translated = r#"{"es": {"text": "Palabras que nadie dijo", "by": "machine"}}"#;
    house.sql(&format!("UPDATE quote SET translations = '{translated}'")).await;
    house.solidarity(&["publish", "rebuild"]).await.done();
    assert!(house.items("/v1/gallery/quotes").await.is_empty(), "nor another translation");
}

#[tokio::test]
async fn no_published_quote_of_the_samples_lacks_an_active_consent() {
    let house = House::with_samples().await;
    let unconsented = "SELECT count(*) AS n FROM gallery_document d WHERE d.kind = 'quote' AND d.withdrawn_at IS NULL \
        AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.quote_id = d.id AND c.withdrawn_at IS NULL)";
    assert_eq!(house.count(unconsented).await, 0);
    assert!(house.items("/v1/gallery/quotes").await.len() >= 8);
}

#[tokio::test]
async fn withdrawn_words_are_nowhere_on_disk() {
    let house = House::open().await;
    let mut said = quote("q", "e");
    said["text"] = json!("Sample words to be forgotten");
    house.import(&Bundle::of([event("e"), said])).await.applied();
    assert!(house.dump("quote").await.contains("to be forgotten"));
    house.import(&Bundle::of([json!({"type": "quote", "id": "q", "status": "withdrawn"})])).await.applied();
    for table in ["quote", "gallery_document", "gallery_search"] {
        assert!(!house.dump(table).await.contains("forgotten"), "{table}");
    }
}
