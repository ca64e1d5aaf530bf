//! What tells of a person is nowhere in the clear.

use api::config::settings::{MAIL, RATE_LIMITS, REQUIRE_TOTP};
use serde_json::json;

use super::{comer, desk, register, scheduled};
use crate::house::House;

const TELLING: [&str; 5] =
    ["Amina of the hills", "amina@example.org", "Insulin", "Vegan food", "An honest reason"];

#[tokio::test]
async fn names_addresses_needs_and_answers_are_sealed() {
    let house = House::open_with(&[(&MAIL, "file"), (&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false")]).await;
    let host = house.host().await;
    let event = scheduled(&host, json!({})).await;
    let settings = format!("/v1/events/{}/registration-settings", event["id"].as_str().unwrap());
    let asks = json!({"offers": false, "questions": [{"id": "meals", "text": "What do you eat?"}]});
    assert_eq!(host.send(reqwest::Method::PUT, &settings, Some(asks)).await.status, 200);
    let body = json!({"display_name": TELLING[0], "role": "activist", "email": TELLING[1], "access_needs": TELLING[2],
        "answers": {"meals": TELLING[3]}});
    let request = house.request(reqwest::Method::POST, &super::desk(&event));
    let request = request.header("idempotency-key", "Zq3kT0xW9bL2mV7cR5nY1pQ8").json(&body);
    let answer = crate::house::answer(request).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let (amina, _) = super::received(&house, &answer);
    let reason = json!({"reason": TELLING[4]});
    assert_eq!(host.post(&amina.at("contact"), reason).await.status, 200);
    assert_eq!(amina.patch(1, json!({"access_needs": "None"})).await.status, 200);
    for table in [
        "registration",
        "registration_reveal",
        "registration_desk",
        "outbox_letter",
        "idempotent_answer",
        "audit_entry",
        "gallery_document",
    ] {
        let stored = house.dump(table).await;
        for telling in TELLING.into_iter().chain([&*amina.token]) {
            assert!(!stored.contains(telling), "{table}: {telling}");
        }
    }
    assert!(!house.gallery(&event).await.text().contains("Amina"));
    let (_, again) = register(&house, &event, json!({"display_name": "Bo", "role": "ally"})).await;
    assert_eq!(again["status"], "confirmed");
}

#[tokio::test]
async fn the_log_that_is_kept_for_good_does_not_say_which_account_came() {
    let house = House::open().await;
    let (host, member) = (house.host().await, house.member().await);
    let event = scheduled(&host, json!({})).await;
    let made = member.post(&desk(&event), comer("activist")).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["registration"]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/me/registrations/{id}/cancel");
    assert_eq!(member.post(&path, json!({})).await.status, 200);
    let entries = "SELECT count(*) AS n FROM audit_entry WHERE record_kind = 'registration'";
    assert_eq!(house.count(entries).await, 2);
    assert_eq!(house.count(&format!("{entries} AND actor = 'token' AND actor_id IS NULL")).await, 2);
    let entered = host.post(&desk(&event), comer("ally")).await;
    assert_eq!(entered.status, 201);
    assert_eq!(
        house.count(&format!("{entries} AND actor = 'account'")).await,
        1,
        "hosts answer for whom they enter"
    );
}
