//! Many at once.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::{newcomer, submit};
use crate::house::{House, answer};

#[tokio::test]
async fn of_twenty_moderators_who_approve_at_once_one_does() {
    let house = House::open().await;
    let submission = submit(&house, newcomer()).await;
    // Two accounts in twenty sessions, and twenty ways to ask.
    let (amina, bo) = (house.moderator().await, house.moderator().await);
    let approvals = join_all((0..20).map(|n| {
        let actor = if n % 2 == 0 { &amina } else { &bo };
        let path = submission.at("approve");
        async move { actor.post(&path, json!({})).await }
    }))
    .await;
    let done = approvals.iter().filter(|answer| answer.status == 200).count();
    let refused =
        approvals.iter().filter(|answer| (answer.status, &*answer.code()) == (409, "wrong_state")).count();
    assert_eq!(
        (done, refused),
        (1, 19),
        "{:?}",
        approvals.iter().map(|answer| answer.status).collect::<Vec<_>>()
    );
    for table in ["initiative", "organisation", "gallery_document"] {
        assert_eq!(house.count(&format!("SELECT count(*) AS n FROM {table}")).await, 1, "{table}");
    }
    let told = "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'submission_approved'";
    assert_eq!(house.count(told).await, 1);
}

#[tokio::test]
async fn approving_against_withdrawing_ends_in_one_of_the_two() {
    let house = House::open().await;
    let amina = house.moderator().await;
    for _ in 0..5 {
        let submission = submit(&house, newcomer()).await;
        let approve = submission.at("approve");
        let (approved, withdrawn) =
            tokio::join!(amina.post(&approve, json!({})), submission.post("withdraw", json!({})));
        let mine = submission.read().await;
        match (approved.status, withdrawn.status) {
            (200, 409) => {
                assert_eq!(mine["status"], "approved");
                assert_eq!(house.get(mine["gallery"].as_str().unwrap()).await.status, 200);
            }
            (409, 200) => {
                assert_eq!((&mine["status"], &mine["gallery"]), (&json!("withdrawn"), &json!(null)))
            }
            other => panic!("{other:?}"),
        }
    }
    let approved = house.count("SELECT count(*) AS n FROM submission WHERE status = 'approved'").await;
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative").await, approved);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_at_once_with_one_key_is_one_submission() {
    let house = House::open().await;
    let answers = join_all((0..8).map(|_| {
        let request = house.request(Method::POST, "/v1/submissions");
        answer(request.header("idempotency-key", "Zq3kT0xW9bL2mV7cR5nY1pQ8").json(&newcomer()))
    }))
    .await;
    let first = answers[0].json();
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.json(), first);
    }
    assert_eq!(house.count("SELECT count(*) AS n FROM submission").await, 1);
}

#[tokio::test]
async fn two_submissions_of_one_new_organisation_make_it_once() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let mut submissions = Vec::new();
    for _ in 0..6 {
        submissions.push(submit(&house, newcomer()).await);
    }
    let approvals = join_all(submissions.iter().map(|submission| {
        let (actor, path) = (&amina, submission.at("approve"));
        async move { actor.post(&path, json!({})).await.status }
    }))
    .await;
    assert_eq!(approvals, [200; 6]);
    assert_eq!(house.count("SELECT count(*) AS n FROM organisation").await, 1);
}
