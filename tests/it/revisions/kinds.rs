//! Every kind of record has revisions, but people.

use serde_json::{Value, json};

use super::{changes, restored, revisions};
use crate::events::past;
use crate::house::House;
use crate::records::address;

/// A record, an edit of it, and where in the record that is.
struct Case {
    record: Value,
    patch: Value,
    pointer: &'static str,
}

#[tokio::test]
async fn an_edit_of_any_kind_is_put_back() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let theme = moderator.makes("themes", json!({"labels": {"en": "Seeds"}})).await;
    let group = moderator.makes("organisations", json!({"name": "Sample group", "kind": "ngo"})).await;
    let event = moderator.makes("events", past()).await;
    let admin = house.admin().await;
    admin.edits(&event, json!({"hosts": [group["id"]], "themes": [theme["id"]]})).await;
    moderator.does("schedule", &event).await;
    let outcome =
        json!({"event": event["id"], "kind": "need", "text": "Stores are needed", "language": "en"});
    let outcome = moderator.makes("outcomes", outcome).await;
    let story = json!({"event": event["id"], "kind": "blog", "title": "A story", "url": "https://example.org/a", "language": "en"});
    let story = moderator.makes("stories", story).await;
    let quote = json!({"event": event["id"], "text": "We keep the seeds", "language": "en",
        "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}});
    let quote = moderator.makes("quotes", quote).await;
    for record in [&outcome, &story, &quote] {
        assert_eq!(admin.does("approve", record).await["published"], true);
    }
    let cases = [
        Case { record: theme, patch: json!({"labels": {"en": "Grain"}}), pointer: "/labels/en" },
        Case { record: group, patch: json!({"name": "Another name"}), pointer: "/name" },
        Case { record: event, patch: json!({"title": "Another title"}), pointer: "/title" },
        Case { record: outcome, patch: json!({"text": "Roads are needed"}), pointer: "/text" },
        Case { record: story, patch: json!({"url": "https://example.org/b"}), pointer: "/url" },
        Case { record: quote, patch: json!({"text": "We sell the seeds"}), pointer: "/text" },
    ];
    for Case { record, patch, pointer } in cases {
        let before = moderator.get(address(&record)).await.json();
        let edited = admin.edits(&record, patch).await;
        let version = edited["version"].as_i64().unwrap();
        let listed = revisions(&moderator, &record).await;
        let (was, is) = (before.pointer(pointer).unwrap(), edited.pointer(pointer).unwrap());
        assert_eq!(changes(&listed[0]), [(format!("#{pointer}").as_str(), was, is)]);
        let back = restored(&house, &admin, &record, version).await;
        assert_eq!(back.pointer(pointer).unwrap(), was);
        assert_eq!(back["published"], before["published"], "{pointer}");
        assert_eq!(revisions(&moderator, &record).await.len(), 2);
    }
    assert!(house.get("/v1/themes").await.text().contains("\"Seeds\""));
    let person = moderator.makes("people", json!({"display_name": "Amina", "role": "activist"})).await;
    moderator.edits(&person, json!({"display_name": "Blue Nile"})).await;
    assert_eq!(moderator.get(&format!("{}/revisions", address(&person))).await.status, 404);
    assert!(!house.dump("revision").await.contains("Amina"), "a former name is not kept");
    let none =
        "SELECT count(*) AS n FROM revision WHERE version = 2 AND through = 'edit' AND changes IS NULL";
    assert_eq!(house.count(none).await, 0);
}

#[tokio::test]
async fn a_restored_text_is_public_only_with_a_consent_to_it() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await;
    let quote = json!({"event": event["id"], "text": "We keep the seeds", "language": "en",
        "attribution": {"level": "pseudonym", "label": "Blue Nile"},
        "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}});
    let quote = host.makes("quotes", quote).await;
    moderator.does("approve", &quote).await;
    let nameless = json!({"text": "We sell the seeds", "attribution": {"level": "anonymous"}});
    moderator.edits(&quote, nameless).await;
    assert_eq!(house.gallery(&quote).await.status, 410);
    let listed = revisions(&host, &quote).await;
    assert_eq!(listed[0]["fields"], json!(["attribution", "text"]));
    let words = (&json!("We keep the seeds"), &json!("We sell the seeds"));
    assert_eq!(changes(&listed[0]), [("#/text", words.0, words.1)], "how somebody is named is not kept");

    let back = restored(&house, &moderator, &quote, 3).await;
    assert_eq!((&back["published"], &back["attribution"]["level"]), (&json!(true), &json!("anonymous")));
    assert_eq!(house.gallery(&quote).await.json()["text"], "We keep the seeds");
    let other = restored(&house, &moderator, &quote, 4).await;
    assert_eq!(other["withheld_because"], json!(["consent_other_text"]), "nobody consented to these words");
    assert_eq!(house.gallery(&quote).await.status, 410);
}
