//! `GET /v1/series/{series_id}/fairness`, and times for those who come.

use serde_json::{Value, json};

use super::{events, later, weekly};
use crate::house::House;
use crate::house::actors::Actor;
use crate::records::address;

/// Six weeks at 19:00 in Santiago, to which anybody may come.
async fn series(house: &House, host: &Actor<'_>) -> Value {
    let mut body = weekly(house);
    body["rrule"] = json!("FREQ=WEEKLY;COUNT=6");
    body["template"]["registration"] = json!("open");
    let series = host.makes("series", body).await;
    house.run_jobs().await;
    series
}

async fn read(host: &Actor<'_>, series: &Value, query: &str) -> Value {
    let answer = host.get(&format!("{}/fairness{query}", address(series))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn come(house: &House, event: &Value, zone: &str, people: usize) {
    let body = json!({"display_name": "Amina", "role": "ally", "time_zone": zone});
    for _ in 0..people {
        let came = house.post(&format!("{}/registrations", address(event)), body.clone()).await;
        assert_eq!(came.status, 201, "{}", came.text());
    }
}

#[tokio::test]
async fn who_meets_at_night_is_told_zone_by_zone() {
    let house = House::open().await;
    let host = house.host().await;
    let series = series(&house, &host).await;
    let found = read(&host, &series, "?time_zone=Asia/Tokyo,America/Santiago,Europe/Madrid,Asia/Tokyo").await;
    assert_eq!(found["sessions"], 6);
    let zones: Vec<&str> =
        found["zones"].as_array().unwrap().iter().map(|zone| zone["time_zone"].as_str().unwrap()).collect();
    assert_eq!(zones, ["America/Santiago", "Asia/Tokyo", "Europe/Madrid"]);
    // 19:00 to 20:30 there is midnight or later in Madrid, and 7 or 8 in the morning in Tokyo.
    let of = |at: usize| &found["zones"][at];
    assert_eq!(
        (&of(0)["outside"], &of(0)["outside_share"], &of(0)["burden"]),
        (&json!(0), &json!(0.0), &json!(0.0))
    );
    assert_eq!((&of(2)["outside"], &of(2)["outside_share"]), (&json!(6), &json!(1.0)));
    assert!(of(2)["burden"].as_f64().unwrap() > 4.0, "{found}");
    assert!(found["fairness"].as_f64().unwrap() < 0.4, "{found}");
    let from = later(&series["starts_local"], 21);
    let split = host.post(&format!("{}/split", address(&series)), json!({"from": from})).await;
    assert_eq!(split.status, 201, "{}", split.text());
    let goes_on = read(&host, &split.json(), "?time_zone=Europe/Madrid").await;
    assert_eq!(
        (&goes_on["sessions"], &goes_on["zones"][0]["outside"]),
        (&json!(6), &json!(6)),
        "what was before counts"
    );
    assert_eq!(read(&host, &series, "?time_zone=Europe/Madrid").await["sessions"], 3);
    let one = events(&host, &series).await.remove(0);
    host.does("cancel", &one).await;
    assert_eq!(read(&host, &series, "?time_zone=Europe/Madrid").await["zones"][0]["outside"], 2);
    let path = format!("{}/fairness", address(&series));
    assert_eq!(host.get(&format!("{path}?time_zone=Mars/Olympus")).await.code(), "invalid_parameter");
    assert_eq!(house.host().await.get(&path).await.status, 404);
    assert_eq!(house.member().await.get(&path).await.status, 403);
    assert_eq!(house.moderator().await.get(&path).await.status, 200);
}

#[tokio::test]
async fn zones_of_few_people_are_not_told_however_often_they_come() {
    let house = House::open().await;
    let host = house.host().await;
    let series = series(&house, &host).await;
    let empty = read(&host, &series, "").await;
    assert_eq!(
        (&empty["zones"], &empty["fairness"], &empty["others"]),
        (&json!([]), &json!(1.0), &json!(false))
    );
    let made = events(&host, &series).await;
    come(&house, &made[0], "Africa/Juba", 11).await;
    for event in &made {
        come(&house, event, "Asia/Tehran", 3).await;
    }
    come(&house, &made[1], "Africa/Juba", 2).await;
    let found = read(&host, &series, "").await;
    let zones = found["zones"].as_array().unwrap();
    assert_eq!(
        (zones.len(), &zones[0]["time_zone"], &found["others"]),
        (1, &json!("Africa/Juba"), &json!(true))
    );
    assert!(!found.to_string().contains("Tehran") && !found.to_string().contains("11"), "{found}");

    let question = json!({"registrants_of": made[0]["id"], "duration_minutes": 90, "from": "2027-03-01",
        "to": "2027-05-31", "sessions": 3});
    let suggested = host.post("/v1/scheduling/suggest", question.clone()).await;
    assert_eq!(suggested.status, 200, "{}", suggested.text());
    let zones = suggested.json()["zones"].clone();
    assert_eq!((zones.as_array().unwrap().len(), &zones[0]["time_zone"]), (1, &json!("Africa/Juba")));
    let mut together = question.clone();
    together["participants"] = json!([{"time_zone": "Pacific/Fiji"}]);
    let suggested = host.post("/v1/scheduling/suggest", together).await.json();
    assert_eq!(suggested["zones"].as_array().unwrap().len(), 2);
    let mut few = question.clone();
    few["registrants_of"] = made[1]["id"].clone();
    let refused = host.post("/v1/scheduling/suggest", few).await;
    assert_eq!(refused.faults(), [("#/participants".to_owned(), "too_few".to_owned())]);
    let stranger = house.host().await.post("/v1/scheduling/suggest", question).await;
    assert_eq!(stranger.status, 404, "{}", stranger.text());
}
