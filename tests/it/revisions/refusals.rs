//! Who may not, and what the rules refuse.

use reqwest::Method;
use serde_json::json;

use super::{changes, published, published_of, restore, restore_on, restored, revisions};
use crate::events::past;
use crate::house::{House, answer};
use crate::records::address;

#[tokio::test]
async fn who_may_not_read_a_record_reads_no_revision_of_it() {
    let house = House::open().await;
    let (moderator, record) = published(&house).await;
    moderator.edits(&record, json!({"title": "Second"})).await;
    let (list, one) =
        (format!("{}/revisions", address(&record)), format!("{}/revisions/3", address(&record)));
    for (somebody, status) in [(house.host().await, 404), (house.member().await, 403)] {
        assert_eq!(somebody.get(&list).await.status, status);
        assert_eq!(somebody.get(&one).await.status, status);
        assert_eq!(somebody.delete(&one).await.status, status);
        assert_eq!(restore_on(&house, &somebody, &record, 3, "*").await.status, status);
    }
    assert_eq!((house.get(&list).await.status, house.get(&one).await.status), (401, 401));
    for absent in ["2", "99", "0", "03", "-3", "x", "9223372036854775808"] {
        let path = format!("{list}/{absent}");
        assert_eq!(moderator.get(&path).await.status, 404, "{absent}");
        assert_eq!(moderator.delete(&path).await.status, 404, "{absent}");
        let request = house.request(Method::POST, &format!("{path}/restore")).bearer_auth(&moderator.token);
        let refused = answer(request.header("if-match", "*").json(&json!({}))).await;
        assert_eq!((refused.status, refused.code().as_str()), (404, "not_found"), "{absent}");
    }
    let theme = house.admin().await.makes("themes", json!({"labels": {"en": "Seeds"}})).await;
    house.admin().await.edits(&theme, json!({"labels": {"en": "Grain"}})).await;
    let host = house.host().await;
    assert_eq!(revisions(&host, &theme).await.len(), 1, "hosts read themes");
    assert_eq!(restore(&house, &host, &theme, 2).await.status, 403, "and do not edit them");
}

#[tokio::test]
async fn a_restore_names_the_version_it_is_made_on_and_is_made_once() {
    let house = House::open().await;
    let (moderator, record) = published(&house).await;
    moderator.edits(&record, json!({"title": "Second"})).await;
    let missing = restore_on(&house, &moderator, &record, 3, "").await;
    assert_eq!((missing.status, missing.code().as_str()), (428, "precondition_required"));
    let stale = restore_on(&house, &moderator, &record, 3, "\"2\"").await;
    assert_eq!((stale.status, stale.code().as_str()), (412, "precondition_failed"));
    let send = async || {
        let path = format!("{}/revisions/3/restore", address(&record));
        let request =
            house.request(Method::POST, &path).bearer_auth(&moderator.token).header("if-match", "\"3\"");
        answer(request.header("idempotency-key", "a-key").json(&json!({}))).await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status, second.status), (200, 200), "{}", second.text());
    assert_eq!((first.header("etag"), second.header("idempotent-replayed")), ("\"4\"", "true"));
    assert_eq!(revisions(&moderator, &record).await.len(), 2);
}

#[tokio::test]
async fn what_an_edit_may_not_do_a_restore_may_not_do() {
    let house = House::open().await;
    let host = house.host().await;
    let (moderator, record) = published_of(&house, &host).await;
    moderator.edits(&record, json!({"public_precision": "country", "title": "Second"})).await;
    let refused = restore(&house, &moderator, &record, 3).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"), "{}", refused.text());
    assert!(refused.text().contains("second person"));

    let theme = moderator.makes("themes", json!({"labels": {"en": "Seeds"}})).await;
    moderator.edits(&record, json!({"themes": [theme["id"]]})).await;
    moderator.edits(&record, json!({"themes": []})).await;
    assert_eq!(moderator.delete(address(&theme)).await.status, 204);
    let refused = restore(&house, &moderator, &record, 5).await;
    assert_eq!(refused.faults(), [("#/themes/0".to_owned(), "unknown_reference".to_owned())]);

    moderator.edits(&record, json!({"translations": {"ar": {"title": "بذور", "by": "human"}}})).await;
    moderator.edits(&record, json!({"translations": {"ar": null}})).await;
    let refused = restore(&house, &moderator, &record, 6).await;
    assert_eq!(refused.faults(), [("#/translations/ar/by".to_owned(), "required".to_owned())]);
    let back = restored(&house, &moderator, &record, 7).await;
    assert_eq!(back["translations"]["ar"], json!({"title": "بذور", "by": "human"}));

    let admin = house.admin().await;
    let group = admin.makes("organisations", json!({"name": "Sample group", "kind": "ngo"})).await;
    admin.edits(&record, json!({"organisations": [group["id"]]})).await;
    admin.edits(&record, json!({"organisations": []})).await;
    let refused = restore(&house, &host, &record, 10).await;
    assert_eq!(refused.faults(), [("#/organisations/0".to_owned(), "unknown_reference".to_owned())]);
    let back = restored(&house, &admin, &record, 10).await;
    assert_eq!(back["organisations"], json!([group["id"]]), "an admin may name it");
}

#[tokio::test]
async fn what_is_over_is_not_put_back() {
    let house = House::open().await;
    let host = house.host().await;
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await;
    host.edits(&event, json!({"title": "Second"})).await;
    host.does("cancel", &event).await;
    let refused = restore(&house, &host, &event, 3).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "wrong_state"));
    assert_eq!(revisions(&host, &event).await.len(), 1);
}

#[tokio::test]
async fn what_is_sealed_or_not_shown_is_told_by_name_and_not_put_back() {
    let house = House::open().await;
    let (host, admin) = (house.host().await, house.admin().await);
    let person = json!({"display_name": "Amina", "role": "activist"});
    let person = admin.makes("people", person).await;
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await;
    admin
        .edits(
            &event,
            json!({"hosts": [person["id"]], "capacity": 77, "risk": "moderate",
        "place": {"venue": "The other hall", "point": {"lat": 3.70123, "lon": 30.80456}},
        "online": {"join_url": "https://meet.example.org/other-room"}, "headcount": {"activist": 41}}),
        )
        .await;
    let listed = revisions(&host, &event).await;
    let fields = ["capacity", "headcount", "hosts", "online", "place", "risk"];
    assert_eq!((&listed[0]["fields"], changes(&listed[0])), (&json!(fields), vec![]));
    let one = host.get(listed[0]["links"]["self"].as_str().unwrap()).await;
    for secret in ["hall", "3.70123", "other-room", person["id"].as_str().unwrap()] {
        assert!(!one.text().contains(secret), "{secret}");
    }
    let refused = restore(&house, &host, &event, 3).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"), "{}", refused.text());

    // At this risk only the month and the province are public.
    host.edits(&event, json!({"risk": "high"})).await;
    admin
        .edits(
            &event,
            json!({"title": "Quiet", "when": {"precision": "year", "date": "2020"},
        "place": {"locality": "Morobo", "region": "Central Equatoria"}}),
        )
        .await;
    let listed = revisions(&host, &event).await;
    let places: Vec<_> = changes(&listed[0]).iter().map(|(pointer, _, _)| *pointer).collect();
    assert_eq!(places, ["#/place/region", "#/title"]);
    host.edits(&event, json!({"risk": "severe"})).await;
    admin.edits(&event, json!({"title": "Words in danger"})).await;
    let listed = revisions(&host, &event).await;
    assert_eq!((&listed[0]["fields"], changes(&listed[0])), (&json!(["title"]), vec![]));
}
