//! `/v1/scheduling/suggest`: times that are fair to people on many clocks.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use crate::house::House;
use crate::house::actors::Actor;
use crate::records::sorted;

const PATH: &str = "/v1/scheduling/suggest";

fn zones(names: &[&str]) -> Value {
    names.iter().map(|name| json!({"time_zone": name})).collect()
}

fn question(participants: Value) -> Value {
    json!({"participants": participants, "duration_minutes": 90, "from": "2027-03-01", "to": "2027-05-31", "sessions": 6})
}

async fn answer(host: &Actor<'_>, body: Value) -> Value {
    let answer = host.post(PATH, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

fn at(text: &Value) -> DateTime<Utc> {
    text.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_night_goes_round_and_every_clock_is_told() {
    let house = House::open().await;
    let host = house.host().await;
    let names = ["Africa/Juba", "America/Mexico_City", "Pacific/Fiji"];
    let found = answer(&host, question(zones(&names))).await;
    let sessions = found["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 6);
    assert_eq!((&sessions[0]["from"], &sessions[5]["to"]), (&json!("2027-03-01"), &json!("2027-05-31")));
    let mut awake_at_night = BTreeSet::new();
    for (place, session) in sessions.iter().enumerate() {
        assert_eq!(session["number"], place + 1);
        let slots = session["slots"].as_array().unwrap();
        assert_eq!(slots.len(), 3);
        for slot in slots {
            let (start, end) = (at(&slot["starts_at"]), at(&slot["ends_at"]));
            assert_eq!((end - start).num_minutes(), 90);
            let day = start.date_naive().to_string();
            assert!(day.as_str() >= session["from"].as_str().unwrap());
            assert!(day.as_str() <= session["to"].as_str().unwrap());
            assert_eq!(slot["zones"].as_array().unwrap().len(), 3);
            for clock in slot["zones"].as_array().unwrap() {
                let zone: chrono_tz::Tz = clock["time_zone"].as_str().unwrap().parse().unwrap();
                let wall: NaiveDateTime = clock["starts_local"].as_str().unwrap().parse().unwrap();
                assert_eq!(start.with_timezone(&zone).naive_local(), wall);
                let awake = start.with_timezone(&zone).format("%H:%M").to_string().as_str() >= "07:00"
                    && end.with_timezone(&zone).format("%H:%M").to_string().as_str() <= "22:00"
                    && start.with_timezone(&zone).date_naive() == end.with_timezone(&zone).date_naive();
                let outside = slot["outside"].as_array().unwrap().contains(&clock["time_zone"]);
                assert_eq!(outside, !awake, "{slot}");
                let burden = clock["burden"].as_f64().unwrap();
                assert!((0.0..=1.0).contains(&burden) && (!outside || burden > 0.0));
            }
        }
        awake_at_night.extend(slots[0]["outside"].as_array().unwrap().iter().map(Value::to_string));
    }
    assert!(awake_at_night.len() > 1, "not always the same: {found}");
    for zone in found["zones"].as_array().unwrap() {
        assert!(zone["outside"].as_u64().unwrap() < 6, "{found}");
    }
    let fairness = found["fairness"].as_f64().unwrap();
    assert!(fairness > 0.8 && fairness <= 1.0, "{fairness}");
    assert_eq!(answer(&host, question(zones(&names))).await, found, "the same again");
    let mut turned = names;
    turned.reverse();
    assert_eq!(answer(&host, question(zones(&turned))).await, found, "in whatever order");
}

#[tokio::test]
async fn who_bore_the_nights_before_is_spared() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let mut asked = question(zones(&["Europe/London", "Pacific/Auckland"]));
    asked["sessions"] = json!(1);
    // Three nights in Auckland.
    asked["earlier"] = json!(["2027-02-01T13:00:00Z", "2027-02-08T13:00:00Z", "2027-02-15T13:00:00Z"]);
    let found = answer(&moderator, asked.clone()).await;
    let slot = &found["sessions"][0]["slots"][0];
    assert_eq!(slot["zones"][1]["time_zone"], "Pacific/Auckland");
    assert_eq!(slot["zones"][1]["burden"], 0.0, "{slot}");
    assert!(found["zones"][1]["burden"].as_f64().unwrap() > 2.0);
    assert_eq!(found["zones"][1]["outside"], 3);
    asked["earlier"] = json!(["2027-02-01T01:00:00Z", "2027-02-08T01:00:00Z"]);
    let found = answer(&moderator, asked).await;
    assert_eq!(found["sessions"][0]["slots"][0]["zones"][0]["burden"], 0.0, "now London is");
}

#[tokio::test]
async fn a_country_counts_with_each_of_its_clocks() {
    let house = House::open().await;
    let admin = house.admin().await;
    let participants = json!([{"country": "SS"}, {"country": "AR", "weight": 10}, {"country": "BR", "weight": 3}, {"time_zone": "Africa/Juba"}]);
    let found = answer(&admin, question(participants)).await;
    let countries = found["countries"].as_object().unwrap();
    assert_eq!(countries["SS"], json!(["Africa/Juba"]));
    assert_eq!(countries["AR"], json!(["America/Argentina/Buenos_Aires"]), "twelve regions, one clock");
    assert_eq!(countries["BR"].as_array().unwrap().len(), 4, "{countries:?}");
    assert_eq!(found["zones"].as_array().unwrap().len(), 6);
    assert!(!found.to_string().contains("weight"));
    let mut alone = question(json!([{"country": "SS"}]));
    alone["preferred_local"] = json!({"from": "18:00", "to": "19:30"});
    let found = answer(&admin, alone).await;
    let wall = found["sessions"][0]["slots"][0]["zones"][0]["starts_local"].as_str().unwrap().to_owned();
    assert!(wall.ends_with("T18:00:00"), "{wall}");
    assert_eq!(found["fairness"], 1.0);
}

#[tokio::test]
async fn the_greatest_question_is_answered() {
    let house = House::open().await;
    let host = house.host().await;
    let names: Vec<&str> =
        chrono_tz::TZ_VARIANTS.iter().step_by(12).take(50).map(|zone| zone.name()).collect();
    let mut asked = question(zones(&names));
    asked["to"] = json!("2028-02-29");
    asked["sessions"] = json!(52);
    let found = answer(&host, asked).await;
    assert_eq!(found["sessions"].as_array().unwrap().len(), 52);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_all_its_faults() {
    let house = House::open().await;
    let host = house.host().await;
    let faults = async |body: Value| sorted(&host.post(PATH, body).await);
    let told = |faults: &[(&str, &str)]| {
        faults.iter().map(|(at, code)| (format!("#{at}"), (*code).to_owned())).collect::<Vec<_>>()
    };
    let mut wrong = question(json!([
        {"country": "SS", "time_zone": "Africa/Juba"}, {}, {"time_zone": "Africa/Yei"}, {"country": "XX"}, {"country": "BV"}
    ]));
    wrong["to"] = json!("2027-02-01");
    wrong["preferred_local"] = json!({"from": "20:00", "to": "08:00"});
    assert_eq!(
        faults(wrong).await,
        told(&[
            ("/participants/0", "not_one_of"),
            ("/participants/1", "not_one_of"),
            ("/participants/2/time_zone", "unknown_time_zone"),
            ("/participants/3/country", "unknown_country"),
            ("/participants/4/country", "unknown_country"),
            ("/preferred_local/to", "out_of_order"),
            ("/to", "out_of_order"),
        ])
    );
    for (member, value, at) in [
        ("to", json!("2028-03-02"), "/to"),
        ("to", json!("2027-03-03"), "/sessions"),
        ("sessions", json!(53), "/sessions"),
        ("sessions", json!(0), "/sessions"),
        ("duration_minutes", json!(721), "/duration_minutes"),
        ("duration_minutes", json!(10), "/duration_minutes"),
        ("participants", json!([]), "/participants"),
        ("participants", json!(vec![json!({"country": "SS"}); 51]), "/participants"),
        ("participants", json!([{"country": "SS", "weight": 11}]), "/participants/0/weight"),
        ("participants", json!([{"country": "SS", "person": "Amina"}]), "/participants/0/person"),
        ("preferred_local", json!({"from": "09:10", "to": "21:00"}), "/preferred_local/from"),
        ("earlier", json!(vec!["2027-01-01T00:00:00Z"; 105]), "/earlier"),
        ("from", json!("2027-02-30"), "/from"),
    ] {
        let mut body = question(zones(&["Africa/Juba"]));
        body[member] = value;
        let faults = faults(body).await;
        assert_eq!(
            faults.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(),
            [format!("#{at}")],
            "{faults:?}"
        );
    }
    let many = [
        "RU", "US", "CA", "AU", "BR", "MX", "AQ", "ID", "KI", "PF", "FM", "CL", "PT", "ES", "KZ", "MN", "CD",
        "UM",
    ];
    let many: Vec<Value> = many.iter().map(|code| json!({"country": code})).collect();
    assert_eq!(faults(question(json!(many))).await, told(&[("/participants", "too_many")]));
}

#[tokio::test]
async fn it_is_for_those_who_schedule() {
    let house = House::open().await;
    let member = house.member().await;
    let body = question(zones(&["Africa/Juba"]));
    assert_eq!(house.post(PATH, body.clone()).await.status, 401);
    assert_eq!(member.post(PATH, body).await.status, 403);
    assert_eq!(house.get(PATH).await.status, 405);
}
