//! Many at once.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::{newcomer, newcomer_with, submit};
use crate::house::{House, answer};

#[tokio::test]
async fn of_twenty_moderators_who_approve_at_once_one_does() {
    let house = House::open().await;
    let submission = submit(&house, newcomer()).await;
    let admin = house.admin().await;
    let mut invited = Vec::new();
    for n in 0..20 {
        let email = format!("moderator{n}@example.org");
        let body = json!({"email": email, "role": "moderator", "display_name": "Moderator"});
        let id = admin.post("/v1/accounts/invite", body).await.json()["account"]["id"].clone();
        invited.push((id, email));
    }
    // Choosing twenty passwords takes longer than all of the rest.
    let same = "(SELECT password_hash FROM account WHERE role = 'admin')";
    house
        .sql(&format!("UPDATE account SET state = 'active', password_hash = {same} WHERE state = 'invited'"))
        .await;
    let mut moderators = Vec::new();
    for (id, email) in &invited {
        moderators.push(house.sign_in(id.as_str().unwrap(), email).await);
    }
    // Every other one says which version they read; the others would have any.
    let approvals = join_all(moderators.iter().zip(0..).map(|(moderator, n)| {
        let request = house.request(Method::POST, &submission.at("approve")).bearer_auth(&moderator.token);
        let request = request.header("if-match", if n % 2 == 0 { "*" } else { "\"1\"" });
        answer(request.json(&json!({})))
    }))
    .await;
    let done = approvals.iter().filter(|answer| answer.status == 200).count();
    let codes = [(409, "wrong_state"), (412, "precondition_failed")];
    let refused = approvals.iter().filter(|answer| codes.contains(&(answer.status, &*answer.code()))).count();
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
    let noted = "SELECT count(*) AS n FROM audit_entry WHERE action IN ('approve', 'publish')";
    assert_eq!(house.count(noted).await, 2);
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
async fn of_many_submissions_with_the_name_of_a_new_organisation_one_makes_it() {
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
    let made = approvals.iter().filter(|status| **status == 200).count();
    assert!(made == 1 && approvals.iter().all(|status| [200, 409].contains(status)), "{approvals:?}");
    assert_eq!(house.count("SELECT count(*) AS n FROM organisation").await, 1);
}

#[tokio::test]
async fn an_organisation_that_is_recorded_while_its_submission_is_approved_is_there_once() {
    let house = House::open().await;
    let (amina, bo) = (house.moderator().await, house.moderator().await);
    let mut on_the_map = 0;
    for round in 1..=6 {
        let name = format!("Guardianes de Semillas {round}");
        let submission = submit(&house, newcomer_with(json!({"submitter": {"organisation": name}}))).await;
        let body = json!({"name": name.to_uppercase(), "kind": "grassroots_group", "country": "MX"});
        let approve = submission.at("approve");
        let records = join_all((0..4).map(|_| bo.post("/v1/organisations", body.clone())));
        let (approved, recorded) = tokio::join!(amina.post(&approve, json!({})), records);
        // Whoever comes first makes it. A reviewer who comes second has to say whether it is the one.
        on_the_map += i64::from(approved.status == 200);
        let made = recorded.iter().filter(|answer| answer.status == 201).count();
        let refused =
            recorded.iter().filter(|answer| (answer.status, &*answer.code()) == (409, "conflict")).count();
        assert_eq!(made + refused, 4, "{made} made, {refused} refused");
        assert_eq!(
            (approved.status, made),
            if made == 0 { (200, 0) } else { (409, 1) },
            "{}",
            approved.text()
        );
        assert_eq!(house.count("SELECT count(*) AS n FROM organisation").await, round);
        for table in ["initiative", "initiative_organisation"] {
            assert_eq!(
                house.count(&format!("SELECT count(*) AS n FROM {table}")).await,
                on_the_map,
                "{table}"
            );
        }
    }
}
