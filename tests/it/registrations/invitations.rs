//! Codes with which invited people register.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{comer, desk, received, register, scheduled};
use crate::house::actors::Actor;
use crate::house::{Answer, House};
use crate::records::address;

fn codes(event: &Value) -> String {
    format!("{}/invitations", address(event))
}

/// Makes a code; what it says of it, and the code.
async fn code(host: &Actor<'_>, event: &Value, body: Value) -> (Value, String) {
    let made = host.post(&codes(event), body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let code = made["code"].as_str().unwrap().to_owned();
    (made, code)
}

fn with_code(code: &str) -> Value {
    let mut body = comer("ally");
    body["invitation"] = json!(code);
    body
}

async fn comes(house: &House, event: &Value, code: &str) -> Answer {
    house.post(&desk(event), with_code(code)).await
}

#[tokio::test]
async fn who_has_a_code_registers_as_often_as_it_says_also_where_the_event_is_private() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"registration": "by_invitation", "visibility": "private"})).await;
    let (made, code) = code(&host, &event, json!({"uses": 2})).await;
    assert_eq!((&made["uses"], &made["used"], &made["usable"]), (&json!(2), &json!(0), &json!(true)));
    assert_eq!(house.post(&desk(&event), comer("ally")).await.status, 404, "it is not there for others");
    assert_eq!(comes(&house, &event, "7KX2-M9QD-4TBW-0ZNE").await.status, 404);
    let (amina, first) = register(&house, &event, with_code(&code)).await;
    assert_eq!((&first["status"], amina.status().await.as_str()), (&json!("confirmed"), "confirmed"));
    // However it was typed.
    let typed = format!(" {}", code.replace('-', " ").to_lowercase());
    assert_eq!(comes(&house, &event, &typed).await.status, 201);
    assert_eq!(comes(&house, &event, &code).await.status, 404, "it was used up");
    // Who has gone has used it.
    assert_eq!(amina.post("cancel").await.status, 200);
    assert_eq!(comes(&house, &event, &code).await.status, 404);
    let listed = host.get(&codes(&event)).await.json()["items"].clone();
    assert_eq!(
        (&listed[0]["used"], &listed[0]["usable"], &listed[0]["code"]),
        (&json!(2), &json!(false), &Value::Null)
    );
    for table in ["registration_invitation", "idempotent_answer", "audit_entry"] {
        let stored = house.dump(table).await;
        assert!(!stored.contains(&code) && !stored.contains(&code.replace('-', "")), "{table}");
    }
}

#[tokio::test]
async fn a_code_ends_with_its_time_when_it_is_taken_back_and_with_the_registration() {
    let house = House::open().await;
    let host = house.host().await;
    let closes = (house.now() + chrono::TimeDelta::hours(3)).to_rfc3339();
    let event =
        scheduled(&host, json!({"registration": "by_invitation", "registration_closes_at": closes})).await;
    let past = json!({"expires_at": house.now() - chrono::TimeDelta::minutes(1)});
    let refused = host.post(&codes(&event), past).await;
    assert_eq!(refused.faults()[0], ("#/expires_at".into(), "not_ahead".into()));
    assert_eq!(host.post(&codes(&event), json!({"uses": 0})).await.status, 422);
    let ends = json!({"uses": 100, "expires_at": house.now() + chrono::TimeDelta::hours(1)});
    let (_, ending) = code(&host, &event, ends).await;
    let (taken, revoked) = code(&host, &event, json!({"uses": 100})).await;
    let (_, good) = code(&host, &event, json!({"uses": 100})).await;
    for code in [&ending, &revoked, &good] {
        assert_eq!(comes(&house, &event, code).await.status, 201);
    }
    let verb = format!("{}/{}/revoke", codes(&event), taken["id"].as_str().unwrap());
    let stranger = house.host().await;
    assert_eq!(stranger.post(&verb, json!({})).await.status, 404);
    assert_eq!(stranger.get(&codes(&event)).await.status, 404);
    assert_eq!(stranger.post(&codes(&event), json!({})).await.status, 404);
    for _ in 0..2 {
        let revoked = host.post(&verb, json!({})).await;
        assert_eq!((revoked.status, &revoked.json()["usable"]), (200, &json!(false)), "{}", revoked.text());
    }
    let refused = comes(&house, &event, &revoked).await;
    assert_eq!(refused.faults(), [("#/invitation".to_owned(), "not_usable".to_owned())]);
    house.advance(std::time::Duration::from_secs(3601));
    assert_eq!(comes(&house, &event, &ending).await.status, 422);
    assert_eq!(comes(&house, &event, &good).await.status, 201);
    assert_eq!(house.post(&desk(&event), comer("ally")).await.code(), "registration_closed");
    house.advance(std::time::Duration::from_secs(2 * 3600));
    assert_eq!(comes(&house, &event, &good).await.code(), "registration_closed");
}

#[tokio::test]
async fn a_code_is_for_one_event_and_counts_only_where_people_are_invited() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"registration": "by_invitation"})).await;
    let other = scheduled(&host, json!({"registration": "by_invitation"})).await;
    let open = scheduled(&host, json!({"capacity": 5})).await;
    let (_, code) = code(&host, &event, json!({})).await;
    assert_eq!(comes(&house, &other, &code).await.status, 422);
    assert_eq!(comes(&house, &open, &code).await.status, 201, "where everybody may come it is not looked at");
    assert_eq!(comes(&house, &event, &code).await.status, 201);
    assert_eq!(comes(&house, &event, &code).await.status, 422, "once, unless it says otherwise");
}

#[tokio::test]
async fn a_draft_goes_with_its_codes() {
    let house = House::open().await;
    let host = house.host().await;
    let mut body = crate::events::dialogue();
    body["registration"] = json!("by_invitation");
    let draft = host.makes("events", body).await;
    let (_, code) = code(&host, &draft, json!({"uses": 5})).await;
    assert_eq!(comes(&house, &draft, &code).await.code(), "registration_closed", "not yet");
    assert_eq!(host.delete(address(&draft)).await.status, 204);
    assert_eq!(comes(&house, &draft, &code).await.status, 404);
    assert_eq!(house.count("SELECT count(*) AS n FROM registration_invitation").await, 0);
}

#[tokio::test]
async fn what_nobody_confirmed_gives_its_use_back() {
    use api::config::settings::{MAIL, RATE_LIMITS, REQUIRE_TOTP};
    let house = House::open_with(&[(&MAIL, "file"), (&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false")]).await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"registration": "by_invitation"})).await;
    let (_, code) = code(&host, &event, json!({})).await;
    let mut mistyped = with_code(&code);
    mistyped["email"] = json!("typo@example.org");
    assert_eq!(house.post(&desk(&event), mistyped).await.status, 201);
    assert_eq!(comes(&house, &event, &code).await.status, 422);
    house.advance(std::time::Duration::from_secs(31 * 60));
    assert_eq!(comes(&house, &event, &code).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_no_more_come_than_the_code_lets_in() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"registration": "by_invitation", "capacity": 100})).await;
    let (made, code) = code(&host, &event, json!({"uses": 7})).await;
    let answers = join_all((0..40).map(|_| comes(&house, &event, &code))).await;
    let let_in: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(let_in.len(), 7);
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 422)));
    assert!(let_in.iter().all(|answer| received(&house, answer).1["status"] == "confirmed"));
    let used = "SELECT count(*) AS n FROM registration WHERE invitation_id IS NOT NULL";
    assert_eq!(house.count(used).await, 7, "{made}");
}
