//! The queue, claims, and who may decide.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Submitted, newcomer, newcomer_with, submit};
use crate::house::{Actor, House, answer};

/// The last segment of an address, and a body for it.
type Verb = (&'static str, fn() -> Value);

const VERBS: [Verb; 7] = [
    ("claim", || json!({})),
    ("request-changes", || json!({"message": "x"})),
    ("messages", || json!({"text": "x"})),
    ("approve", || json!({})),
    ("reject", || json!({"reason_code": "other", "message": "x"})),
    ("mark-duplicate", || json!({"of": "01890a5d-ac96-774b-bcce-b302099a8057"})),
    ("mark-spam", || json!({})),
];

#[tokio::test]
async fn members_and_hosts_and_strangers_do_not_review() {
    let house = House::open().await;
    let submission = submit(&house, newcomer()).await;
    for (actor, status, code) in [
        (Some(house.member().await), 403, "forbidden"),
        (Some(house.host().await), 403, "forbidden"),
        (None, 401, "unauthenticated"),
    ] {
        let token = actor.as_ref().map_or("x", |actor| &actor.token);
        let mut calls: Vec<(Method, String, Option<Value>)> =
            ["", "duplicates"].map(|part| (Method::GET, submission.at(part), None)).into();
        calls.push((Method::GET, "/v1/submissions".to_owned(), None));
        calls.push((Method::DELETE, submission.at("claim"), None));
        calls.extend(VERBS.map(|(verb, body)| (Method::POST, submission.at(verb), Some(body()))));
        for (method, path, body) in calls {
            let refused = house.with_token(token, method.clone(), &path, body).await;
            assert_eq!((refused.status, &*refused.code()), (status, code), "{method} {path}");
        }
    }
    assert_eq!(submission.read().await["status"], "received");
}

#[tokio::test]
async fn nobody_decides_what_they_submitted_themselves() {
    let house = House::open().await;
    let (amina, bo) = (house.moderator().await, house.admin().await);
    let sent = amina.post("/v1/submissions", newcomer()).await.json();
    let member = |name: &str| sent[name].as_str().unwrap().to_owned();
    let own = Submitted { house: &house, id: member("id"), token: member("tracking_token") };
    for (verb, body) in VERBS {
        let refused = amina.post(&own.at(verb), body()).await;
        assert_eq!((refused.status, &*refused.code()), (403, "forbidden"), "{verb}: {}", refused.text());
    }
    assert_eq!(own.read().await["status"], "received");
    assert_eq!(bo.post(&own.at("approve"), json!({})).await.status, 200);
}

#[tokio::test]
async fn while_one_reviews_nobody_else_decides() {
    let house = House::open().await;
    let (amina, bo) = (house.moderator().await, house.moderator().await);
    let submission = submit(&house, newcomer()).await;
    let claim = submission.at("claim");
    let other = submit(&house, newcomer()).await;
    assert_eq!(bo.delete(&other.at("claim")).await.status, 409, "there is no claim to give back");
    assert_eq!(amina.post(&claim, json!({})).await.status, 200);
    for (verb, body) in VERBS.into_iter().filter(|(verb, _)| *verb != "messages") {
        let refused = bo.post(&submission.at(verb), body()).await;
        assert_eq!((refused.status, &*refused.code()), (409, "conflict"), "{verb}: {}", refused.text());
    }
    assert_eq!(bo.delete(&claim).await.status, 409);
    house.advance(Duration::from_secs(25 * 60));
    let amina = house.sign_in(&amina.id, &amina.email).await;
    let bo = house.sign_in(&bo.id, &bo.email).await;
    assert_eq!(amina.post(&claim, json!({})).await.status, 200, "it goes on");
    for (minutes, status) in [(10, 409), (25, 200)] {
        house.advance(Duration::from_secs(minutes * 60));
        let bo = house.sign_in(&bo.id, &bo.email).await;
        assert_eq!(bo.post(&claim, json!({})).await.status, status, "after {minutes} minutes");
    }
    let bo = house.sign_in(&bo.id, &bo.email).await;
    let queue = async |claimed: bool| {
        let list = bo.get(&format!("/v1/submissions?claimed={claimed}")).await.json();
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (queue(true).await, queue(false).await),
        (vec![submission.id.clone()], vec![other.id.clone()])
    );
    assert_eq!(bo.delete(&claim).await.status, 204);
    assert_eq!(queue(false).await.len(), 2);
}

#[tokio::test]
async fn what_a_state_does_not_allow_is_409_with_what_it_does() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let submission = submit(&house, newcomer()).await;
    assert_eq!(amina.post(&submission.at("request-changes"), json!({"message": "x"})).await.status, 200);
    let twice = amina.post(&submission.at("request-changes"), json!({"message": "x"})).await;
    assert_eq!((twice.status, &*twice.code()), (409, "wrong_state"));
    assert_eq!(
        twice.json()["allowed"],
        json!(["claim", "messages", "approve", "reject", "mark-duplicate", "mark-spam"])
    );
    assert_eq!(amina.post(&submission.at("mark-spam"), json!({})).await.json()["status"], "spam");
    for (verb, body) in VERBS {
        let late = amina.post(&submission.at(verb), body()).await;
        assert_eq!((late.status, &late.json()["allowed"]), (409, &json!([])), "{verb}: {}", late.text());
    }
    let nowhere = "/v1/submissions/01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(amina.get(nowhere).await.status, 404);
    assert_eq!(amina.post(&format!("{nowhere}/claim"), json!({})).await.status, 404);
    let other = submit(&house, newcomer()).await;
    for of in [&other.id, "01890a5d-ac96-774b-bcce-b302099a8057"] {
        let refused = amina.post(&other.at("mark-duplicate"), json!({"of": of})).await;
        assert_eq!(refused.faults(), [("#/of".into(), "unknown_reference".into())]);
    }
    let marked = amina.post(&other.at("mark-duplicate"), json!({"of": submission.id})).await.json();
    assert_eq!((&marked["status"], &marked["duplicate_of"]), (&json!("duplicate"), &json!(submission.id)));
}

#[tokio::test]
async fn who_names_the_version_that_was_read_approves_that_one_only() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let submission = submit(&house, newcomer()).await;
    let etag = amina.get(&submission.at("")).await.header("etag").to_owned();
    assert_eq!(submission.patch(1, json!({"initiative": {"title": "Something else"}})).await.status, 200);
    let approve = async |etag: &str| {
        let request = house.request(Method::POST, &submission.at("approve")).bearer_auth(&amina.token);
        answer(request.header("if-match", etag).json(&json!({}))).await.status
    };
    assert_eq!(approve(&etag).await, 412);
    assert_eq!(approve("2").await, 400);
    assert_eq!(approve("\"2\"").await, 200);
}

#[tokio::test]
async fn the_queue_is_walked_page_by_page_in_both_directions() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let mut sent = Vec::new();
    for country in ["ZM", "KE", "MX", "ZM", "ZM"] {
        sent.push(submit(&house, newcomer_with(json!({"initiative": {"country": country}}))).await.id);
        house.advance(Duration::from_millis(5));
    }
    let walk = async |query: &str| walk(&amina, query).await;
    assert_eq!(walk("limit=2").await, sent);
    sent.reverse();
    assert_eq!(walk("limit=2&sort=newest").await, sent);
    assert_eq!(walk("limit=1&country=KE,MX").await.len(), 2);
    assert_eq!(walk("status=approved,rejected").await.len(), 0);
    let elsewhere = amina.get("/v1/submissions?limit=1&country=ZM").await.json();
    let cursor = elsewhere["next_cursor"].as_str().unwrap();
    let refused = amina.get(&format!("/v1/submissions?limit=1&country=KE&cursor={cursor}")).await;
    assert_eq!((refused.status, &*refused.code()), (400, "invalid_parameter"));
    for query in ["status=lost", "claimed=maybe", "x=1", "sort=random"] {
        assert_eq!(amina.get(&format!("/v1/submissions?{query}")).await.status, 400, "{query}");
    }
}

async fn walk(actor: &Actor<'_>, query: &str) -> Vec<String> {
    let (mut seen, mut path) = (Vec::new(), format!("/v1/submissions?{query}"));
    loop {
        let page = actor.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let json = page.json();
        let items = json["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = json["next_cursor"].as_str() else { return seen };
        path = format!("/v1/submissions?{query}&cursor={cursor}");
    }
}
