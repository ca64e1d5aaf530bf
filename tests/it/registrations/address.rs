//! Registering with an e-mail address: it counts once the letter is answered.

use std::time::Duration;

use api::config::settings::{MAIL, RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Registered, comer, desk, register, scheduled};
use crate::house::House;

const AMINA: &str = "amina@example.org";

async fn open() -> House {
    House::open_with(&[(&MAIL, "file"), (&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false")]).await
}

fn with_address(role: &str, email: &str) -> Value {
    json!({"display_name": "Amina", "role": role, "email": email})
}

async fn verify<'a>(house: &'a House, id: &str, token: &str) -> Registered<'a> {
    let registered = Registered { house, id: id.to_owned(), token: token.to_owned() };
    let answer = registered.post("verify").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["id"], id);
    registered
}

#[tokio::test]
async fn a_seat_is_held_until_the_address_is_confirmed() {
    let house = open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 1})).await;
    let (amina, answer) = register(&house, &event, with_address("activist", AMINA)).await;
    assert_eq!((&answer["status"], &answer["has_email"]), (&json!("unverified"), &json!(true)));
    let (bo, waits) = register(&house, &event, comer("ally")).await;
    assert_eq!(waits["status"], "waitlisted", "the seat is held");
    let not_mailed = amina.post("verify").await;
    assert_eq!(
        (not_mailed.status, &*not_mailed.code()),
        (401, "unauthenticated"),
        "the answer's token shows nothing"
    );
    let mailed = house.mailed_token(AMINA).await.unwrap();
    assert_ne!(mailed, amina.token);
    let by_mail = verify(&house, &amina.id, &mailed).await;
    assert_eq!(by_mail.status().await, "confirmed");
    let ended = house.with_token(&amina.token, Method::GET, "/v1/registrations/mine", None).await;
    assert_eq!(
        (ended.status, &*ended.code()),
        (401, "unauthenticated"),
        "only who reads the mail opens it now"
    );
    assert_eq!(by_mail.post("verify").await.code(), "wrong_state");
    assert_eq!(bo.status().await, "waitlisted");
}

#[tokio::test]
async fn what_nobody_confirms_ends_after_thirty_minutes() {
    let house = open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 1})).await;
    let (amina, _) = register(&house, &event, with_address("activist", AMINA)).await;
    let mailed = house.mailed_token(AMINA).await.unwrap();
    let (bo, _) = register(&house, &event, comer("ally")).await;
    house.advance(Duration::from_secs(29 * 60));
    house.run_jobs().await;
    assert_eq!(bo.status().await, "waitlisted");
    house.advance(Duration::from_secs(61));
    house.run_jobs().await;
    assert_eq!((amina.status().await, bo.status().await), ("expired".into(), "confirmed".into()));
    let late = Registered { house: &house, id: amina.id, token: mailed };
    assert_eq!(late.post("verify").await.code(), "wrong_state");
}

/// The parts of an answer that could tell something.
fn telling(mut registration: Value) -> Value {
    for name in ["id", "created_at", "updated_at", "until"] {
        registration[name] = Value::Null;
    }
    registration
}

#[tokio::test]
async fn the_answer_is_the_same_whether_or_not_an_address_is_known() {
    let house = open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 3})).await;
    let (amina, first) = register(&house, &event, with_address("activist", AMINA)).await;
    let mailed = house.mailed_token(AMINA).await.unwrap();
    let amina = verify(&house, &amina.id, &mailed).await;
    let (other, second) = register(&house, &event, with_address("activist", "AMINA@example.org")).await;
    assert_eq!(telling(first), telling(second));
    assert_eq!(other.status().await, "unverified");
    assert_eq!(amina.status().await, "confirmed", "nobody takes it by knowing the address");
    let (_, third) = register(&house, &event, comer("activist")).await;
    assert_eq!(third["status"], "confirmed");
    let (_, fourth) = register(&house, &event, comer("activist")).await;
    assert_eq!(fourth["status"], "waitlisted", "one is held as for any address");
    house.run_jobs().await;
    let letters = house.filed_letters();
    let again = letters.iter().find(|letter| letter.text.contains("an entry with this address already"));
    let link = again.unwrap().text.lines().find_map(|line| line.split_once('#')).unwrap().1.to_owned();

    // Whoever reads the mail has the last word: the new one takes the place of the old.
    let other = verify(&house, &other.id, &link).await;
    assert_eq!((other.status().await, amina.status().await), ("confirmed".into(), "cancelled".into()));
    let seats = "SELECT count(*) AS n FROM registration WHERE holds_seat";
    assert_eq!(house.count(seats).await, 3, "what was held is given on");
}

#[tokio::test]
async fn seats_do_not_tell_whether_an_address_is_registered() {
    let house = open().await;
    let mut told = Vec::new();
    for known in [true, false] {
        let host = house.host().await;
        let event = scheduled(&host, json!({"capacity": 2})).await;
        let who = if known { AMINA.to_owned() } else { "somebody@example.org".to_owned() };
        let (first, _) = register(&house, &event, with_address("activist", &who)).await;
        verify(&house, &first.id, &house.mailed_token(&who).await.unwrap()).await;
        let mut seen = Vec::new();
        for body in [with_address("ally", AMINA), comer("ally"), with_address("ally", AMINA), comer("ally")] {
            seen.push(register(&house, &event, body).await.1["status"].clone());
        }
        seen.push(house.gallery(&event).await.json()["seats"].clone());
        house.advance(Duration::from_secs(31 * 60));
        house.run_jobs().await;
        seen.push(house.gallery(&event).await.json()["seats"].clone());
        told.push(seen);
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn nobody_has_a_seat_or_an_approval_for_typing_an_address() {
    let house = open().await;
    let (host, stranger) = (house.host().await, house.member().await);
    let event = scheduled(&host, json!({"registration": "by_approval"})).await;
    let (amina, _) = register(&house, &event, with_address("activist", AMINA)).await;
    let amina = verify(&house, &amina.id, &house.mailed_token(AMINA).await.unwrap()).await;
    assert_eq!(host.post(&amina.at("confirm"), json!({})).await.status, 200);

    let typed = stranger.post(&desk(&event), with_address("activist", AMINA)).await;
    assert_eq!(typed.status, 201, "{}", typed.text());
    let (typed, _) = super::received(&house, &typed);
    house.run_jobs().await;
    let letters = house.filed_letters();
    let again = letters.iter().find(|letter| letter.text.contains("already")).unwrap();
    let link = again.text.lines().find_map(|line| line.split_once('#')).unwrap().1.to_owned();
    let hers = verify(&house, &typed.id, &link).await;
    assert_eq!(hers.status().await, "confirmed", "who opens the letter keeps the place");
    for path in ["/v1/registrations/mine", &format!("/v1/events/{}/venue", event["id"].as_str().unwrap())] {
        let refused = house.with_token(&typed.token, Method::GET, path, None).await;
        assert_eq!(refused.status, 401, "{path}: {}", refused.text());
    }
    assert_eq!(typed.post("cancel").await.status, 401);
    assert_eq!(stranger.get("/v1/me/registrations").await.json()["items"], json!([]));
}

#[tokio::test]
async fn who_comes_anew_in_another_role_has_another_place() {
    let house = open().await;
    let host = house.host().await;
    let shares = json!([{"role": "donor", "max": 0}]);
    let event = scheduled(&host, json!({"capacity": 1, "composition": shares})).await;
    let (first, _) = register(&house, &event, with_address("activist", AMINA)).await;
    let first = verify(&house, &first.id, &house.mailed_token(AMINA).await.unwrap()).await;
    let (bo, _) = register(&house, &event, comer("ally")).await;
    let (second, _) = register(&house, &event, with_address("donor", AMINA)).await;
    house.run_jobs().await;
    let letters = house.filed_letters();
    let again = letters.iter().find(|letter| letter.text.contains("already")).unwrap();
    let link = again.text.lines().find_map(|line| line.split_once('#')).unwrap().1.to_owned();
    let second = verify(&house, &second.id, &link).await;
    assert_eq!(
        [first.status().await, second.status().await, bo.status().await],
        ["cancelled", "waitlisted", "confirmed"]
    );
}

#[tokio::test]
async fn an_address_is_not_flooded_with_letters() {
    let house = open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 2})).await;
    for _ in 0..6 {
        register(&house, &event, with_address("activist", AMINA)).await;
    }
    house.run_jobs().await;
    assert_eq!(house.filed_letters().len(), 3);
    let held = house.post(&desk(&event), comer("ally")).await.json();
    assert_eq!(held["registration"]["status"], "confirmed", "six times the same address hold one seat");
}

#[tokio::test]
async fn a_free_seat_is_offered_for_a_day_where_the_host_wants_that() {
    let house = open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 1})).await;
    let settings = format!("/v1/events/{}/registration-settings", event["id"].as_str().unwrap());
    let offers = json!({"offers": true});
    assert_eq!(host.send(Method::PUT, &settings, Some(offers)).await.status, 200);
    let (first, _) = register(&house, &event, comer("ally")).await;
    let mut waiting = Vec::new();
    for email in [AMINA, "bo@example.org"] {
        let (registered, _) = register(&house, &event, with_address("ally", email)).await;
        let mailed = house.mailed_token(email).await.unwrap();
        waiting.push(verify(&house, &registered.id, &mailed).await);
    }
    let (last, _) = register(&house, &event, comer("ally")).await;
    first.post("cancel").await;
    let offered = waiting[0].read().await;
    assert_eq!((&offered["status"], &offered["allowed"][0]), (&json!("offered"), &json!("accept")));
    house.run_jobs().await;
    let told = |house: &House, to: &str| {
        let letters = house.filed_letters();
        letters.iter().filter(|letter| letter.header("to") == to && letter.text.contains("24 hours")).count()
    };
    assert_eq!((told(&house, AMINA), told(&house, "bo@example.org")), (1, 0));
    house.advance(Duration::from_secs(24 * 3600 + 1));
    house.run_jobs().await;
    assert_eq!(waiting[0].status().await, "expired");
    assert_eq!(waiting[1].post("accept").await.json()["status"], "confirmed");
    waiting[1].post("cancel").await;
    assert_eq!(last.status().await, "confirmed", "nobody can write to them, so they simply have it");
}

#[tokio::test]
async fn an_event_that_is_moved_or_called_off_tells_everybody_who_can_be_told() {
    let house = open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 1})).await;
    for email in [AMINA, "bo@example.org"] {
        let (registered, _) = register(&house, &event, with_address("ally", email)).await;
        verify(&house, &registered.id, &house.mailed_token(email).await.unwrap()).await;
    }
    register(&house, &event, with_address("ally", "unconfirmed@example.org")).await;
    let when = json!({"precision": "minute", "starts_local": "2099-03-15T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 60});
    host.edits(&event, json!({"when": when})).await;
    house.run_jobs().await;
    assert_eq!(
        house.filed_letters().iter().filter(|letter| letter.text.contains("There is news")).count(),
        2
    );
    host.does("cancel", &event).await;
    house.run_jobs().await;
    let letters = house.filed_letters();
    let told = letters.iter().filter(|letter| letter.text.contains("will not take place"));
    let mut to: Vec<&str> = told.map(|letter| letter.header("to")).collect();
    to.sort_unstable();
    assert_eq!(to, [AMINA, "bo@example.org"]);
}

#[tokio::test]
async fn without_mail_an_address_is_kept_for_the_host_and_nothing_waits_for_it() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({})).await;
    let (_, answer) = register(&house, &event, with_address("ally", AMINA)).await;
    assert_eq!((&answer["status"], &answer["has_email"]), (&json!("confirmed"), &json!(true)));
}
