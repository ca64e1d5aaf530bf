//! Everybody who has a credential may have themselves forgotten with it, without asking anybody.

use reqwest::Method;
use serde_json::json;

use super::{NAME, WORDS, named, told};
use crate::house::House;
use crate::house::actors::PASSWORD;
use crate::records::address;
use crate::registrations::{HOUR, comer, desk, in_hours, scheduled};

const MINE: &str = "/v1/registrations/mine";

#[tokio::test]
async fn who_registered_is_forgotten_and_the_seat_is_given_on() {
    let house = House::open().await;
    let host = house.host().await;
    let meeting = in_hours(&house, &host, 30, 1).await;
    let mut body = comer("activist");
    body["display_name"] = json!(NAME);
    body["email"] = json!("nyandeng@example.org");
    let comes = house.post(&desk(&meeting), body).await.json();
    let token = comes["manage_token"].as_str().unwrap();
    let waits = house.post(&desk(&meeting), comer("activist")).await.json();
    let waiting = waits["manage_token"].as_str().unwrap();
    let of = async |token: &str, method: Method| house.with_token(token, method, MINE, None).await;
    assert_eq!(of(waiting, Method::GET).await.json()["status"], "waitlisted");

    // Twice at once: one erases, the other finds nothing.
    let (first, second) = tokio::join!(of(token, Method::DELETE), of(token, Method::DELETE));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401]);
    assert_eq!(of(token, Method::GET).await.status, 401, "the token opens nothing any more");
    assert_eq!(of(waiting, Method::GET).await.json()["status"], "confirmed", "the seat is given on");
    house.knows_nothing_of(&["nyandeng"]).await;
    let id = comes["registration"]["id"].as_str().unwrap();
    let keys = "SELECT count(*) AS n FROM data_key k JOIN registration r ON r.id = k.record_id WHERE r.erased_at IS NOT NULL";
    assert_eq!(house.count(keys).await, 0);
    assert!(house.file("erasures.ndjson").contains(id), "an older copy will not bring them back");

    // Whoever came was counted, and stays counted.
    let came = of(waiting, Method::GET).await.json();
    house.advance(31 * HOUR);
    let host = house.sign_in(&host.id, &host.email).await;
    let check_in = format!("/v1/registrations/{}/check-in", came["id"].as_str().unwrap());
    assert_eq!(host.post(&check_in, json!({})).await.status, 200);
    assert_eq!(of(waiting, Method::DELETE).await.status, 204);
    let listed = host.get(&desk(&meeting)).await.json();
    let listed = listed["items"].as_array().unwrap();
    let stays = listed.iter().find(|row| row["id"] == came["id"]).unwrap();
    assert_eq!((&stays["status"], &stays["display_name"]), (&json!("attended"), &json!(null)));
    for other in ["", "sol_mt_unknown", &host.token] {
        assert_eq!(of(other, Method::DELETE).await.status, 401);
    }
}

#[tokio::test]
async fn who_gave_a_consent_is_erased_with_its_token() {
    let house = House::open().await;
    house.import(&told()).await.applied();
    let admin = house.admin().await;
    let person = named(&admin, NAME).await;
    let consents = format!("{}/consents", address(&person));
    let given = admin.post(&consents, json!({"purpose": "contact", "method": "oral_witnessed"})).await;
    assert_eq!(given.status, 201, "{}", given.text());
    let given = given.json();
    let token = given["manage_token"].as_str().unwrap();
    let words = admin.makes("events", crate::events::dialogue()).await;
    let quote = json!({"event": words["id"], "text": "One word", "language": "en", "attribution": {"level": "anonymous"},
        "consent": {"purpose": "publish_quote", "method": "online"}});
    let quote = admin.post("/v1/quotes", quote).await.json();
    let erase = async |token: &str| house.with_token(token, Method::DELETE, "/v1/consents/mine", None).await;
    let of_quote = erase(quote["manage_token"].as_str().unwrap()).await;
    assert_eq!(
        (of_quote.status, &of_quote.json()["allowed"]),
        (409, &json!(["withdraw"])),
        "it is about one quote"
    );
    assert_eq!(erase(token).await.status, 204);
    assert_eq!(erase(token).await.status, 401);
    assert_eq!(admin.get(address(&person)).await.status, 404);
    house.knows_nothing_of(&["nyandeng", "buried"]).await;
    assert!(!house.get("/v1/gallery/quotes").await.text().contains(WORDS));
}

#[tokio::test]
async fn who_has_an_account_closes_it_and_is_gone() {
    let house = House::open().await;
    house.import(&told()).await.applied();
    let (admin, host) = (house.admin().await, house.host().await);
    let person = named(&admin, NAME).await;
    let account = format!("/v1/accounts/{}", host.id);
    assert_eq!(admin.patch(&account, json!({"person": person["id"]})).await.status, 200);
    let renamed = host.patch("/v1/me", json!({"display_name": NAME, "language": "es"})).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text());
    let made = host.makes("events", crate::events::dialogue()).await;
    let meeting = scheduled(&admin, json!({"capacity": 1})).await;
    let seat = host.post(&desk(&meeting), json!({"display_name": NAME, "role": "activist"})).await;
    assert_eq!(seat.status, 201, "{}", seat.text());
    assert_eq!(host.post("/v1/me/calendar-feed", json!({})).await.status, 201);

    let wrong = host.post("/v1/me/erase", json!({"password": "marigold tractor seventeen hog"})).await;
    assert_eq!(wrong.faults(), [("#/password".to_owned(), "wrong_password".to_owned())]);
    assert_eq!(host.get("/v1/me").await.json()["display_name"], NAME);
    assert_eq!(host.post("/v1/me/erase", json!({"password": PASSWORD})).await.status, 204);
    assert_eq!(host.get("/v1/me").await.status, 401);
    let again = json!({"email": host.email, "password": PASSWORD});
    assert_eq!(house.post("/v1/sessions", again).await.status, 401);
    assert_eq!(admin.get(address(&person)).await.status, 404, "and the person they were");
    assert_eq!(admin.get(address(&made)).await.status, 200, "what they made for the campaign stays");
    house.knows_nothing_of(&["nyandeng", "buried"]).await;
    assert!(!house.dump("account").await.to_lowercase().contains("nyandeng"));
    for left in [
        "SELECT count(*) AS n FROM calendar_feed",
        "SELECT count(*) AS n FROM registration WHERE account_id IS NOT NULL OR sealed_person IS NOT NULL",
        "SELECT count(*) AS n FROM data_key k JOIN erasure e ON e.record_id = k.record_id",
    ] {
        assert_eq!(house.count(left).await, 0, "{left}");
    }

    // What is left is an identifier, and nothing can be done with it.
    let closed = admin.get(&account).await.json();
    assert!(
        closed["closed_at"].is_string() && closed["email"].is_null() && closed["person"].is_null(),
        "{closed}"
    );
    assert_eq!(admin.post(&format!("{account}/restore"), json!({})).await.status, 409);
    assert_eq!(admin.patch(&account, json!({"role": "admin"})).await.status, 409);
    assert_eq!(admin.delete(&account).await.status, 204);
    let invited = json!({"email": host.email, "role": "host", "display_name": "Somebody else"});
    assert_eq!(admin.post("/v1/accounts/invite", invited).await.status, 201, "the address is free");
    house.solidarity(&["audit", "verify"]).await.done();
}

#[tokio::test]
async fn admins_close_accounts_but_not_the_last_of_their_own() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (member, moderator) = (house.member().await, house.moderator().await);
    let account = format!("/v1/accounts/{}", member.id);
    for (actor, status) in [(&member, 403), (&moderator, 403)] {
        assert_eq!(actor.delete(&account).await.status, status);
    }
    let last = admin.post("/v1/me/erase", json!({"password": PASSWORD})).await;
    assert_eq!((last.status, admin.delete(&format!("/v1/accounts/{}", admin.id)).await.status), (409, 409));
    assert_eq!(admin.get("/v1/me").await.status, 200);
    assert_eq!(admin.delete(&account).await.status, 204);
    assert_eq!(member.get("/v1/me").await.status, 401);
    let other = house.admin().await;
    // Each closes the other's at once: one admin is left.
    let (mine, theirs) = (format!("/v1/accounts/{}", admin.id), format!("/v1/accounts/{}", other.id));
    let (first, second) = tokio::join!(admin.delete(&theirs), other.delete(&mine));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert!(statuses[0] == 204 && [401, 409].contains(&statuses[1]), "{statuses:?}");
    let left = "SELECT count(*) AS n FROM account WHERE role = 'admin' AND state = 'active'";
    assert_eq!(house.count(left).await, 1);
}
