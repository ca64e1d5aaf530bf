//! `/v1/guides`

use serde_json::{Value, json};

use crate::events::dialogue;
use crate::house::House;
use crate::records::{address, sorted};

fn guide() -> Value {
    json!({
        "title": "Seeds and land", "language": "en", "questions": ["What grows here?", "Who owns it?"],
        "translations": {"es": {"title": "Semillas", "questions": ["¿Qué crece aquí?", "¿De quién es?"], "by": "human"}},
    })
}

fn named(guide: &Value, version: i32) -> Value {
    let mut body = dialogue();
    body["guide"] = json!({"id": guide["id"], "version": version});
    body
}

#[tokio::test]
async fn a_published_version_never_changes() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let made = moderator.makes("guides", guide()).await;
    assert_eq!((&made["published"], &made["is_changed"]), (&json!([]), &json!(true)));
    let first = format!("{}/versions/1", address(&made));
    assert_eq!(moderator.get(&first).await.status, 404);
    let published = moderator.does("publish", &made).await;
    assert_eq!((&published["published"][0]["version"], &published["is_changed"]), (&json!(1), &json!(false)));
    let again = moderator.post(&format!("{}/publish", address(&made)), json!({})).await;
    assert_eq!((again.status, again.code().as_str()), (409, "conflict"));

    let before = moderator.get(&first).await.json();
    assert_eq!(
        (&before["questions"][1], &before["translations"]["es"]["questions"][0]),
        (&json!("Who owns it?"), &json!("¿Qué crece aquí?"))
    );
    let edited = moderator.edits(&made, json!({"questions": ["What grows here now?", "Who owns it?"]})).await;
    assert_eq!(edited["is_changed"], true);
    assert_eq!(moderator.get(&first).await.json(), before);
    let path = format!("{}/publish", address(&made));
    let (one, other) = tokio::join!(moderator.post(&path, json!({})), moderator.post(&path, json!({})));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "of two at once one publishes it");
    let now = moderator.get(address(&made)).await.json();
    assert_eq!(now["published"].as_array().unwrap().len(), 2);
    assert_eq!(moderator.get("/v1/guides").await.json()["items"], json!([now]));
    let told = "SELECT count(*) AS n FROM audit_entry WHERE record_kind = 'guide' AND action = 'publish'";
    assert_eq!(house.count(told).await, 2);
}

#[tokio::test]
async fn events_have_the_questions_of_the_version_they_name() {
    let house = House::open().await;
    let (moderator, host) = (house.moderator().await, house.host().await);
    let made = moderator.makes("guides", guide()).await;
    let refused = host.post("/v1/events", named(&made, 1)).await;
    assert_eq!(
        sorted(&refused),
        [("#/guide".to_owned(), "unknown_reference".to_owned())],
        "not before it is published"
    );
    moderator.does("publish", &made).await;
    let event = host.makes("events", named(&made, 1)).await;
    assert_eq!((&event["questions"], &event["guide"]["version"]), (&guide()["questions"], &json!(1)));
    host.does("schedule", &event).await;
    let mut spanish = named(&made, 1);
    spanish["language"] = json!("es-CL");
    let spanish = host.makes("events", spanish).await;
    assert_eq!(spanish["questions"][0], "¿Qué crece aquí?");

    moderator.edits(&made, json!({"questions": ["What?", "Whose?"]})).await;
    moderator.does("publish", &made).await;
    let same = host.edits(&event, json!({"title": "Another"})).await;
    assert_eq!(same["questions"], guide()["questions"]);
    let newer = host.edits(&event, json!({"guide": {"version": 2}})).await;
    assert_eq!(newer["questions"], json!(["What?", "Whose?"]));
    let refused = host.patch(address(&event), json!({"questions": ["Mine?"]})).await;
    assert_eq!(sorted(&refused), [("#/questions".to_owned(), "given_by_guide".to_owned())]);
    let own = host.edits(&event, json!({"guide": null, "questions": ["Mine?"]})).await;
    assert_eq!((&own["questions"], &own["guide"]), (&json!(["Mine?"]), &Value::Null));

    let exported = house.export().await;
    assert!(exported.contains(r#""guide":{"id":"#), "a bundle tells which version it was");
    let elsewhere = House::open().await;
    elsewhere.import_bytes(exported.as_bytes(), &[]).await;
    assert_eq!(elsewhere.export().await, exported, "and brings it along, with the questions");
}

#[tokio::test]
async fn moderators_write_guides_and_hosts_read_them() {
    let house = House::open().await;
    let (moderator, host) = (house.moderator().await, house.host().await);
    let made = moderator.makes("guides", guide()).await;
    assert_eq!(host.post("/v1/guides", guide()).await.status, 403);
    assert_eq!(host.patch(address(&made), json!({"title": "Mine"})).await.status, 403);
    assert_eq!(host.post(&format!("{}/publish", address(&made)), json!({})).await.status, 403);
    assert_eq!(host.get(address(&made)).await.json()["title"], "Seeds and land");
    assert_eq!(house.member().await.get(address(&made)).await.status, 403);
    let stale = moderator.patch_version(address(&made), "\"7\"", json!({"title": "X"})).await;
    assert_eq!(stale.status, 412);

    let mut body = guide();
    body["translations"]["es"]["questions"] = json!(["¿Una?"]);
    body["translations"]["en"] = json!({"questions": ["One?", "Two?"], "by": "human"});
    let refused = moderator.post("/v1/guides", body).await;
    assert_eq!(
        sorted(&refused),
        [
            ("#/translations/en".to_owned(), "repeated_language".to_owned()),
            ("#/translations/es/questions".to_owned(), "wrong_number".to_owned()),
        ]
    );
    let refused =
        moderator.post("/v1/guides", json!({"title": "T", "language": "en", "questions": []})).await;
    assert_eq!(refused.status, 422);
    for number in ["0", "x", "99999999999"] {
        assert_eq!(
            moderator.get(&format!("{}/versions/{number}", address(&made))).await.status,
            404,
            "{number}"
        );
    }
}

#[tokio::test]
async fn a_series_with_a_guide_gives_events_with_its_questions() {
    let house = House::open().await;
    let (moderator, host) = (house.moderator().await, house.host().await);
    let made = moderator.makes("guides", guide()).await;
    let mut body = crate::series::weekly(&house);
    body["template"]["questions"] = json!([]);
    body["template"]["guide"] = json!({"id": made["id"], "version": 1});
    let refused = host.post("/v1/series", body.clone()).await;
    assert_eq!(sorted(&refused), [("#/template/guide".to_owned(), "unknown_reference".to_owned())]);
    moderator.does("publish", &made).await;
    let series = host.makes("series", body).await;
    house.run_jobs().await;
    let events = crate::series::events(&host, &series).await;
    assert_eq!(events[0]["questions"][0], "¿Qué crece aquí?");
}
