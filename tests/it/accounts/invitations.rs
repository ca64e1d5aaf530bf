//! `/v1/invitations` and `/v1/password-resets`

use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{Actor, Answer, House};

const PASSWORD: &str = "marigold tractor seventeen fog";

async fn invite(admin: &Actor<'_>, email: &str) -> Value {
    let body = json!({"email": email, "role": "host", "display_name": "Amina", "language": "sw"});
    let answer = admin.post("/v1/accounts/invite", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let invited = answer.json();
    assert_eq!(
        answer.header("location"),
        format!("/v1/accounts/{}", invited["account"]["id"].as_str().unwrap())
    );
    invited
}

async fn accept(house: &House, token: &Value, password: &str) -> Answer {
    house.post("/v1/invitations/accept", json!({"token": token, "password": password})).await
}

#[tokio::test]
async fn an_invited_person_chooses_a_password_once() {
    let house = House::open().await;
    let admin = house.admin().await;
    let invited = invite(&admin, "amina@example.org").await;
    assert_eq!(invited["account"]["state"], "invited");
    let token = &invited["token"];
    assert_eq!(accept(&house, &"sol_ot_x".into(), PASSWORD).await.code(), "not_found");
    let weak = accept(&house, token, "passwordpassword").await;
    assert_eq!(weak.faults(), [("#/password".into(), "too_common".into())]);
    let answers = futures_util::future::join_all((0..4).map(|_| accept(&house, token, PASSWORD))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "of four at once");
    assert!(answers.iter().all(|answer| [200, 404].contains(&answer.status)));
    let id = invited["account"]["id"].as_str().unwrap();
    let amina = house.sign_in(id, "amina@example.org").await;
    assert_eq!(amina.get("/v1/me").await.json()["state"], "active");
    assert_eq!(accept(&house, token, PASSWORD).await.status, 404);
    let taken = json!({"email": "AMINA@example.org", "role": "host", "display_name": "x"});
    assert_eq!(admin.post("/v1/accounts/invite", taken).await.code(), "conflict");
}

#[tokio::test]
async fn an_invitation_lasts_seven_days_and_not_beyond_a_suspension() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (late, suspended) =
        (invite(&admin, "late@example.org").await, invite(&admin, "out@example.org").await);
    let address = format!("/v1/accounts/{}/suspend", suspended["account"]["id"].as_str().unwrap());
    assert_eq!(admin.post(&address, json!({})).await.status, 200);
    assert_eq!(accept(&house, &suspended["token"], PASSWORD).await.status, 404);
    house.advance(Duration::from_secs(7 * 86_400));
    assert_eq!(accept(&house, &late["token"], PASSWORD).await.status, 404);
}

#[tokio::test]
async fn asking_for_a_new_password_answers_the_same_for_everybody() {
    let house = House::open().await;
    let amina = house.host().await;
    let ask = async |email: &str| house.post("/v1/password-resets", json!({"email": email})).await;
    let (known, unknown) = (ask(&amina.email).await, ask("nobody@example.org").await);
    assert_eq!((known.status, known.text()), (202, ""));
    assert_eq!((unknown.status, unknown.text()), (202, ""));
    assert_eq!(house.count("SELECT count(*) AS n FROM password_reset_request").await, 2, "the same work");
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM password_reset_request").await, 0);
    let links = "SELECT count(*) AS n FROM one_time_link WHERE purpose = 'password_reset'";
    assert_eq!(house.count(links).await, 1);
    assert_eq!(ask("").await.status, 422);
}
