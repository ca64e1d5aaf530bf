//! What is forgotten, and when.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{newcomer, submit};
use crate::house::House;

const DAY: u64 = 86_400;

#[tokio::test]
async fn ninety_days_after_the_end_nothing_tells_of_people() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let (rejected, withdrawn) = (submit(&house, newcomer()).await, submit(&house, newcomer()).await);
    let (approved, open) = (submit(&house, newcomer()).await, submit(&house, newcomer()).await);
    let reject = json!({"reason_code": "incomplete", "message": "x"});
    assert_eq!(amina.post(&rejected.at("reject"), reject).await.status, 200);
    assert_eq!(withdrawn.post("withdraw", json!({})).await.status, 200);
    assert_eq!(amina.post(&approved.at("approve"), json!({})).await.status, 200);
    let gallery = approved.read().await["gallery"].as_str().unwrap().to_owned();
    house.advance(Duration::from_secs(89 * DAY));
    house.run_jobs().await;
    assert_eq!(rejected.read().await["reason"]["message"], "x");

    house.advance(Duration::from_secs(2 * DAY));
    house.run_jobs().await;
    for ended in [&rejected, &withdrawn, &approved] {
        let refused = house.with_token(&ended.token, Method::GET, "/v1/submissions/mine", None).await;
        assert_eq!((refused.status, &*refused.code()), (401, "unauthenticated"), "the token has ended");
    }
    assert_eq!(open.read().await["status"], "received", "what is open waits");
    let amina = house.sign_in(&amina.id, &amina.email).await;
    let read = amina.get(&rejected.at("")).await.json();
    assert_eq!((&read["status"], &read["reason"]), (&json!("rejected"), &Value::Null));
    assert_eq!(
        (&read["initiative"], &read["submitter"], &read["messages"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
    let titles = amina.get("/v1/submissions").await.json();
    assert_eq!(titles["items"].as_array().unwrap().iter().filter(|item| item["title"].is_null()).count(), 3);
    // Whoever is on the map is its contact now, under another key; of what was submitted even the keys are gone.
    let kept =
        "SELECT count(*) AS n FROM submission WHERE sealed_email IS NOT NULL AND erased_at IS NOT NULL";
    assert_eq!(house.count(kept).await, 0);
    let keys = "SELECT count(*) AS n FROM data_key k JOIN submission s ON s.id = k.record_id";
    assert_eq!(house.count(keys).await, 1);
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative_contact").await, 1);
    assert_eq!(house.count("SELECT count(*) AS n FROM submission_message").await, 1);
    assert_eq!(house.get(&gallery).await.status, 200, "what is on the map stays there");
    house.run_jobs().await;
}
