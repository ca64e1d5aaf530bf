//! A change from an occurrence on.

use serde_json::{Value, json};

use super::{events, later, occurrences, weekly};
use crate::house::House;
use crate::house::actors::Actor;
use crate::records::{address, sorted};

async fn split(actor: &Actor<'_>, series: &Value, body: Value) -> Value {
    let answer = actor.post(&format!("{}/split", address(series)), body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.header("location"), address(&answer.json()));
    answer.json()
}

#[tokio::test]
async fn a_series_moves_to_another_hour_from_an_occurrence_on() {
    let house = House::open().await;
    let host = house.host().await;
    let mut body = weekly(&house);
    body["rrule"] = json!("FREQ=WEEKLY;COUNT=10");
    body["exdates"] = json!([later(&body["starts_local"], 42)]);
    let series = host.makes("series", body.clone()).await;
    house.run_jobs().await;
    let made = events(&host, &series).await;
    assert_eq!(made.len(), 9);
    host.edits(&made[3], json!({"summary": "A special one"})).await;

    let from = later(&body["starts_local"], 14);
    let eight = format!("{}T20:00:00", &from[..10]);
    let changes = json!({"starts_local": eight, "template": {"title": "The later circle"}});
    let next = split(&host, &series, json!({"from": from, "changes": changes})).await;
    assert_eq!((&next["previous"], &next["rrule"]), (&series["id"], &json!("FREQ=WEEKLY;COUNT=8")));
    assert_eq!(next["exdates"], json!([format!("{}T20:00:00", &later(&body["starts_local"], 42)[..10])]));
    let old = host.get(address(&series)).await.json();
    assert_eq!(old["ends_before"], json!(from));
    assert_eq!(occurrences(&host, &series, "").await.len(), 2);

    let after = events(&host, &next).await;
    assert_eq!(after.len(), 7, "the events are the same ones");
    assert_eq!(after[0]["id"], made[2]["id"]);
    assert_eq!(
        (&after[0]["title"], &after[0]["when"]["starts_local"]),
        (&json!("The later circle"), &json!(eight))
    );
    assert_eq!(
        (&after[1]["title"], &after[1]["when"]["starts_local"]),
        (&json!("Weekly circle"), &made[3]["when"]["starts_local"]),
        "what was edited stays"
    );
    let told = "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'event_rescheduled'";
    assert_eq!(house.count(told).await, 6);
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await, 9, "none is made twice");
    let left = events(&host, &series).await;
    assert_eq!((left.len(), &left[1]["title"]), (2, &json!("Weekly circle")));
}

#[tokio::test]
async fn events_without_an_occurrence_are_cancelled() {
    let house = House::open().await;
    let host = house.host().await;
    let body = weekly(&house);
    let series = host.makes("series", body.clone()).await;
    house.run_jobs().await;
    let made = events(&host, &series).await;
    let from = later(&body["starts_local"], 7);
    let next =
        split(&host, &series, json!({"from": from, "changes": {"rrule": "FREQ=WEEKLY;COUNT=2"}})).await;
    assert_eq!(events(&host, &next).await.len(), 2);
    let last = host.get(address(made.last().unwrap())).await.json();
    assert_eq!(last["status"], "cancelled");
    assert_eq!(house.count("SELECT count(*) AS n FROM event WHERE status = 'scheduled'").await, 3);
}

#[tokio::test]
async fn a_series_is_split_where_it_has_an_occurrence_to_come() {
    let house = House::open().await;
    let host = house.host().await;
    let body = weekly(&house);
    let series = host.makes("series", body.clone()).await;
    let path = format!("{}/split", address(&series));
    let refused = host.post(&path, json!({"from": later(&body["starts_local"], 1)})).await;
    assert_eq!(sorted(&refused), [("#/from".to_owned(), "not_in_rule".to_owned())]);
    let from = later(&body["starts_local"], 7);
    let changes = json!({"rrule": "FREQ=HOURLY", "template": {"place": {"country": "XX"}}});
    let refused = host.post(&path, json!({"from": from, "changes": changes})).await;
    assert_eq!(
        sorted(&refused),
        [
            ("#/changes/rrule".to_owned(), "invalid_rule".to_owned()),
            ("#/changes/template/place/country".to_owned(), "unknown_country".to_owned()),
        ]
    );
    let refused =
        host.post(&path, json!({"from": from, "changes": {"starts_local": "2020-01-01T19:00:00"}})).await;
    assert_eq!(sorted(&refused), [("#/changes/starts_local".to_owned(), "not_ahead".to_owned())]);
    assert_eq!(house.host().await.post(&path, json!({"from": from})).await.status, 404);

    let (one, other) =
        tokio::join!(host.post(&path, json!({"from": from})), host.post(&path, json!({"from": from})));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 422], "where one has split it there is no occurrence for the other");
    house.run_jobs().await;
    let made = house.count("SELECT count(*) AS n FROM event").await;
    assert!((12..=13).contains(&made), "{made}");
    house.advance(std::time::Duration::from_secs(20 * 86_400));
    let host = house.sign_in(&host.id, &host.email).await;
    let late = host.post(&path, json!({"from": body["starts_local"]})).await;
    assert_eq!((late.status, late.code().as_str()), (409, "conflict"), "that one is over");
}
