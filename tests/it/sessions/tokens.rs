//! Access tokens: what is in them, how long they hold, and which are refused.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};

use crate::house::House;

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn with_part(token: &str, at: usize, value: &Value) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts[at] = BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    parts.join(".")
}

#[tokio::test]
async fn a_token_says_which_account_and_session_and_nothing_else() {
    let house = House::open().await;
    let admin = house.admin().await;
    let header = part(&admin.token, 0);
    assert_eq!((&header["alg"], &header["typ"]), (&"EdDSA".into(), &"JWT".into()));
    let claims = part(&admin.token, 1);
    let names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names.len(), 8, "{names:?}");
    for name in ["iss", "aud", "typ", "sub", "sid", "iat", "nbf", "exp"] {
        assert!(names.contains(&name), "{name}");
    }
    assert_eq!(claims["sub"], admin.id);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
}

#[tokio::test]
async fn a_token_holds_for_ten_minutes_and_five_seconds_at_most() {
    let house = House::open().await;
    let amina = house.host().await;
    house.advance(Duration::from_secs(599));
    assert_eq!(amina.get("/v1/me").await.status, 200);
    house.advance(Duration::from_secs(7));
    let late = amina.get("/v1/me").await;
    assert_eq!((late.status, &*late.code()), (401, "unauthenticated"));
}

#[tokio::test]
async fn a_token_that_was_tampered_with_is_refused() {
    let house = House::open().await;
    let (amina, admin) = (house.host().await, house.admin().await);
    let (header, claims) = (part(&amina.token, 0), part(&amina.token, 1));
    let changed = |value: &Value, name: &str, to: Value| {
        let mut value = value.clone();
        value[name] = to;
        value
    };
    let unsigned = with_part(&amina.token, 0, &changed(&header, "alg", "none".into()));
    let mut forged = vec![
        with_part(&amina.token, 0, &changed(&header, "alg", "HS256".into())),
        with_part(&amina.token, 0, &changed(&header, "kid", admin.id.clone().into())),
        with_part(&amina.token, 0, &changed(&header, "kid", Value::Null)),
        with_part(&amina.token, 1, &changed(&claims, "sub", admin.id.clone().into())),
        with_part(&amina.token, 1, &changed(&claims, "exp", json!(4_000_000_000_i64))),
        format!("{}.", unsigned.rsplit_once('.').unwrap().0),
        unsigned,
        amina.refresh_token.clone(),
        "x".to_owned(),
        "a".repeat(5000),
    ];
    forged.push(format!("{}x", amina.token));
    for token in forged {
        let answer = house.with_token(&token, Method::GET, "/v1/me", None).await;
        assert_eq!((answer.status, &*answer.code()), (401, "unauthenticated"), "{token}");
    }
    for header in ["", "Bearer", "Basic YTpi", "bearer "] {
        let answer = house.get_with("/v1/me", &[("authorization", header)]).await;
        assert_eq!(answer.status, 401, "{header}");
    }
    let lower = format!("bearer {}", amina.token);
    assert_eq!(house.get_with("/v1/me", &[("authorization", &lower)]).await.status, 200);
}

#[tokio::test]
async fn what_is_public_does_not_care_for_credentials() {
    let house = House::open().await;
    for path in ["/v1/gallery", "/v1/countries", "/livez"] {
        assert_eq!(house.get_with(path, &[("authorization", "Bearer x")]).await.status, 200, "{path}");
    }
    let expired = house.request(Method::POST, "/v1/sessions").bearer_auth("x");
    let expired =
        crate::house::answer(expired.json(&json!({"email": "a@example.org", "password": "b"}))).await;
    assert_eq!(
        expired.code(),
        "invalid_credentials",
        "an expired token does not stand in the way of signing in"
    );
}

#[tokio::test]
async fn the_signing_key_changes_and_the_old_one_verifies_until_its_last_token_has_expired() {
    let house = House::open().await;
    let amina = house.host().await;
    house.advance(Duration::from_secs(30 * 86_400 - 60));
    let bo = house.sign_in(&amina.id, &amina.email).await;
    house.run_jobs().await;
    assert_eq!(part(&bo.token, 0)["kid"], part(&amina.token, 0)["kid"]);
    house.advance(Duration::from_secs(120));
    house.run_jobs().await;
    let after = house.sign_in(&amina.id, &amina.email).await;
    assert_ne!(part(&after.token, 0)["kid"], part(&bo.token, 0)["kid"]);
    for actor in [&bo, &after] {
        assert_eq!(actor.get("/v1/me").await.status, 200);
    }
    let keys = "SELECT count(*) AS n FROM signing_key";
    assert_eq!(house.count(keys).await, 2);
    house.advance(Duration::from_secs(3700));
    house.run_jobs().await;
    assert_eq!(house.count(keys).await, 1);
    assert_eq!(house.sign_in(&amina.id, &amina.email).await.get("/v1/me").await.status, 200);
}

#[tokio::test]
async fn pages_of_other_origins_cannot_read_the_private_side() {
    let house = House::open().await;
    let amina = house.host().await;
    let request = house
        .request(Method::GET, "/v1/me")
        .bearer_auth(&amina.token)
        .header("origin", "https://evil.example");
    let answer = crate::house::answer(request).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, ""));
    assert_eq!(house.get("/v1/gallery").await.header("access-control-allow-origin"), "*");
}
