//! What is forgotten, and when.

use std::time::Duration;

use api::config::settings::{MAIL, RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Method;
use serde_json::json;

use super::{comer, desk, register, scheduled};
use crate::house::House;

const DAY: u64 = 86_400;

#[tokio::test]
async fn what_tells_of_people_is_erased_after_its_end_and_that_of_the_event() {
    let house = House::open_with(&[(&MAIL, "file"), (&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false")]).await;
    let host = house.host().await;
    let start = (house.now() + chrono::TimeDelta::days(5)).format("%Y-%m-%dT%H:%M:00").to_string();
    let when =
        json!({"precision": "minute", "starts_local": start, "time_zone": "UTC", "duration_minutes": 60});
    let event = scheduled(&host, json!({"when": when})).await;
    let (came, _) = register(&house, &event, comer("activist")).await;
    let (gone, _) = register(&house, &event, comer("activist")).await;
    assert_eq!(gone.post("cancel").await.status, 200);
    let mut body = comer("ally");
    body["email"] = json!("nobody@example.org");
    let (unanswered, _) = register(&house, &event, body).await;
    let keys = "SELECT count(*) AS n FROM data_key k JOIN registration r ON r.id = k.record_id";
    house.advance(Duration::from_secs(2 * DAY));
    house.run_jobs().await;
    // The time was over in the first round, what is told of it a day later.
    house.advance(Duration::from_secs(2 * DAY));
    house.run_jobs().await;
    let refused = house.with_token(&unanswered.token, Method::GET, "/v1/registrations/mine", None).await;
    assert_eq!((refused.status, house.count(keys).await), (401, 2), "what nobody confirmed goes first");
    assert_eq!(gone.status().await, "cancelled");
    house.advance(Duration::from_secs(100 * DAY));
    house.run_jobs().await;
    for registered in [&came, &gone] {
        let refused = house.with_token(&registered.token, Method::GET, "/v1/registrations/mine", None).await;
        assert_eq!(refused.status, 401);
    }
    assert_eq!(house.count(keys).await, 0);
    let host = house.sign_in(&host.id, &host.email).await;
    let items = host.get(&desk(&event)).await.json()["items"].clone();
    let statuses: Vec<&str> =
        items.as_array().unwrap().iter().map(|i| i["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["confirmed", "cancelled", "expired"], "they are still counted");
    assert!(items.as_array().unwrap().iter().all(|item| item["display_name"].is_null()));
}

#[tokio::test]
async fn what_has_no_hour_is_over_too_at_the_latest_that_its_time_allows() {
    let house = House::open().await;
    let host = house.host().await;
    let mut registered = Vec::new();
    for (precision, date, days) in [("day", "%Y-%m-%d", 5), ("month", "%Y-%m", 40), ("day", "%Y-%m-%d", 5)] {
        let on = house.now() + chrono::TimeDelta::days(days);
        let when = json!({"precision": precision, "date": on.format(date).to_string()});
        let event = scheduled(&host, json!({"when": when})).await;
        let (came, _) = register(&house, &event, comer("activist")).await;
        registered.push((event, came));
    }
    let left = async || {
        house.run_jobs().await;
        house.count("SELECT count(*) AS n FROM registration WHERE erased_at IS NULL").await
    };
    house.advance(Duration::from_secs(7 * DAY));
    let host = house.sign_in(&host.id, &host.email).await;
    // Nobody knows any more when it was.
    host.edits(&registered[2].0, json!({"when": {"precision": "unknown"}})).await;
    house.advance(Duration::from_secs(86 * DAY));
    assert_eq!(left().await, 3, "ninety days have not passed");
    house.advance(Duration::from_secs(3 * DAY));
    assert!(left().await < 3, "the day is known, and over");
    house.advance(Duration::from_secs(110 * DAY));
    assert_eq!(left().await, 0);
    for (_, came) in &registered {
        let refused = house.with_token(&came.token, Method::GET, "/v1/registrations/mine", None).await;
        assert_eq!(refused.status, 401);
    }
    let keys = "SELECT count(*) AS n FROM data_key k JOIN registration r ON r.id = k.record_id";
    assert_eq!(house.count(keys).await, 0);
}
