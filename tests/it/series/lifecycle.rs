//! A series from its beginning to its end.

use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};

use super::{events, later, occurrences, weekly};
use crate::house::House;
use crate::records::address;

#[tokio::test]
async fn a_series_is_begun_read_listed_and_edited() {
    let house = House::open().await;
    let host = house.host().await;
    let body = weekly(&house);
    let series = host.makes("series", body.clone()).await;
    assert_eq!(series["status"], "active");
    assert_eq!(series["template"]["title"], "Weekly circle");
    assert_eq!(
        (&series["template"]["place"]["has_venue"], &series["template"]["online"]["has_join_url"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(host.get(address(&series)).await.json(), series);
    let listed = host.get("/v1/series").await.json();
    assert_eq!(listed["items"], json!([series]));
    assert_eq!(host.get("/v1/series?status=ended").await.json()["items"], json!([]));

    let edited =
        host.edits(&series, json!({"template": {"title": "Circle", "place": {"region": "Maule"}}})).await;
    assert_eq!((&edited["template"]["title"], &edited["version"]), (&json!("Circle"), &json!(2)));
    assert_eq!(edited["template"]["place"]["has_venue"], true, "what is not told stays");
    let same = host.edits(&series, json!({"duration_minutes": 90})).await;
    assert_eq!(same["version"], 2);
    let stale = host.patch_version(address(&series), "\"1\"", json!({"duration_minutes": 60})).await;
    assert_eq!(stale.status, 412);
    let later_start = host.edits(&series, json!({"starts_local": later(&body["starts_local"], 7)})).await;
    assert_eq!(
        later_start["starts_local"],
        later(&body["starts_local"], 7),
        "nothing is known of occurrences yet"
    );

    let texts = [series.to_string(), edited.to_string(), listed.to_string(), house.dump("series").await];
    for text in texts.into_iter().chain([house.dump("audit_entry").await]) {
        for secret in ["hidden hall", "secret-room"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
    assert!(!house.dump("series").await.contains("Weekly circle"), "the template is sealed");
}

#[tokio::test]
async fn occurrences_are_listed_in_pages() {
    let house = House::open().await;
    let host = house.host().await;
    let mut body = weekly(&house);
    body["exdates"] = json!([later(&body["starts_local"], 7)]);
    let series = host.makes("series", body.clone()).await;
    let path = format!("{}/occurrences", address(&series));
    let first = host.get(&format!("{path}?limit=2")).await;
    let keys = |page: &Value| {
        page["items"].as_array().unwrap().iter().map(|one| one["recurrence"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        keys(&first.json()),
        [body["starts_local"].clone(), json!(later(&body["starts_local"], 14))],
        "what is left out is not there"
    );
    let next = first.json()["next_cursor"].as_str().unwrap().to_owned();
    assert!(first.header("link").contains(&next));
    let second = host.get(&format!("{path}?limit=2&cursor={next}")).await.json();
    assert_eq!(keys(&second)[0], json!(later(&body["starts_local"], 21)));
    let year = occurrences(&host, &series, "").await.len();
    assert!((51..=53).contains(&year), "a year if nothing else is said: {year}");
    for refused in
        ["from=2027-01-01&to=2026-01-01", "from=2027-01-01&to=2040-01-01", "from=9000-01-01", "from=x"]
    {
        let refused_ = host.get(&format!("{path}?{refused}")).await;
        assert_eq!((refused_.status, refused_.code().as_str()), (400, "invalid_parameter"), "{refused}");
    }
    let day = NaiveDate::from_ymd_opt(2200, 1, 1).unwrap() + Duration::days(400);
    assert_eq!(host.get(&format!("{path}?from={day}&limit=1")).await.status, 200, "however far");
}

#[tokio::test]
async fn an_ended_series_gives_nothing_more() {
    let house = House::open().await;
    let host = house.host().await;
    let series = host.makes("series", weekly(&house)).await;
    house.run_jobs().await;
    let made = events(&host, &series).await;
    assert!(made.len() >= 12, "{}", made.len());
    host.edits(&made[1], json!({"title": "A special one"})).await;
    let ended = host.post(&format!("{}/end", address(&series)), json!({"cancel_events": true})).await.json();
    assert_eq!(ended["status"], "ended");
    let after = events(&host, &series).await;
    assert_eq!(after.len(), made.len(), "what was made is still listed");
    let states: Vec<_> = after.iter().map(|event| event["status"].as_str().unwrap()).collect();
    assert_eq!(
        (states[0], states[1], states[2]),
        ("cancelled", "scheduled", "cancelled"),
        "what somebody edited stays"
    );
    house.advance(std::time::Duration::from_secs(60 * 86_400));
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await, made.len() as i64);
    let host = house.sign_in(&host.id, &host.email).await;
    let again = host.post(&format!("{}/end", address(&series)), json!({})).await;
    assert_eq!((again.status, again.code().as_str()), (409, "wrong_state"));
    assert_eq!(host.patch(address(&series), json!({"duration_minutes": 60})).await.status, 409);
    assert_eq!(
        occurrences(&host, &series, "").await.iter().filter(|one| one["status"] == "planned").count(),
        0
    );
}
