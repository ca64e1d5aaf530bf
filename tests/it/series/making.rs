//! Occurrences become events.

use std::time::Duration;

use serde_json::{Value, json};

use super::{events, instant, later, occurrences, weekly};
use crate::house::House;
use crate::house::program::Server;
use crate::records::{address, sorted};

const DAY: u64 = 86_400;

#[tokio::test]
async fn occurrences_become_events_ninety_days_ahead_and_once() {
    let house = House::open().await;
    let host = house.host().await;
    let series = host.makes("series", weekly(&house)).await;
    house.run_jobs().await;
    house.run_jobs().await;
    let made = events(&host, &series).await;
    assert!((12..=13).contains(&made.len()), "{}", made.len());
    let first = &made[0];
    assert_eq!(
        (&first["status"], &first["published"], &first["title"]),
        (&json!("scheduled"), &json!(true), &json!("Weekly circle"))
    );
    assert_eq!(
        (&first["place"]["has_venue"], &first["online"]["has_join_url"]),
        (&json!(true), &json!(true))
    );
    for event in &made {
        assert!(event["when"]["starts_local"].as_str().unwrap().ends_with("T19:00:00"), "{event}");
        assert!(instant(&event["starts_at"]) <= house.now() + chrono::Duration::days(90));
    }
    let count = "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'event_published'";
    assert_eq!(house.count(count).await, made.len() as i64);
    assert!(house.get("/v1/gallery/events").await.text().contains("Weekly circle"));
    house.advance(Duration::from_secs(7 * DAY));
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await, made.len() as i64 + 1);
    let by = "SELECT count(*) AS n FROM audit_entry WHERE action = 'schedule' AND record_kind = 'event'";
    assert_eq!(house.count(by).await, made.len() as i64 + 1);
}

#[tokio::test]
async fn two_workers_make_one_event() {
    let house = House::open().await;
    let host = house.host().await;
    let variables = house.variables(&[]);
    let mut workers = [0, 1].map(|_| Server::start(&variables, &["work"]));
    for worker in &mut workers {
        worker.heard("working");
    }
    let series = host.makes("series", weekly(&house)).await;
    let further = host.makes("series", weekly(&house)).await;
    house.run_jobs().await;
    for worker in workers {
        worker.signal("TERM");
        assert_eq!(worker.outcome().code, Some(0));
    }
    house.run_jobs().await;
    let made = (events(&host, &series).await.len() + events(&host, &further).await.len()) as i64;
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await, made);
    assert_eq!(house.count("SELECT count(*) AS n FROM series_occurrence").await, made);
}

#[tokio::test]
async fn what_is_risky_waits_for_a_moderator_and_drafts_stay_drafts() {
    let house = House::open().await;
    let host = house.host().await;
    let mut body = weekly(&house);
    body["rrule"] = json!("FREQ=WEEKLY;COUNT=1");
    body["template"]["risk"] = json!("moderate");
    let risky = host.makes("series", body.clone()).await;
    body["template"]["risk"] = json!("low");
    body["events_become"] = json!("draft");
    let drafts = host.makes("series", body).await;
    house.run_jobs().await;
    assert_eq!(events(&host, &risky).await[0]["status"], "in_review");
    assert_eq!(events(&host, &drafts).await[0]["status"], "draft");
    let moderator = house.moderator().await;
    let event = events(&moderator, &risky).await.remove(0);
    assert_eq!(moderator.does("schedule", &event).await["status"], "scheduled");
}

#[tokio::test]
async fn one_occurrence_is_moved_or_cancelled_before_it_is_an_event() {
    let house = House::open().await;
    let host = house.host().await;
    let body = weekly(&house);
    let series = host.makes("series", body.clone()).await;
    let verb = |days, verb: &str| {
        format!("{}/occurrences/{}/{verb}", address(&series), later(&body["starts_local"], days))
    };
    let moved = host
        .post(
            &verb(7, "reschedule"),
            json!({"starts_local": later(&body["starts_local"], 8), "duration_minutes": 30}),
        )
        .await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    let moved = moved.json();
    assert_eq!(
        (&moved["recurrence"], &moved["starts_local"], &moved["moved"], &moved["status"]),
        (
            &json!(later(&body["starts_local"], 7)),
            &json!(later(&body["starts_local"], 8)),
            &json!(true),
            &json!("planned")
        )
    );
    let cancelled = host.post(&verb(14, "cancel"), json!({})).await;
    assert_eq!((cancelled.status, &cancelled.json()["status"]), (200, &json!("cancelled")));
    assert_eq!(host.post(&verb(14, "cancel"), json!({})).await.status, 409);
    assert_eq!(host.post(&verb(8, "cancel"), json!({})).await.status, 404, "there is none at that time");
    let skipped = host.post(&verb(0, "reschedule"), json!({"starts_local": "2031-09-07T00:30:00"})).await;
    assert_eq!(sorted(&skipped), [("#/starts_local".to_owned(), "invalid_time".to_owned())]);
    let past = host.post(&verb(0, "reschedule"), json!({"starts_local": "2020-01-01T00:30:00"})).await;
    assert_eq!(sorted(&past), [("#/starts_local".to_owned(), "not_ahead".to_owned())]);
    let late = host.patch(address(&series), json!({"rrule": "FREQ=DAILY"})).await;
    assert_eq!((late.status, late.code().as_str()), (409, "conflict"));

    house.run_jobs().await;
    let all = occurrences(&host, &series, "").await;
    assert_eq!(
        (&all[1]["starts_local"], &all[1]["status"], &all[1]["duration_minutes"]),
        (&json!(later(&body["starts_local"], 8)), &json!("scheduled"), &json!(30))
    );
    assert_eq!((&all[2]["status"], &all[2]["event"]), (&json!("cancelled"), &Value::Null));
    assert_eq!(all[3]["status"], "scheduled");
    assert_eq!(host.post(&verb(21, "cancel"), json!({})).await.code(), "conflict", "it is an event now");
    let event = host.get(&format!("/v1/events/{}", all[3]["event"].as_str().unwrap())).await.json();
    host.does("cancel", &event).await;
    let again = host.post(&format!("/v1/events/{}/reschedule", all[4]["event"].as_str().unwrap()), json!({"when": {
        "precision": "minute", "starts_local": later(&body["starts_local"], 29), "time_zone": "America/Santiago", "duration_minutes": 90}})).await;
    assert_eq!(again.status, 200, "{}", again.text());
    house.run_jobs().await;
    let all = occurrences(&host, &series, "").await;
    assert_eq!(all[3]["status"], "cancelled");
    assert_eq!(
        (&all[4]["moved"], &all[4]["starts_local"]),
        (&json!(true), &json!(later(&body["starts_local"], 29)))
    );
}

#[tokio::test]
async fn a_draft_that_is_removed_does_not_come_back() {
    let house = House::open().await;
    let host = house.host().await;
    let mut body = weekly(&house);
    body["events_become"] = json!("draft");
    let series = host.makes("series", body).await;
    house.run_jobs().await;
    let made = events(&host, &series).await;
    assert_eq!(host.delete(address(&made[0])).await.status, 204);
    house.run_jobs().await;
    let all = occurrences(&host, &series, "").await;
    assert_eq!((&all[0]["status"], &all[0]["event"]), (&json!("cancelled"), &Value::Null));
    assert_eq!(events(&host, &series).await.len(), made.len() - 1);
}

#[tokio::test]
async fn events_go_along_with_their_series_unless_somebody_edited_them() {
    let house = House::open().await;
    let host = house.host().await;
    let series = host.makes("series", weekly(&house)).await;
    house.run_jobs().await;
    let made = events(&host, &series).await;
    host.edits(&made[1], json!({"summary": "A special one"})).await;
    host.edits(&series, json!({"template": {"title": "Another title"}, "duration_minutes": 60})).await;
    let after = events(&host, &series).await;
    let titles: Vec<_> = after.iter().map(|event| event["title"].as_str().unwrap()).collect();
    assert_eq!(&titles[..3], ["Another title", "Weekly circle", "Another title"]);
    assert_eq!(
        (&after[0]["when"]["duration_minutes"], &after[1]["when"]["duration_minutes"]),
        (&json!(60), &json!(90))
    );
    assert_eq!((&after[0]["place"]["has_venue"], &after[0]["status"]), (&json!(true), &json!("scheduled")));
    assert!(house.get("/v1/gallery/events").await.text().contains("Another title"));
    host.edits(&series, json!({"template": {"title": "Third"}})).await;
    let third = events(&host, &series).await;
    assert_eq!(third[0]["title"], "Third", "what went along goes on doing so");
    let refused = host.patch(address(&series), json!({"exdates": [third[3]["when"]["starts_local"]]})).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"));
}

#[tokio::test]
async fn a_series_of_somebody_who_may_no_longer_make_events_stalls() {
    let house = House::open().await;
    let (admin, host) = (house.admin().await, house.host().await);
    let series = host.makes("series", weekly(&house)).await;
    let suspended = admin.post(&format!("/v1/accounts/{}/suspend", host.id), json!({})).await;
    assert_eq!(suspended.status, 200, "{}", suspended.text());
    house.run_jobs().await;
    let stalled = admin.get(address(&series)).await.json();
    assert_eq!((&stalled["stalled_because"], &stalled["version"]), (&json!("not_allowed"), &json!(1)));
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await, 0);
    admin.post(&format!("/v1/accounts/{}/restore", host.id), json!({})).await;
    house.advance(Duration::from_secs(DAY));
    house.run_jobs().await;
    let admin = house.sign_in(&admin.id, &admin.email).await;
    let again = admin.get(address(&series)).await.json();
    assert_eq!(again["stalled_because"], Value::Null);
    assert!(events(&admin, &series).await.len() >= 12);
}

#[tokio::test]
async fn registration_closes_so_long_before_each_and_no_template_takes_seats_away() {
    let house = House::open().await;
    let host = house.host().await;
    let mut body = weekly(&house);
    let template = body["template"].as_object_mut().unwrap();
    template.insert("registration".to_owned(), json!("open"));
    template.insert("registration_closes_before_minutes".to_owned(), json!(2880));
    template.insert("capacity".to_owned(), json!(2));
    body["rrule"] = json!("FREQ=WEEKLY;COUNT=2");
    let series = host.makes("series", body).await;
    assert_eq!(series["template"]["registration_closes_before_minutes"], 2880);
    house.run_jobs().await;
    for event in events(&host, &series).await {
        let closes = instant(&event["registration_closes_at"]);
        assert_eq!(instant(&event["starts_at"]) - closes, chrono::Duration::days(2));
    }
    let first = events(&host, &series).await.remove(0);
    let desk = format!("{}/registrations", address(&first));
    for _ in 0..2 {
        assert_eq!(house.post(&desk, json!({"display_name": "Amina", "role": "ally"})).await.status, 201);
    }
    let lowered = host.patch(address(&series), json!({"template": {"capacity": 1}})).await;
    assert_eq!((lowered.status, &*lowered.code()), (409, "conflict"), "{}", lowered.text());
    assert_eq!(host.get(address(&series)).await.json()["template"]["capacity"], 2, "none of it is done");
    let edited = json!({"template": {"capacity": 3, "registration_closes_before_minutes": 60}});
    let edited = host.edits(&series, edited).await;
    assert_eq!(edited["template"]["capacity"], 3);
    for event in events(&host, &series).await {
        assert_eq!(event["capacity"], 3);
        let closes = instant(&event["registration_closes_at"]);
        assert_eq!(instant(&event["starts_at"]) - closes, chrono::Duration::hours(1));
    }
    let far =
        host.patch(address(&series), json!({"template": {"registration_closes_before_minutes": -1}})).await;
    assert_eq!(sorted(&far)[0].1, "out_of_range");
}
