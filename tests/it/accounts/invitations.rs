//! `/v1/invitations` and `/v1/password-resets`

use std::time::Duration;

use api::config::settings::{MAIL, RATE_LIMITS, REQUIRE_TOTP};
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

/// The token in a letter that links to this page.
fn token_in(house: &House, page: &str) -> Option<String> {
    let letters = house.filed_letters();
    letters.iter().find_map(|letter| {
        let (_, rest) = letter.text.split_once(&format!("/{page}#"))?;
        Some(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect())
    })
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_with_the_token_of_a_letter() {
    let house = House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false"), (&MAIL, "file")]).await;
    let amina = house.host().await;
    for _ in 0..3 {
        let asked = house.post("/v1/password-resets", json!({"email": amina.email.to_uppercase()})).await;
        assert_eq!(asked.status, 202);
        house.run_jobs().await;
    }
    assert_eq!(house.filed_letters().len(), 1, "however often somebody asks");
    let token = token_in(&house, "password-reset").expect("a link in the letter");
    let complete = async |password: &str| {
        house.post("/v1/password-resets/complete", json!({"token": token, "password": password})).await
    };
    assert_eq!(complete("qwertyuiopasdfgh").await.faults(), [("#/password".into(), "too_common".into())]);
    let answers =
        futures_util::future::join_all((0..3).map(|_| complete("yellow bicycle under the bridge"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1, "of three at once");
    assert_eq!(amina.get("/v1/me").await.status, 401, "every session has ended");
    let sign_in = async |password: &str| {
        house.post("/v1/sessions", json!({"email": amina.email, "password": password})).await.status
    };
    assert_eq!((sign_in(PASSWORD).await, sign_in("yellow bicycle under the bridge").await), (401, 201));
}

#[tokio::test]
async fn an_invitation_is_mailed_and_repeating_the_call_invites_once() {
    let house = House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false"), (&MAIL, "file")]).await;
    let admin = house.admin().await;
    let body = json!({"email": "amina@example.org", "role": "host", "display_name": "Amina"});
    let mut answers = Vec::new();
    for _ in 0..2 {
        let request = house.request(reqwest::Method::POST, "/v1/accounts/invite").bearer_auth(&admin.token);
        answers
            .push(crate::house::answer(request.header("idempotency-key", "the-same-key").json(&body)).await);
    }
    assert_eq!((answers[0].status, answers[1].status), (201, 201));
    assert_eq!(answers[0].body, answers[1].body);
    assert_eq!(answers[1].header("idempotent-replayed"), "true");
    house.run_jobs().await;
    assert_eq!(token_in(&house, "invitation").as_deref(), answers[0].json()["token"].as_str());
    // Whoever lost the letter before accepting gets another one by asking for a new password.
    house.advance(Duration::from_secs(301));
    assert_eq!(house.post("/v1/password-resets", json!({"email": "amina@example.org"})).await.status, 202);
    house.run_jobs().await;
    assert_eq!(house.filed_letters().len(), 2);
    let noted = "SELECT count(*) AS n FROM audit_entry WHERE action IN ('invite', 'request_password_reset')";
    assert_eq!(house.count(noted).await, 2);
}

#[tokio::test]
async fn asking_for_a_new_password_answers_the_same_for_everybody() {
    let house = House::open().await;
    let amina = house.host().await;
    let ask = async |email: &str| house.post("/v1/password-resets", json!({"email": email})).await;
    let (known, unknown) = (ask(&amina.email).await, ask("nobody@example.org").await);
    assert_eq!((known.status, known.text()), (202, "{}"));
    assert_eq!((unknown.status, unknown.text()), (202, "{}"));
    assert_eq!(house.count("SELECT count(*) AS n FROM password_reset_request").await, 2, "the same work");
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM password_reset_request").await, 0);
    let links = "SELECT count(*) AS n FROM one_time_link WHERE purpose = 'password_reset'";
    assert_eq!(house.count(links).await, 1);
    assert_eq!(ask("").await.status, 422);
}
