//! The day of the event: where it is, who came.

use reqwest::Method;
use serde_json::json;

use super::{HOUR, comer, desk, in_hours, register};
use crate::house::House;
use crate::records::address;

#[tokio::test]
async fn the_place_is_told_to_those_who_have_a_seat_around_the_time_and_to_hosts() {
    let house = House::open().await;
    let host = house.host().await;
    let event = in_hours(&house, &host, 30, 1).await;
    let other = in_hours(&house, &host, 20, 5).await;
    let (amina, _) = register(&house, &event, comer("activist")).await;
    let (bo, _) = register(&house, &event, comer("ally")).await;
    let (cleo, _) = register(&house, &other, comer("ally")).await;
    let path = desk(&event).replace("registrations", "venue");
    let told = async |token: &str| house.with_token(token, Method::GET, &path, None).await;
    assert_eq!(house.get(&path).await.status, 401);
    let early = told(&amina.token).await;
    assert_eq!((early.status, &*early.code()), (403, "forbidden"));
    assert!(!early.text().contains("hall"));
    let by_host = host.get(&path).await.json();
    assert_eq!((&by_host["venue"], &by_host["point"]["lat"]), (&json!("The hidden hall"), &json!(4.09512)));
    assert_eq!(house.host().await.get(&path).await.status, 404);
    assert_eq!(house.member().await.get(&path).await.status, 404);

    house.advance(7 * HOUR);
    let now = told(&amina.token).await.json();
    assert_eq!(
        (&now["venue"], &now["join_url"], &now["instructions"]),
        (&json!("The hidden hall"), &json!("https://meet.example.org/secret-room"), &json!("Knock twice"))
    );
    assert_eq!(told(&bo.token).await.status, 403, "who waits is not told");
    assert_eq!(told(&cleo.token).await.status, 404, "nor who comes to another one");
    assert_eq!(told("sol_mt_AAAA").await.status, 401);
    let reads = "SELECT count(*) AS n FROM audit_entry WHERE action = 'read' AND record_kind = 'event'";
    assert_eq!(house.count(reads).await, 2, "each time");
    house.advance(24 * HOUR + 26 * HOUR);
    assert_eq!(told(&amina.token).await.status, 403, "not for ever");
}

#[tokio::test]
async fn a_member_with_a_seat_is_told_too() {
    let house = House::open().await;
    let (host, member) = (house.host().await, house.member().await);
    let event = in_hours(&house, &host, 20, 1).await;
    assert_eq!(member.post(&desk(&event), comer("ally")).await.status, 201);
    let path = desk(&event).replace("registrations", "venue");
    assert_eq!(member.get(&path).await.json()["venue"], "The hidden hall");
    host.does("cancel", &event).await;
    assert_eq!(member.get(&path).await.status, 403, "it will not take place");
}

#[tokio::test]
async fn people_are_checked_in_by_code_or_list_and_counted() {
    let house = House::open().await;
    let host = house.host().await;
    let event = in_hours(&house, &host, 30, 20).await;
    let mut people = Vec::new();
    for n in 0..14 {
        people.push(register(&house, &event, comer(if n < 12 { "activist" } else { "donor" })).await.0);
    }
    let early = host.post(&people[0].at("check-in"), json!({})).await;
    assert_eq!((early.status, &*early.code()), (409, "conflict"));
    house.advance(31 * HOUR);
    let host = house.sign_in(&host.id, &host.email).await;
    let by_code = desk(&event).replace("registrations", "check-in");
    let code = people[0].read().await["check_in_code"].as_str().unwrap().to_lowercase();
    let checked = host.post(&by_code, json!({"code": format!("{} {}", &code[..4], &code[4..])})).await;
    assert_eq!((checked.status, &checked.json()["status"]), (200, &json!("attended")), "{}", checked.text());
    assert_eq!(host.post(&by_code, json!({"code": "0000-0000"})).await.status, 404);
    for person in &people[1..13] {
        assert_eq!(host.post(&person.at("check-in"), json!({})).await.json()["status"], "attended");
    }
    assert_eq!(host.post(&people[13].at("mark-absent"), json!({})).await.json()["status"], "absent");
    let twice = host.post(&people[0].at("check-in"), json!({})).await;
    assert_eq!((twice.status, &twice.json()["allowed"]), (409, &json!(["mark-absent"])));
    assert_eq!(host.post(&people[1].at("mark-absent"), json!({})).await.json()["status"], "absent");
    assert_eq!(host.post(&people[1].at("check-in"), json!({})).await.json()["status"], "attended");
    assert_eq!(people[0].post("cancel").await.code(), "wrong_state", "who came has come");
    let held = host.post(&format!("{}/complete", address(&event)), json!({})).await.json();
    assert_eq!(held["headcount"], json!({"activist": 12, "donor": 1, "ally": 0}));
    let public = house.gallery(&event).await.json()["headcount"].clone();
    assert_eq!((&public["activist"]["value"], &public["donor"]["suppressed"]), (&json!(12), &json!(true)));
}
