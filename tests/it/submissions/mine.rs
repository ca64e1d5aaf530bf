//! What the token opens, and what it does not.

use reqwest::Method;
use serde_json::{Value, json};

use super::{newcomer, submit};
use crate::house::{House, answer, mistyped};

#[tokio::test]
async fn what_is_no_token_of_a_submission_is_401_whatever_it_is() {
    let house = House::open().await;
    let submission = submit(&house, newcomer()).await;
    let member = house.member().await;
    let typo = mistyped(&submission.token, submission.token.len() - 1);
    let stranger = "sol_mt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let calls: [(Method, &str, Option<Value>); 4] = [
        (Method::GET, "/v1/submissions/mine", None),
        (Method::PATCH, "/v1/submissions/mine", Some(json!({}))),
        (Method::POST, "/v1/submissions/mine/messages", Some(json!({"text": "x"}))),
        (Method::POST, "/v1/submissions/mine/withdraw", None),
    ];
    for (method, path, body) in calls {
        for token in [&typo, stranger, "x", &member.token] {
            let request = house.request(method.clone(), path).bearer_auth(token).header("if-match", "\"1\"");
            let refused = answer(match &body {
                Some(body) => request.json(body),
                None => request,
            })
            .await;
            assert_eq!(
                (refused.status, &*refused.code()),
                (401, "unauthenticated"),
                "{method} {path} {token}"
            );
            assert!(refused.header("www-authenticate").contains("invalid_token"), "{token}");
        }
        assert_eq!(house.send(method, path).await.status, 401);
    }
    for actor in [&submission.token, stranger] {
        let refused = house.with_token(actor, Method::GET, &submission.at(""), None).await;
        assert_eq!(refused.status, 401, "the token opens /mine and nothing else");
    }
}

#[tokio::test]
async fn the_submitter_edits_while_nobody_reviews_and_writes_while_it_is_open() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let submission = submit(&house, newcomer()).await;
    let without =
        house.with_token(&submission.token, Method::PATCH, "/v1/submissions/mine", Some(json!({}))).await;
    assert_eq!((without.status, &*without.code()), (428, "precondition_required"));
    let edit = json!({"initiative": {"url": null, "locality": "Tlacolula"}, "submitter": {"email": null, "name": "I."}});
    let edited = submission.patch(1, edit).await;
    assert_eq!((edited.status, edited.header("etag")), (200, "\"2\""), "{}", edited.text());
    let edited = edited.json();
    assert_eq!((&edited["status"], &edited["initiative"]["url"]), (&json!("received"), &Value::Null));
    assert_eq!(
        (&edited["initiative"]["place"]["locality"], &edited["submitter"]["email"]),
        (&json!("Tlacolula"), &Value::Null)
    );
    let wrong = submission.patch(2, json!({"initiative": {"country": "ZZ", "title": "…"}})).await;
    let mut faults = wrong.faults();
    faults.sort();
    assert_eq!(
        faults,
        [
            ("#/initiative/country".into(), "unknown_country".into()),
            ("#/initiative/title".into(), "invalid_format".into())
        ]
    );

    assert_eq!(amina.post(&submission.at("claim"), json!({})).await.status, 200);
    let late = submission.patch(3, json!({"initiative": {"title": "Other"}})).await;
    assert_eq!((late.status, &*late.code()), (409, "wrong_state"));
    assert_eq!(late.json()["allowed"], json!(["messages", "withdraw"]));
    let written = submission.post("messages", json!({"text": " One thing more. "})).await;
    assert_eq!((written.status, &written.json()["status"]), (200, &json!("in_review")), "{}", written.text());
    assert_eq!(written.json()["messages"][1]["text"], "One thing more.");

    assert_eq!(amina.post(&submission.at("request-changes"), json!({"message": "?"})).await.status, 200);
    let answered = submission.post("messages", json!({"text": "!"})).await;
    assert_eq!(answered.json()["status"], "in_review", "an answer brings it back");
    let gone = submission.post("withdraw", json!({})).await;
    assert_eq!(
        (gone.status, &gone.json()["status"], &gone.json()["allowed"]),
        (200, &json!("withdrawn"), &json!([]))
    );
    for verb in ["withdraw", "messages"] {
        let body = if verb == "messages" { json!({"text": "x"}) } else { json!({}) };
        let late = submission.post(verb, body).await;
        assert_eq!((late.status, &late.json()["allowed"]), (409, &json!([])), "{verb}");
    }
    let late = amina.post(&submission.at("approve"), json!({})).await;
    assert_eq!((late.status, &late.json()["allowed"]), (409, &json!([])));
}
