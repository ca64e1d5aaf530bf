//! New secrets for keys.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{at, key, organisation, secret};
use crate::house::{House, answer};
use crate::series::instant;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn the_secret_before_works_on_for_a_while() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = organisation(&admin, "Sample group").await;
    let first = key(&admin, &group, &["events:read"]).await;
    let status = async |key: &Value| house.with_key(key).get("/v1/events").await.status;
    let rotate =
        async |admin: &crate::house::Actor<'_>, body: Value| admin.post(&at(&first, "rotate"), body).await;

    let second = rotate(&admin, json!({})).await;
    assert_eq!((second.status, second.header("etag")), (200, "\"2\""), "{}", second.text());
    let second = second.json();
    assert_ne!(secret(&second), secret(&first));
    assert_eq!((&second["id"], &second["scopes"]), (&first["id"], &first["scopes"]));
    let ends = instant(&second["overlap_until"]) - (house.now() + 24 * HOUR);
    assert_eq!(ends.num_seconds(), 0, "{second}");
    assert_eq!((status(&first).await, status(&second).await), (200, 200));
    let refused = rotate(&admin, json!({"overlap_hours": 1})).await;
    assert_eq!((refused.status, &*refused.code()), (409, "conflict"), "the first would be cut off");
    let ended = admin.post(&at(&first, "end-overlap"), json!({})).await;
    assert_eq!((ended.status, &ended.json()["overlap_until"]), (200, &json!(null)), "{}", ended.text());
    assert_eq!((status(&first).await, status(&second).await), (401, 200), "at once");
    let again = admin.post(&at(&first, "end-overlap"), json!({})).await;
    assert_eq!((again.status, &again.json()["allowed"]), (409, &json!(["rotate", "revoke"])));

    let third = rotate(&admin, json!({"overlap_hours": 2})).await.json();
    house.advance(2 * HOUR);
    let admin = house.sign_in(&admin.id, &admin.email).await;
    assert_eq!((status(&second).await, status(&third).await), (401, 200), "by itself");
    assert_eq!(admin.get(&at(&first, "")).await.json()["overlap_until"], json!(null));
    let fourth = rotate(&admin, json!({})).await.json();
    let fifth = rotate(&admin, json!({"overlap_hours": 0})).await;
    assert_eq!(fifth.status, 200, "{}", fifth.text());
    assert_eq!((status(&third).await, status(&fourth).await, status(&fifth.json()).await), (401, 401, 200));
    assert_eq!(rotate(&admin, json!({"overlap_hours": 169})).await.status, 422);
    let noted =
        "SELECT count(*) AS n FROM audit_entry WHERE action = 'rotate_key' AND record_kind = 'api_key'";
    assert_eq!(house.count(noted).await, 4);
}

#[tokio::test]
async fn of_two_rotations_at_once_one_wins_and_nobody_is_cut_off() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = organisation(&admin, "Sample group").await;
    let first = key(&admin, &group, &["events:read"]).await;
    let rotate = async |idempotency_key: &str| {
        let request = house.request(Method::POST, &at(&first, "rotate")).bearer_auth(&admin.token);
        answer(request.header("idempotency-key", idempotency_key).json(&json!({}))).await
    };
    let (one, two) = tokio::join!(rotate("one"), rotate("two"));
    let (won, lost, name) = if one.status == 200 { (one, two, "one") } else { (two, one, "two") };
    assert_eq!((won.status, lost.status, &*lost.code()), (200, 409, "conflict"), "{}", won.text());
    for works in [&first, &won.json()] {
        assert_eq!(house.with_key(works).get("/v1/events").await.status, 200);
    }
    let replayed = rotate(name).await;
    assert_eq!((replayed.json(), replayed.header("idempotent-replayed")), (won.json(), "true"));
    // What is kept of answers opens no key that was taken back.
    assert_eq!(admin.post(&at(&first, "revoke"), json!({})).await.status, 200);
    assert_eq!(rotate(name).await.status, 410);
}
