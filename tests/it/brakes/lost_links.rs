//! `/v1/manage-links`: whoever has the mailbox gets new links, and whoever asks learns nothing.

use std::time::Duration;

use api::config::settings::{FORM_LIMITS, MAIL, RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Method;
use serde_json::{Value, json};

use crate::events::dialogue;
use crate::house::mailbox::Parsed;
use crate::house::{Answer, House};
use crate::submissions::newcomer_with;

const AMINA: &str = "amina@example.org";
const REGISTRATION: &str = "/v1/registrations/mine";
const SUBMISSION: &str = "/v1/submissions/mine";

async fn ask(house: &House, email: &str) -> Answer {
    house.post("/v1/manage-links", json!({"email": email})).await
}

/// The letters with new links.
fn letters(house: &House) -> Vec<Parsed> {
    let all = house.filed_letters().into_iter();
    all.filter(|letter| letter.header("subject") == "What you asked for").collect()
}

/// The token of the link to this page in a letter.
fn token(letter: &Parsed, page: &str) -> String {
    let link = letter.text.lines().find(|line| line.contains(&format!("/{page}#"))).unwrap();
    link.split_once('#').unwrap().1.to_owned()
}

async fn opens(house: &House, token: &str, path: &str) -> u16 {
    house.with_token(token, Method::GET, path, None).await.status
}

#[tokio::test]
async fn one_letter_has_new_links_to_everything_and_strangers_learn_nothing() {
    let house = House::open_with(&[(&MAIL, "file"), (&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false")]).await;
    let host = house.host().await;
    let mut body = dialogue();
    body["registration"] = json!("open");
    let event = host.makes("events", body).await;
    host.does("schedule", &event).await;
    let desk = format!("/v1/events/{}/registrations", event["id"].as_str().unwrap());
    let comer = json!({"display_name": "Amina", "role": "ally", "email": AMINA, "language": "en"});
    assert_eq!(house.post(&desk, comer).await.status, 201);
    house.run_jobs().await;
    let mailed = house.filed_letters().iter().find_map(|letter| {
        Some(letter.text.lines().find(|line| line.contains("/registration#"))?.split_once('#')?.1.to_owned())
    });
    let mailed = mailed.unwrap();
    let verified =
        house.with_token(&mailed, Method::POST, &format!("{REGISTRATION}/verify"), Some(json!({}))).await;
    assert_eq!(verified.status, 200);
    let sent = house
        .post("/v1/submissions", newcomer_with(json!({"submitter": {"email": "AMINA@example.org"}})))
        .await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    let tracking = sent.json()["tracking_token"].as_str().unwrap().to_owned();
    let speaker = json!({"display_name": "Amina", "role": "ally", "contact": {"email": AMINA}});
    let speaker = host.makes("people", speaker).await;
    let may_be_written_to = json!({"purpose": "contact", "method": "online"});
    let ledger = format!("/v1/people/{}/consents", speaker["id"].as_str().unwrap());
    assert_eq!(host.post(&ledger, may_be_written_to).await.status, 201);
    let said = json!({"person": speaker["id"], "text": "We keep the seeds", "language": "en",
        "consent": {"purpose": "publish_quote", "method": "online"}});
    host.makes("quotes", said).await;

    let (known, unknown) = (ask(&house, AMINA).await, ask(&house, "nobody@example.org").await);
    assert_eq!((known.status, known.text()), (202, "{}"));
    assert_eq!((unknown.status, unknown.text()), (202, "{}"));
    for dump in [house.dump("manage_link_request").await, house.dump("submission").await] {
        assert!(!dump.to_lowercase().contains("amina@"), "addresses are sealed");
    }
    house.run_jobs().await;
    let [letter] = &letters(&house)[..] else { panic!("one letter") };
    assert_eq!(letter.header("to"), AMINA);
    let (registration, submission) = (token(letter, "registration"), token(letter, "submission"));
    assert_eq!(opens(&house, &token(letter, "consent"), "/v1/consents/mine").await, 200);
    assert_eq!(opens(&house, &registration, REGISTRATION).await, 200);
    assert_eq!(opens(&house, &submission, SUBMISSION).await, 200);
    assert_eq!(opens(&house, &mailed, REGISTRATION).await, 401, "a new link takes the place of the former");
    assert_eq!(opens(&house, &tracking, SUBMISSION).await, 401);

    // However often somebody asks, one letter an hour.
    for _ in 0..3 {
        assert_eq!(ask(&house, "Amina@Example.org").await.status, 202);
    }
    house.run_jobs().await;
    assert_eq!(letters(&house).len(), 1);
    assert_eq!(opens(&house, &registration, REGISTRATION).await, 200);
    house.advance(Duration::from_secs(3700));
    assert_eq!(ask(&house, AMINA).await.status, 202);
    house.run_jobs().await;
    assert_eq!(letters(&house).len(), 2);
    house.advance(Duration::from_secs(3700));
    house.run_jobs().await;
    assert_eq!(
        house.count("SELECT count(*) AS n FROM manage_link_request").await,
        0,
        "it is forgotten who asked"
    );
}

#[tokio::test]
async fn both_forms_have_small_allowances_of_their_own() {
    let house = House::open_with(&[(&FORM_LIMITS, "1/h, 1/h"), (&REQUIRE_TOTP, "false")]).await;
    let report = json!({"kind": "event", "id": api::ids::v4(), "reason": "danger"});
    let forms: [(&str, Value); 2] = [("/v1/manage-links", json!({"email": AMINA})), ("/v1/reports", report)];
    for (path, body) in forms {
        assert_eq!(house.post(path, body.clone()).await.status, 202, "{path}");
        assert_eq!(house.post(path, body).await.status, 429, "{path}");
    }
    let wrong = House::open().await.post("/v1/manage-links", json!({"email": "no address"})).await;
    assert_eq!(wrong.status, 422);
    assert!(!wrong.text().contains("no address"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_ask_for_one_address_at_once_all_are_answered_alike() {
    let house = House::open_with(&[(&MAIL, "file"), (&RATE_LIMITS, "off")]).await;
    let asked = futures_util::future::join_all((0..8).map(|_| ask(&house, AMINA))).await;
    assert!(
        asked.iter().all(|answer| answer.status == 202),
        "{:?}",
        asked.iter().map(Answer::text).collect::<Vec<_>>()
    );
    assert_eq!(house.count("SELECT count(*) AS n FROM manage_link_request").await, 1);
}
