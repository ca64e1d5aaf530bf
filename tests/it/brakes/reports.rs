//! `/v1/reports`: anybody says that something must not be there.

use std::time::Duration;

use serde_json::{Value, json};

use super::{held, of_event};
use crate::house::House;
use crate::house::actors::Actor;
use crate::records::address;

const WORDS: &str = "That is my brother, they look for him";

fn about(kind: &str, record: &Value, reason: &str) -> Value {
    json!({"kind": kind, "id": record["id"], "reason": reason, "text": WORDS})
}

async fn queue(who: &Actor<'_>, query: &str) -> Vec<Value> {
    who.get(&format!("/v1/reports{query}")).await.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_stranger_reports_and_a_moderator_takes_it_off_at_once() {
    let house = House::open().await;
    let (host, moderator, other) = (house.host().await, house.moderator().await, house.moderator().await);
    let event = held(&host).await;
    let contributions = of_event(&host, &moderator, &event).await;
    let nobody = json!({"id": api::ids::v4()});
    let first = house.post("/v1/reports", about("quote", &contributions[0], "mine")).await;
    house.advance(Duration::from_secs(1));
    let answers = [
        first,
        house.post("/v1/reports", about("event", &event, "danger")).await,
        house.post("/v1/reports", about("event", &nobody, "danger")).await,
        house.post("/v1/reports", about("story", &event, "wrong")).await,
    ];
    for answer in &answers {
        assert_eq!((answer.status, answer.text()), (202, answers[0].text()), "nothing is told by asking");
    }
    assert!(!house.dump("report").await.contains("brother"), "what is written is sealed");

    for somebody in [&host, &house.member().await] {
        assert_eq!(somebody.get("/v1/reports").await.status, 403);
    }
    let waiting = queue(&moderator, "").await;
    let [first, second] = &waiting[..] else { panic!("{waiting:?}") };
    assert_eq!(
        (&first["kind"], &first["reason"], &first["record"]),
        (&json!("quote"), &json!("mine"), &contributions[0]["id"])
    );
    let dangerous = queue(&moderator, "?reason=danger").await;
    assert_eq!((dangerous.len(), &dangerous[0]), (1, second));
    assert!(!waiting[0].to_string().contains("brother"));
    assert_eq!(moderator.get(address(first)).await.json()["text"], WORDS);

    // Hidden in that transaction, with what belongs to it, and back only with somebody who did not make it.
    let hidden = moderator.does("hide", second).await;
    assert_eq!(hidden["hidden"], true);
    moderator.does("hide", second).await;
    for record in contributions.iter().chain([&event]) {
        assert_eq!(house.gallery(record).await.status, 410, "{}", address(record));
    }
    let seen = host.get(address(&event)).await.json();
    assert_eq!(seen["withheld_because"], json!(["reported"]));
    host.edits(&event, json!({"title": "Another"})).await;
    assert_eq!(house.gallery(&event).await.status, 410, "an edit does not bring it back");
    moderator.does("hide", first).await;
    let file = house.export().await;
    let said: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = |kind: &str| said.iter().find(|line| line["type"] == kind).unwrap();
    assert_eq!(
        (&line("event")["visibility"], &line("quote")["status"]),
        (&json!("private"), &json!("draft")),
        "a file must not show it again"
    );
    assert_eq!(other.does("claim", second).await["claimed_by"], json!(other.id));
    let close = json!({"outcome": "kept", "note": "A namesake"});
    assert_eq!(moderator.post(&format!("{}/close", address(second)), close.clone()).await.status, 409);
    assert_eq!(other.does("unhide", second).await["hidden"], false);
    assert_eq!(house.gallery(&event).await.status, 200);
    let closed = other.post(&format!("{}/close", address(second)), close.clone()).await;
    assert_eq!((closed.status, &closed.json()["note"]), (200, &json!("A namesake")));
    assert_eq!(other.post(&format!("{}/close", address(second)), close).await.code(), "wrong_state");
    assert_eq!(queue(&moderator, "").await.len(), 1);

    house.advance(Duration::from_secs(91 * 86_400));
    house.run_jobs().await;
    let other = house.sign_in(&other.id, &other.email).await;
    let old = other.get(address(second)).await.json();
    assert_eq!((&old["text"], &old["note"], &old["outcome"]), (&Value::Null, &Value::Null, &json!("kept")));
    assert_eq!(other.get(address(first)).await.json()["text"], WORDS, "what waits is not forgotten");
    assert_eq!(house.count("SELECT count(*) AS n FROM report WHERE sealed_text IS NOT NULL").await, 1);
}

#[tokio::test]
async fn whoever_made_it_does_not_let_it_back() {
    let house = House::open().await;
    let (author, other) = (house.moderator().await, house.admin().await);
    let event = held(&author).await;
    house.post("/v1/reports", about("event", &event, "danger")).await;
    let report = queue(&author, "").await.remove(0);
    author.does("hide", &report).await;
    assert_eq!(author.post(&format!("{}/unhide", address(&report)), json!({})).await.status, 403);
    other.does("unhide", &report).await;
    assert_eq!(house.gallery(&event).await.status, 200);
}

#[tokio::test]
async fn a_report_says_what_it_is_about_and_nothing_more() {
    let house = House::open().await;
    let wrong = house
        .post("/v1/reports", json!({"kind": "person", "id": "x", "reason": "mine", "name": "Amina"}))
        .await;
    assert_eq!(wrong.status, 422);
    assert!(!wrong.text().contains("Amina"));
    let mut places: Vec<_> = wrong.faults().into_iter().map(|(pointer, _)| pointer).collect();
    places.sort();
    assert_eq!(places, ["#/id", "#/kind", "#/name"]);
}
