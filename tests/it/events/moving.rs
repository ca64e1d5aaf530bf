//! `POST /v1/events/{id}/reschedule`, and who is in two places at once.

use serde_json::{Value, json};

use super::{dialogue, past};
use crate::house::actors::Actor;
use crate::house::{Answer, House};
use crate::records::{address, sorted};

fn at(local: &str) -> Value {
    json!({"precision": "minute", "starts_local": local, "time_zone": "Africa/Juba", "duration_minutes": 120})
}

async fn reschedule(actor: &Actor<'_>, event: &Value, body: Value) -> Answer {
    actor.post(&format!("{}/reschedule", address(event)), body).await
}

async fn facts(house: &House, like: &str) -> i64 {
    let query =
        "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'event_rescheduled' AND CAST(about AS text) LIKE";
    house.count(&format!("{query} '%{like}%'")).await
}

#[tokio::test]
async fn a_scheduled_event_moves_and_its_document_with_it() {
    let house = House::open().await;
    let host = house.host().await;
    let event = host.makes("events", dialogue()).await;
    let early = reschedule(&host, &event, json!({"when": at("2099-03-15T18:00:00")})).await;
    assert_eq!((early.status, early.code().as_str()), (409, "wrong_state"));
    host.does("schedule", &event).await;
    let before = house.gallery(&event).await.json();

    let moved =
        reschedule(&host, &event, json!({"when": at("2099-03-15T18:00:00"), "reason": "The bridge is out"}))
            .await;
    assert_eq!((moved.status, moved.header("etag")), (200, "\"3\""), "{}", moved.text());
    let moved = moved.json();
    assert_eq!(
        (&moved["starts_at"], &moved["status"], &moved["reschedule_reason"]),
        (&json!("2099-03-15T16:00:00Z"), &json!("scheduled"), &json!("The bridge is out"))
    );
    let after = house.gallery(&event).await;
    assert!(!after.text().contains("bridge"));
    assert_eq!(after.json()["when"]["starts_local"], "2099-03-15T18:00:00");
    assert!(after.json()["updated_at"].as_str() >= before["updated_at"].as_str());
    let changes = house.get("/v1/gallery/changes").await.json();
    assert_eq!(changes["items"].as_array().unwrap().len(), 1, "one document, as it is now: {changes}");
    let told = "SELECT count(*) AS n FROM audit_entry WHERE action = 'reschedule'";
    assert_eq!(house.count(told).await, 1);
    assert_eq!(facts(&house, "2099-03-14T16:00:00").await, 1, "the former time is told");
    assert_eq!(facts(&house, "2099-03-15T16:00:00").await, 1, "and the new one");

    let same = reschedule(&host, &event, json!({"when": at("2099-03-15T18:00:00")})).await;
    assert_eq!((same.status, same.header("etag")), (200, "\"3\""), "nothing has changed");
    assert_eq!(facts(&house, "").await, 1);
    // `jsonb` writes a space after the colon.
    reschedule(&host, &event, json!({"when": at("2099-03-15T18:30:00")})).await;
    assert_eq!(facts(&house, "reconfirm%false").await, 1, "half an hour later nobody is asked again");
    assert_eq!(facts(&house, "reconfirm%true").await, 1);
}

#[tokio::test]
async fn an_event_moves_only_from_the_future_into_the_future() {
    let house = House::open().await;
    let host = house.host().await;
    let event = host.makes("events", dialogue()).await;
    host.does("schedule", &event).await;
    for when in [
        at("2001-03-15T18:00:00"),
        json!({"precision": "unknown"}),
        json!({"precision": "day", "date": "2019-01-01"}),
    ] {
        let refused = reschedule(&host, &event, json!({"when": when})).await;
        assert_eq!(sorted(&refused), [("#/when".to_owned(), "not_ahead".to_owned())]);
        let refused = host.patch(address(&event), json!({"when": when})).await;
        assert_eq!(
            sorted(&refused),
            [("#/when".to_owned(), "not_ahead".to_owned())],
            "an edit is no way around"
        );
    }
    let mut skipped = at("2099-03-29T02:30:00");
    skipped["time_zone"] = json!("Europe/Berlin");
    let refused = reschedule(&host, &event, json!({"when": skipped})).await;
    assert_eq!(sorted(&refused), [("#/when/starts_local".to_owned(), "invalid_time".to_owned())]);
    let refused = reschedule(&host, &event, json!({})).await;
    assert_eq!(sorted(&refused), [("#/when".to_owned(), "required".to_owned())]);

    let over = host.makes("events", past()).await;
    host.does("schedule", &over).await;
    let refused = reschedule(&host, &over, json!({"when": at("2099-03-15T18:00:00")})).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"));
    let corrected = host.edits(&over, json!({"when": {"precision": "day", "date": "2021-06-13"}})).await;
    assert_eq!(corrected["when"]["date"], "2021-06-13");
    assert_eq!(facts(&house, "").await, 0, "nobody waits for what is over");
}

#[tokio::test]
async fn of_two_who_move_an_event_from_the_same_version_one_does() {
    let house = House::open().await;
    let host = house.host().await;
    let event = host.makes("events", dialogue()).await;
    let version =
        host.post(&format!("{}/schedule", address(&event)), json!({})).await.header("etag").to_owned();
    let path = format!("{}/reschedule", address(&event));
    let ask = |local: &str| {
        let request = house.request(reqwest::Method::POST, &path).bearer_auth(&host.token);
        crate::house::answer(request.header("if-match", &version).json(&json!({"when": at(local)})))
    };
    let (one, other) = tokio::join!(ask("2099-03-15T18:00:00"), ask("2099-03-16T18:00:00"));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    assert_eq!(facts(&house, "").await, 1);

    let again = |key: &'static str| {
        let request = house.request(reqwest::Method::POST, &path).bearer_auth(&host.token);
        crate::house::answer(
            request.header("idempotency-key", key).json(&json!({"when": at("2099-03-17T18:00:00")})),
        )
    };
    let (first, twin) = tokio::join!(again("a-key"), again("a-key"));
    assert_eq!((first.status, first.text()), (200, twin.text()));
    assert_eq!(facts(&house, "").await, 2, "a repetition moves nothing");
}

#[tokio::test]
async fn others_events_are_not_moved() {
    let house = House::open().await;
    let (host, other) = (house.host().await, house.host().await);
    let event = host.makes("events", dialogue()).await;
    host.does("schedule", &event).await;
    assert_eq!(reschedule(&other, &event, json!({"when": at("2099-03-15T18:00:00")})).await.status, 404);
    assert_eq!(
        reschedule(&house.member().await, &event, json!({"when": at("2099-03-15T18:00:00")})).await.status,
        403
    );
}

#[tokio::test]
async fn whoever_is_double_booked_is_told_and_nobody_learns_of_events_not_theirs_to_see() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = admin.makes("organisations", json!({"name": "Sample group", "kind": "ngo"})).await;
    let (host, person) = house.somebody("host", group["id"].as_str().unwrap()).await;
    let mut body = dialogue();
    body["hosts"] = json!([person["id"], group["id"]]);
    let theirs = host.makes("events", body.clone()).await;
    assert_eq!(theirs["warnings"], Value::Null, "nothing to know");
    let second = host.makes("events", body.clone()).await;
    let told = |person: &Value| json!({"code": "double_booked", "event": theirs["id"], "host": person["id"]});
    assert_eq!(second["warnings"], json!([told(&person), told(&group)]));
    assert_eq!(host.get(address(&second)).await.json()["warnings"], Value::Null);
    let scheduled = host.does("schedule", &second).await;
    assert_eq!(
        (&scheduled["status"], scheduled["warnings"].as_array().unwrap().len()),
        (&json!("scheduled"), 2)
    );
    let after = reschedule(&host, &second, json!({"when": at("2099-03-14T20:00:00")})).await.json();
    assert_eq!(after["warnings"], Value::Null, "one begins when the other ends");
    let before = reschedule(&host, &second, json!({"when": at("2099-03-14T16:00:01")})).await.json();
    assert_eq!(before["warnings"].as_array().unwrap().len(), 2);
    let edited = host.edits(&second, json!({"title": "Another"})).await;
    assert_eq!(edited["warnings"].as_array().unwrap().len(), 2);

    // Somebody else's event, in which the same person takes notes: only staff is told.
    let mut hidden = dialogue();
    hidden["note_takers"] = json!([person["id"]]);
    let hidden = admin.makes("events", hidden).await;
    assert_eq!(hidden["warnings"].as_array().unwrap().len(), 2, "{hidden}");
    let third = host.makes("events", body).await;
    assert_eq!(third["warnings"].as_array().unwrap().len(), 4);
    assert!(!third.to_string().contains(hidden["id"].as_str().unwrap()), "{third}");

    host.does("cancel", &second).await;
    let fewer = host.edits(&third, json!({"title": "Third"})).await;
    assert_eq!(fewer["warnings"].as_array().unwrap().len(), 2, "what is cancelled keeps nobody busy");
}
