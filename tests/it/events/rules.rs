//! Who may what with events, and what is refused.

use serde_json::json;

use super::{dialogue, past};
use crate::house::House;
use crate::records::{address, sorted};

#[tokio::test]
async fn what_is_risky_is_scheduled_by_staff_that_did_not_make_it() {
    let house = House::open().await;
    let (host, moderator, admin) = (house.host().await, house.moderator().await, house.admin().await);
    let mut body = dialogue();
    body["risk"] = json!("moderate");
    let draft = host.makes("events", body.clone()).await;
    let refused = host.post(&format!("{}/schedule", address(&draft)), json!({})).await;
    assert_eq!(refused.status, 403);
    assert_eq!(host.does("submit", &draft).await["status"], "in_review");
    assert_eq!(moderator.does("schedule", &draft).await["published"], true);

    let own = moderator.makes("events", body).await;
    assert_eq!(moderator.post(&format!("{}/schedule", address(&own)), json!({})).await.status, 403);
    assert_eq!(admin.does("schedule", &own).await["status"], "scheduled");
}

#[tokio::test]
async fn risk_is_raised_at_once_and_not_lowered_by_one_alone() {
    let house = House::open().await;
    let host = house.host().await;
    let draft = host.makes("events", dialogue()).await;
    host.does("schedule", &draft).await;
    assert_eq!(house.gallery(&draft).await.status, 200);
    let raised = host.edits(&draft, json!({"risk": "high"})).await;
    assert_eq!(raised["withheld_because"], json!(["risk_upcoming"]));
    assert_eq!(house.gallery(&draft).await.status, 410);
    assert_eq!(host.patch(address(&draft), json!({"risk": "low"})).await.status, 409);
    assert_eq!(host.patch(address(&draft), json!({"public_precision": "exact"})).await.status, 409);
}

#[tokio::test]
async fn those_who_host_an_event_see_and_edit_it() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = admin.makes("organisations", json!({"name": "Sample group", "kind": "ngo"})).await;
    let id = group["id"].as_str().unwrap();
    let (by_group, _) = house.somebody("host", id).await;
    let (by_person, person) = house.somebody("host", id).await;
    let mut body = past();
    body["hosts"] = json!([person["id"]]);
    let hosted = admin.makes("events", body.clone()).await;
    assert_eq!(by_person.get(address(&hosted)).await.status, 200);
    assert_eq!(by_group.get(address(&hosted)).await.status, 404);
    body["hosts"] = json!([id]);
    let carried = admin.makes("events", body.clone()).await;
    assert_eq!(by_group.edits(&carried, json!({"title": "Ours"})).await["title"], "Ours");
    assert_eq!(by_group.get("/v1/events").await.json()["items"].as_array().unwrap().len(), 1);

    let refused = house.host().await.post("/v1/events", body).await;
    assert_eq!(sorted(&refused), [("#/hosts/0".to_owned(), "unknown_reference".to_owned())]);
}

#[tokio::test]
async fn a_draft_says_what_where_and_when() {
    let house = House::open().await;
    let host = house.host().await;
    let refused = host.post("/v1/events", json!({})).await;
    let places: Vec<_> = sorted(&refused).into_iter().map(|(at, _)| at).collect();
    assert_eq!(places, ["#/format", "#/kind", "#/language", "#/place", "#/title", "#/when"]);
    let mut body = dialogue();
    body["place"] = json!({});
    body["when"]["starts_local"] = json!("2027-03-28T02:30:00");
    body["when"]["time_zone"] = json!("Europe/Berlin");
    let refused = host.post("/v1/events", body).await;
    assert_eq!(
        sorted(&refused),
        [
            ("#/place/country".to_owned(), "required".to_owned()),
            ("#/when/starts_local".to_owned(), "invalid_time".to_owned()),
        ]
    );
    assert!(refused.text().contains("03:30"), "the candidates are told: {}", refused.text());
}

#[tokio::test]
async fn only_what_nothing_refers_to_is_removed() {
    let house = House::open().await;
    let host = house.host().await;
    let draft = host.makes("events", past()).await;
    let outcome =
        json!({"event": draft["id"], "kind": "finding", "text": "Sample finding", "language": "en"});
    let outcome = host.makes("outcomes", outcome).await;
    let refused = host.delete(address(&draft)).await;
    assert!(refused.status == 409 && refused.text().contains("1 outcomes"), "{}", refused.text());
    assert_eq!(host.delete(address(&outcome)).await.status, 204);
    assert_eq!(host.delete(address(&draft)).await.status, 204);
    assert_eq!(
        house.count("SELECT count(*) AS n FROM data_key WHERE record_id IN (SELECT id FROM event)").await,
        0
    );
    let scheduled = host.makes("events", past()).await;
    host.does("schedule", &scheduled).await;
    assert_eq!(host.delete(address(&scheduled)).await.status, 409);
}
