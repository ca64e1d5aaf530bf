//! Who may what with series, and what is refused.

use serde_json::{Value, json};

use super::weekly;
use crate::house::House;
use crate::records::{address, sorted};

#[tokio::test]
async fn every_fault_is_told_at_once() {
    let house = House::open().await;
    let host = house.host().await;
    let refused = host.post("/v1/series", json!({})).await;
    let places: Vec<_> = sorted(&refused).into_iter().map(|(at, _)| at).collect();
    assert_eq!(places, ["#/duration_minutes", "#/rrule", "#/starts_local", "#/template", "#/time_zone"]);
    let mut body = weekly(&house);
    body["rrule"] = json!("FREQ=WEEKLY;BYHOUR=3;COUNT=0");
    body["time_zone"] = json!("America/Nowhere");
    body["exdates"] = json!(["2027-02-30T19:00:00"]);
    body["template"]["hosts"] = json!(["00000000-0000-4000-8000-000000000000"]);
    body["template"]["place"] = json!({});
    let refused = host.post("/v1/series", body).await;
    assert_eq!(
        sorted(&refused),
        [
            ("#/exdates/0".to_owned(), "invalid_time".to_owned()),
            ("#/rrule".to_owned(), "invalid_rule".to_owned()),
            ("#/rrule".to_owned(), "invalid_rule".to_owned()),
            ("#/template/hosts/0".to_owned(), "unknown_reference".to_owned()),
            ("#/template/place/country".to_owned(), "required".to_owned()),
            ("#/time_zone".to_owned(), "invalid_time".to_owned()),
        ]
    );
    assert!(refused.text().contains("BYHOUR is not supported"), "{}", refused.text());
}

#[tokio::test]
async fn the_first_occurrence_is_one_that_there_is() {
    let house = House::open().await;
    let host = house.host().await;
    let with = |members: Value| {
        let mut body = weekly(&house);
        for (name, value) in members.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let monday = with(json!({"starts_local": "2031-01-06T19:00:00", "rrule": "FREQ=WEEKLY;BYDAY=TU"}));
    let refused = host.post("/v1/series", monday).await;
    assert_eq!(sorted(&refused), [("#/starts_local".to_owned(), "not_in_rule".to_owned())]);
    let over = with(json!({"starts_local": "2031-01-06T19:00:00", "rrule": "FREQ=DAILY;UNTIL=20300101"}));
    let refused = host.post("/v1/series", over).await;
    assert_eq!(sorted(&refused), [("#/starts_local".to_owned(), "not_in_rule".to_owned())]);
    // On that day Chile's clocks go from midnight to one.
    let skipped = with(json!({"starts_local": "2031-09-07T00:30:00", "rrule": "FREQ=DAILY"}));
    let refused = host.post("/v1/series", skipped).await;
    assert_eq!(sorted(&refused), [("#/starts_local".to_owned(), "invalid_time".to_owned())]);
    assert!(refused.text().contains("01:30"), "the candidates are told: {}", refused.text());
}

#[tokio::test]
async fn a_series_is_theirs_who_made_it_or_host_its_events() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = admin.makes("organisations", json!({"name": "Sample group", "kind": "ngo"})).await;
    let (hosting, _) = house.somebody("host", group["id"].as_str().unwrap()).await;
    let mut body = weekly(&house);
    body["template"]["hosts"] = json!([group["id"]]);
    let series = admin.makes("series", body.clone()).await;
    let edited = hosting.edits(&series, json!({"template": {"title": "Ours"}})).await;
    assert_eq!(edited["template"]["title"], "Ours");
    assert_eq!(hosting.get("/v1/series").await.json()["items"].as_array().unwrap().len(), 1);
    let other = house.host().await;
    for path in [address(&series).to_owned(), format!("{}/occurrences", address(&series))] {
        assert_eq!(other.get(&path).await.status, 404);
        assert_eq!(house.member().await.get(&path).await.status, 403);
        assert_eq!(house.get(&path).await.status, 401);
    }
    assert_eq!(other.post(&format!("{}/end", address(&series)), json!({})).await.status, 404);
    assert_eq!(other.get("/v1/series").await.json()["items"], json!([]));
    let refused = other.post("/v1/series", body).await;
    assert_eq!(sorted(&refused), [("#/template/hosts/0".to_owned(), "unknown_reference".to_owned())]);
    let refused = admin.delete(address(&group)).await;
    assert!(refused.status == 409 && refused.text().contains("1 series"), "{}", refused.text());
    let changed = hosting.edits(&series, json!({"template": {"hosts": null}})).await;
    assert_eq!(changed["template"]["hosts"], Value::Null);
    assert_eq!(hosting.get(address(&series)).await.status, 404, "it is no longer theirs");
}
