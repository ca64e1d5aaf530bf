//! Second factors, from setting one up to losing it.

use std::time::Duration;

use api::config::settings::{RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::house::{Actor, Answer, House};

const PASSWORD: &str = "marigold tractor seventeen fog";

/// What an authenticator with this secret shows now.
pub fn code(house: &House, secret: &str) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    totp.generate(house.now().timestamp().try_into().unwrap()).to_string()
}

/// Signs in with the password of every actor, and what is given further.
pub async fn sign_in(house: &House, email: &str, further: Value) -> Answer {
    let mut body = json!({"email": email, "password": PASSWORD});
    body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    house.post("/v1/sessions", body).await
}

/// Sets one up with this token; the secret and the recovery codes.
pub async fn enrol(house: &House, token: &str) -> (String, Vec<String>) {
    let begun = house.with_token(token, Method::POST, "/v1/me/totp", None).await;
    assert_eq!(begun.status, 200, "{}", begun.text());
    let secret = begun.json()["secret"].as_str().unwrap().to_owned();
    assert!(begun.json()["otpauth_url"].as_str().unwrap().contains(&format!("secret={secret}")));
    let body = json!({"code": code(house, &secret)});
    let done = house.with_token(token, Method::POST, "/v1/me/totp/confirm", Some(body)).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let codes = done.json()["recovery_codes"].as_array().unwrap().clone();
    (secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

/// A host who has one, with its secret and recovery codes.
pub async fn enrolled(house: &House) -> (Actor<'_>, String, Vec<String>) {
    let amina = house.host().await;
    let (secret, codes) = enrol(house, &amina.token).await;
    (amina, secret, codes)
}

#[tokio::test]
async fn admins_and_moderators_must_set_one_up_before_they_are_let_in() {
    let house = House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "true")]).await;
    for role in ["admin", "moderator"] {
        let email = format!("{role}@example.org");
        house.account(&email, role).await;
        let refused = sign_in(&house, &email, json!({})).await;
        assert_eq!((refused.status, &*refused.code()), (403, "second_factor_enrolment"));
        let token = refused.json()["enrolment_token"].as_str().unwrap().to_owned();
        for (method, path) in
            [(Method::GET, "/v1/me"), (Method::GET, "/v1/accounts"), (Method::GET, "/v1/sessions")]
        {
            let answer = house.with_token(&token, method, path, None).await;
            assert_eq!((answer.status, &*answer.code()), (403, "forbidden"), "{path}");
        }
        let (secret, codes) = enrol(&house, &token).await;
        assert_eq!(codes.len(), 10);
        let again = house.with_token(&token, Method::POST, "/v1/me/totp", None).await;
        assert_eq!(again.status, 401, "the token has served its purpose");
        house.advance(Duration::from_secs(30));
        let tokens = sign_in(&house, &email, json!({"totp": code(&house, &secret)})).await;
        assert_eq!(tokens.status, 201, "{}", tokens.text());
    }
    house.account("host@example.org", "host").await;
    assert_eq!(sign_in(&house, "host@example.org", json!({})).await.status, 201, "hosts need none");
}

#[tokio::test]
async fn an_enrolment_token_holds_for_ten_minutes() {
    let house = House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "true")]).await;
    house.account("admin@example.org", "admin").await;
    let refused = sign_in(&house, "admin@example.org", json!({})).await.json();
    house.advance(Duration::from_secs(606));
    let token = refused["enrolment_token"].as_str().unwrap();
    assert_eq!(house.with_token(token, Method::POST, "/v1/me/totp", None).await.status, 401);
}

#[tokio::test]
async fn a_code_works_once() {
    let house = House::open().await;
    let (amina, secret, _) = enrolled(&house).await;
    let missing = sign_in(&house, &amina.email, json!({})).await;
    assert_eq!((missing.status, &*missing.code()), (401, "second_factor_required"));
    let used = code(&house, &secret);
    let replayed = sign_in(&house, &amina.email, json!({"totp": used})).await;
    assert_eq!((replayed.status, &*replayed.code()), (401, "second_factor_required"), "used to confirm");
    house.advance(Duration::from_secs(30));
    let next = code(&house, &secret);
    let twins =
        futures_util::future::join_all((0..4).map(|_| sign_in(&house, &amina.email, json!({"totp": next}))))
            .await;
    assert_eq!(twins.iter().filter(|answer| answer.status == 201).count(), 1, "of four at once");
    house.advance(Duration::from_secs(60));
    assert_eq!(sign_in(&house, &amina.email, json!({"totp": next})).await.status, 401, "too old");
    // The password alone is not told to be right to whoever does not know it.
    let body = json!({"email": amina.email, "password": "wrong password", "totp": code(&house, &secret)});
    assert_eq!(house.post("/v1/sessions", body).await.code(), "invalid_credentials");
}

#[tokio::test]
async fn each_recovery_code_works_once_however_it_is_typed() {
    let house = House::open().await;
    let (amina, _, codes) = enrolled(&house).await;
    let typed = codes[0].replace('-', " ").to_uppercase();
    assert_eq!(sign_in(&house, &amina.email, json!({"recovery_code": typed})).await.status, 201);
    let again = sign_in(&house, &amina.email, json!({"recovery_code": codes[0]})).await;
    assert_eq!((again.status, &*again.code()), (401, "second_factor_required"));
    let twins = futures_util::future::join_all(
        (0..4).map(|_| sign_in(&house, &amina.email, json!({"recovery_code": codes[1]}))),
    )
    .await;
    assert_eq!(twins.iter().filter(|answer| answer.status == 201).count(), 1, "of four at once");
    // Somebody else's are of no use.
    let (bo, _, _) = enrolled(&house).await;
    assert_eq!(sign_in(&house, &bo.email, json!({"recovery_code": codes[2]})).await.status, 401);
}

#[tokio::test]
async fn it_counts_only_once_a_code_of_it_was_confirmed() {
    let house = House::open().await;
    let amina = house.host().await;
    assert_eq!(amina.post("/v1/me/totp/confirm", json!({"code": "123456"})).await.code(), "wrong_state");
    let first = amina.post("/v1/me/totp", json!({})).await.json()["secret"].as_str().unwrap().to_owned();
    let second = amina.post("/v1/me/totp", json!({})).await.json()["secret"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    let wrong = amina.post("/v1/me/totp/confirm", json!({"code": code(&house, &first)})).await;
    assert_eq!((wrong.status, wrong.faults()), (422, vec![("#/code".into(), "wrong_code".into())]));
    assert_eq!(sign_in(&house, &amina.email, json!({})).await.status, 201);
    assert_eq!(amina.get("/v1/me").await.json()["second_factor"], false);
    let body = json!({"code": code(&house, &second)});
    assert_eq!(amina.post("/v1/me/totp/confirm", body).await.status, 200);
    assert_eq!(amina.get("/v1/me").await.json()["second_factor"], true);
    let twice = amina.post("/v1/me/totp", json!({})).await;
    assert_eq!((twice.status, twice.json()["allowed"][0].as_str()), (409, Some("remove")));
}

#[tokio::test]
async fn it_is_taken_away_with_password_and_code() {
    let house = House::open().await;
    let (amina, secret, codes) = enrolled(&house).await;
    let remove = async |body: Value| amina.post("/v1/me/totp/remove", body).await;
    let wrong = remove(json!({"password": "wrong", "recovery_code": codes[0]})).await;
    assert_eq!((wrong.status, wrong.faults()), (422, vec![("#/password".into(), "wrong_password".into())]));
    assert_eq!(remove(json!({"password": PASSWORD})).await.code(), "second_factor_required");
    assert_eq!(
        remove(json!({"password": PASSWORD, "totp": code(&house, &secret)})).await.status,
        401,
        "used before"
    );
    assert_eq!(remove(json!({"password": PASSWORD, "recovery_code": codes[0]})).await.status, 204);
    assert_eq!(sign_in(&house, &amina.email, json!({})).await.status, 201);
    assert_eq!(house.count("SELECT count(*) AS n FROM recovery_code").await, 0);
    assert_eq!(amina.get("/v1/me").await.status, 200, "a host stays signed in");
}

#[tokio::test]
async fn with_one_a_password_may_be_shorter_and_then_it_cannot_be_taken_away() {
    let house = House::open().await;
    let (amina, _, codes) = enrolled(&house).await;
    let short = "kq8#Vz!m2Lp0";
    let change = json!({"old_password": PASSWORD, "new_password": short});
    assert_eq!(amina.post("/v1/me/password", change.clone()).await.status, 204);
    let remove =
        amina.post("/v1/me/totp/remove", json!({"password": short, "recovery_code": codes[0]})).await;
    assert_eq!(remove.faults(), [("#/password".into(), "too_short".into())]);
    let bo = house.host().await;
    let refused = bo.post("/v1/me/password", change).await;
    assert_eq!(refused.faults(), [("#/new_password".into(), "too_short".into())]);
}
