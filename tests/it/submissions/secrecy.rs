//! What must be found nowhere: neither in the database nor in the log.

use reqwest::Method;
use serde_json::json;

use super::{newcomer_with, submit};
use crate::house::House;
use crate::house::program::Server;

fn marked() -> serde_json::Value {
    newcomer_with(json!({
        "initiative": {"title": "Marker-title", "locality": "Marker-place", "url": "https://marker-site.example"},
        "submitter": {
            "name": "Marker-name", "role": "marker-role", "email": "marker-mail@example.org", "organisation": "Marker-organisation"
        },
        "message": "marker-words"
    }))
}

const MARKS: [&str; 8] = [
    "Marker-title",
    "Marker-place",
    "marker-site",
    "Marker-name",
    "marker-role",
    "marker-mail",
    "Marker-organisation",
    "marker-words",
];

#[tokio::test]
async fn what_was_submitted_is_not_in_the_database() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let submission = submit(&house, marked()).await;
    let question = json!({"message": "marker-words of the reviewer"});
    assert_eq!(amina.post(&submission.at("request-changes"), question).await.status, 200);
    let edited = submission.patch(2, json!({"submitter": {"name": "Marker-name 2"}})).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    let mut dump = String::new();
    for table in [
        "submission",
        "submission_message",
        "submission_sign",
        "audit_entry",
        "outbox_fact",
        "outbox_letter",
        "idempotent_answer",
    ] {
        dump += &house.dump(table).await;
    }
    let bytes = dump.replace("\\x", "");
    for mark in MARKS.into_iter().chain([&*submission.token]) {
        let hex: String = mark.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!dump.contains(mark) && !bytes.contains(&hex), "{mark} is in the database");
    }
}

#[tokio::test]
async fn nor_is_it_in_the_log() {
    let house = House::open().await;
    let variables = house.variables(&[("SOLIDARITY_LOG", "debug"), ("SOLIDARITY_REQUIRE_TOTP", "false")]);
    let mut server = Server::start(&variables, &["serve", "--listen", "127.0.0.1:0"]);
    let address = server.address();
    let client = reqwest::Client::new();
    let sent = client.post(format!("{address}/v1/submissions")).json(&marked()).send().await.unwrap();
    let token =
        sent.json::<serde_json::Value>().await.unwrap()["tracking_token"].as_str().unwrap().to_owned();
    for (method, path, body) in [
        (Method::GET, "mine", None),
        (Method::POST, "mine/messages", Some(json!({"text": "marker-words"}))),
        (Method::POST, "mine/messages", Some(json!({"marker-words": 1}))),
    ] {
        let request = client.request(method, format!("{address}/v1/submissions/{path}")).bearer_auth(&token);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        request.send().await.unwrap();
    }
    server.signal("TERM");
    let log = server.outcome().stderr;
    assert!(log.contains("/v1/submissions/mine"), "{log}");
    for mark in MARKS.into_iter().chain([&*token]) {
        assert!(!log.contains(mark), "{mark} is in the log: {log}");
    }
}

#[tokio::test]
async fn what_is_done_is_noted_with_names_of_fields_only() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let submission = submit(&house, marked()).await;
    assert_eq!(amina.get(&submission.at("")).await.status, 200);
    assert_eq!(amina.post(&submission.at("claim"), json!({})).await.status, 200);
    assert_eq!(amina.post(&submission.at("request-changes"), json!({"message": "x"})).await.status, 200);
    assert_eq!(submission.patch(3, json!({"initiative": {"summary": "x"}})).await.status, 200);
    assert_eq!(submission.post("messages", json!({"text": "x"})).await.status, 200);
    assert_eq!(amina.post(&submission.at("approve"), json!({})).await.status, 200);
    for (action, actor, kind) in [
        ("create", "nobody", "submission"),
        ("read", "account", "submission"),
        ("claim", "account", "submission"),
        ("request_changes", "account", "submission"),
        ("update", "token", "submission"),
        ("message", "token", "submission"),
        ("approve", "account", "submission"),
        ("create", "account", "initiative"),
        ("publish", "account", "initiative"),
        ("create", "account", "organisation"),
    ] {
        let query = format!(
            "SELECT count(*) AS n FROM audit_entry WHERE action = '{action}' AND actor = '{actor}' \
             AND record_kind = '{kind}' AND request_id IS NOT NULL"
        );
        assert_eq!(house.count(&query).await, 1, "{action} {kind} by {actor}");
    }
}
