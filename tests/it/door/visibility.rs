//! Drafts and private records do not exist in public; unlisted ones have an address and nothing else.

use serde_json::json;

use crate::bundle::{Bundle, event, quote};
use crate::house::House;

#[tokio::test]
async fn nothing_is_public_that_is_not_said_to_be() {
    let house = House::open().await;
    let mut bundle = Bundle::of([
        event("draft"),
        event("review"),
        event("private"),
        event("unsaid"),
        quote("q", "private"),
    ])
    .with("draft", "status", json!("draft"))
    .with("review", "status", json!("in_review"))
    .with("private", "visibility", json!("private"))
    .without("unsaid", "visibility");
    bundle.0.push(
        json!({"type": "initiative", "id": "i", "title": "Sample draft", "country": "SS", "status": "draft"}),
    );
    bundle.0.push(
        json!({"type": "story", "id": "s", "kind": "blog", "title": "Sample", "url": "https://example.org/s",
        "initiative": "i", "status": "approved"}),
    );
    let mut of_both = quote("both", "shown");
    of_both["initiative"] = json!("i");
    bundle.0.extend([event("shown"), of_both]);
    house.import(&bundle).await.applied();
    for list in ["quotes", "initiatives", "stories"] {
        assert!(house.items(&format!("/v1/gallery/{list}")).await.is_empty(), "{list}");
    }
    assert_eq!(house.items("/v1/gallery/events").await.len(), 1, "the one that is shown");
    assert_eq!(house.items("/v1/gallery/changes").await.len(), 1);
}

#[tokio::test]
async fn an_unlisted_event_is_found_by_its_address_alone() {
    let house = House::open().await;
    let unlisted = Bundle::of([event("e"), quote("q", "e")]).with("e", "visibility", json!("unlisted"));
    house.import(&unlisted).await.applied();
    let id = house.id("SELECT id FROM gallery_document WHERE kind = 'event'").await.to_string();
    let path = format!("/v1/gallery/events/{id}");
    assert_eq!(house.get(&path).await.json()["title"], "Sample event e");
    let everywhere = async || {
        let mut text = String::new();
        for path in [
            "events",
            "quotes",
            "changes",
            "search?q=sample",
            "map?zoom=12",
            "map",
            "countries",
            "countries/SS",
            "",
        ] {
            let path = format!("/v1/gallery/{path}");
            text += house.get(path.trim_end_matches('/')).await.text();
        }
        text
    };
    assert!(!everywhere().await.contains(&id));
    assert!(!everywhere().await.contains("Sample words"));

    house.import(&unlisted.clone().with("e", "visibility", json!("private"))).await.applied();
    assert_eq!(house.get(&path).await.status, 410);
    assert!(!everywhere().await.contains(&id), "no tombstone for what was never told");

    house.import(&unlisted.clone().with("e", "visibility", json!("public"))).await.applied();
    assert_eq!(house.items("/v1/gallery/changes").await.len(), 2);
    house.import(&unlisted).await.applied();
    let told = house.items("/v1/gallery/changes").await;
    assert!(told.iter().all(|c| c["op"] == "delete"), "{told:?}");
    assert_eq!(house.get(&path).await.status, 200);
}

#[tokio::test]
async fn a_hidden_edit_leaves_no_trace_outside() {
    let house = House::open().await;
    let bundle = Bundle::of([event("e"), quote("q", "e")]);
    house.import(&bundle).await.applied();
    let item = house.items("/v1/gallery/events").await[0].clone();
    let path = item["links"]["self"].as_str().unwrap();
    let before = house.get(path).await;
    let feed = house.get("/v1/gallery/changes").await;

    let hidden = bundle
        .with(
            "e",
            "place",
            json!({"country": "SS", "venue": "Sample Hall", "point": {"lat": 4.1, "lon": 30.1}}),
        )
        .with("e", "online", json!({"join_url": "https://example.org/join"}))
        .with("e", "capacity", json!(40));
    assert_eq!(house.import(&hidden).await.applied().verdict("e"), "updated");
    let after = house.get(path).await;
    assert_eq!((before.header("etag"), &before.body), (after.header("etag"), &after.body));
    assert_eq!(feed.body, house.get("/v1/gallery/changes").await.body);
}

#[tokio::test]
async fn a_label_that_changes_is_new_in_everything_that_shows_it() {
    let house = House::open().await;
    let theme = json!({"type": "theme", "id": "t", "labels": {"en": "Sample theme"}});
    let organisation = json!({"type": "organisation", "id": "o", "name": "Sample Group", "kind": "ngo"});
    let initiative = json!({"type": "initiative", "id": "i", "title": "Sample initiative", "country": "SS", "organisations": ["o"]});
    let mut held = event("e");
    held["initiative"] = json!("i");
    held["hosts"] = json!(["o"]);
    held["themes"] = json!(["t"]);
    let bundle = Bundle::of([theme, organisation, initiative, held, quote("q", "e")]);
    house.import(&bundle).await.applied();
    let renamed = bundle
        .with("t", "labels", json!({"en": "Renamed theme"}))
        .with("o", "name", json!("Renamed Group"))
        .with("i", "title", json!("Renamed initiative"))
        .with("e", "title", json!("Renamed event"));
    house.import(&renamed).await.applied();
    let event = house.items("/v1/gallery/events").await[0].clone();
    assert_eq!(event["initiative"]["title"], "Renamed initiative");
    assert_eq!(
        (&event["hosts"][0]["name"], &event["themes"][0]["label"]),
        (&json!("Renamed Group"), &json!("Renamed theme"))
    );
    let quote = house.items("/v1/gallery/quotes").await[0].clone();
    assert_eq!(
        (&quote["event"]["title"], &quote["initiative"]["title"]),
        (&json!("Renamed event"), &json!("Renamed initiative"))
    );
    let initiative = house.items("/v1/gallery/initiatives").await[0].clone();
    assert_eq!(initiative["organisations"][0]["name"], "Renamed Group");
    let rebuilt = house.solidarity(&["publish", "rebuild", "--json"]).await.done();
    let rebuilt: serde_json::Value = serde_json::from_str(&rebuilt).unwrap();
    assert_eq!(
        (&rebuilt["written"], &rebuilt["removed"]),
        (&json!(0), &json!(0)),
        "a rebuild finds nothing to do"
    );
}
