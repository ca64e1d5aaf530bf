//! From high risk on: late, the month only, no names, no quotes. At severe: nothing at all.

use std::time::Duration;

use chrono::Datelike as _;
use serde_json::{Value, json};

use crate::bundle::{Bundle, event, quote};
use crate::house::House;

/// From now to fourteen days after the end of the present month: the month is all that is told of an event of high risk, so
/// the day on which it appears must not tell more.
fn embargo(house: &House) -> Duration {
    let now = house.now();
    let next = now.date_naive().with_day(1).unwrap() + chrono::Months::new(1);
    let free = next.and_time(chrono::NaiveTime::MIN).and_utc() + chrono::Duration::days(14);
    (free - now).to_std().unwrap()
}

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn risky(id: &str, risk: &str, day: chrono::DateTime<chrono::Utc>) -> Value {
    let mut line = event(id);
    line["risk"] = json!(risk);
    line["when"] = json!({"precision": "day", "date": day.format("%Y-%m-%d").to_string()});
    line
}

fn outcome(id: &str, event: &str) -> Value {
    json!({"type": "outcome", "id": id, "event": event, "kind": "need", "text": format!("Sample need {id}"), "status": "approved"})
}

#[tokio::test]
async fn an_event_of_high_risk_is_public_fourteen_days_after_its_month_with_the_month_only() {
    let house = House::open().await;
    let organisation =
        json!({"type": "organisation", "id": "o", "name": "Sample Group", "kind": "grassroots_group"});
    let day = house.now();
    let mut line = risky("e", "high", day);
    line["hosts"] = json!(["o"]);
    let mut before = event("before");
    before["when"] = json!({"precision": "year", "date": "2001"});
    let mut followed = outcome("followed", "before");
    followed["followed_by"] = json!(["e"]);
    house
        .import(&Bundle::of([organisation, line, quote("q", "e"), outcome("n", "e"), before, followed]))
        .await
        .applied();
    house.run_jobs().await;
    assert_eq!(house.items("/v1/gallery/events").await.len(), 1, "the one before");
    assert_eq!(house.items("/v1/gallery/outcomes").await.len(), 1, "what belongs to it waits with it");

    house.advance(embargo(&house) - HOUR);
    house.run_jobs().await;
    assert_eq!(house.items("/v1/gallery/events").await.len(), 1);
    house.advance(2 * HOUR);
    house.run_jobs().await;
    let items = house.items("/v1/gallery/events").await;
    assert_eq!(items[0]["when"], json!({"precision": "month", "date": day.format("%Y-%m").to_string()}));
    assert_eq!(items[0]["hosts"], json!([]));
    let outcomes = house.items("/v1/gallery/outcomes").await;
    let shown = outcomes.iter().find(|o| o["text"] == "Sample need followed").unwrap();
    assert_eq!(
        (outcomes.len(), &shown["followed_by"][0]["id"]),
        (2, &items[0]["id"]),
        "who shows it shows it now"
    );
    assert!(house.items("/v1/gallery/quotes").await.is_empty(), "quotes stay withheld");
    assert!(!house.get("/v1/gallery/changes").await.text().contains(&day.format("%Y-%m-%d\"").to_string()));
}

#[tokio::test]
async fn an_unknown_end_counts_from_the_day_it_was_recorded_as_held() {
    let house = House::open().await;
    let mut line = event("e");
    line["risk"] = json!("high");
    line["when"] = json!({"precision": "unknown"});
    house.import(&Bundle::of([line.clone()])).await.applied();
    house.advance(embargo(&house) - HOUR);
    house.run_jobs().await;
    assert!(house.items("/v1/gallery/events").await.is_empty());
    house.advance(2 * HOUR);
    house.run_jobs().await;
    assert_eq!(house.items("/v1/gallery/events").await.len(), 1);
}

#[tokio::test]
async fn an_upcoming_event_of_high_risk_is_never_public() {
    let house = House::open().await;
    let mut line = risky("e", "high", house.now() + 30 * DAY);
    line["status"] = json!("scheduled");
    house.import(&Bundle::of([line])).await.applied();
    house.advance(60 * DAY);
    house.run_jobs().await;
    assert!(house.items("/v1/gallery/events").await.is_empty(), "nobody said that it was held");
}

#[tokio::test]
async fn raising_the_risk_takes_away_at_once_what_was_public() {
    let house = House::open().await;
    let bundle = |risk: &str| {
        let line = risky("e", risk, house.now() - 400 * DAY);
        Bundle::of([line, quote("q", "e"), outcome("n", "e")])
    };
    house.import(&bundle("low")).await.applied();
    let event = house.items("/v1/gallery/events").await[0].clone();
    let quote = house.items("/v1/gallery/quotes").await[0].clone();
    let path = |item: &Value| item["links"]["self"].as_str().unwrap().to_owned();

    house.import(&bundle("high")).await.applied();
    assert_eq!(house.get(&path(&quote)).await.status, 410);
    assert_eq!(house.get(&path(&event)).await.json()["when"]["precision"], "month");

    house.import(&bundle("severe")).await.applied();
    for item in [&event, &quote] {
        assert_eq!(house.get(&path(item)).await.status, 404, "not even that it was there");
    }
    for list in ["events", "quotes", "outcomes"] {
        assert!(house.items(&format!("/v1/gallery/{list}")).await.is_empty());
    }
    let told = house.items("/v1/gallery/changes").await;
    assert!(told.iter().all(|c| c["op"] == "delete"), "{told:?}");

    house.import(&bundle("low")).await.applied();
    assert_eq!(house.get(&path(&event)).await.json()["when"]["precision"], "day");
    assert_eq!(house.get(&path(&quote)).await.status, 200);
}
