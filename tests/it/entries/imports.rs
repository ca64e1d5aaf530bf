//! A file says nothing of confirmations, and they say nothing of it.

use serde_json::{Value, json};

use super::{a_year_later, pass, with_mail};
use crate::bundle::Bundle;

fn bundle(summary: &str) -> Bundle {
    Bundle::of([
        json!({"type": "initiative", "id": "i-1", "title": "Seeds", "summary": summary, "country": "ZM", "language": "en"}),
    ])
}

#[tokio::test]
async fn an_import_is_no_confirmation_and_goes_on_after_one() {
    let (mailbox, house) = with_mail().await;
    house.import(&bundle("one")).await.applied();
    let moderator = house.moderator().await;
    let listed = moderator.get("/v1/initiatives").await.json()["items"][0].clone();
    let id = listed["id"].as_str().unwrap();
    assert_eq!(house.public(id).await.json()["confirmed_on"], Value::Null);
    assert_eq!((&listed["confirmed_on"], &listed["has_contact"]), (&Value::Null, &json!(false)));
    moderator.edits(&listed, json!({"contact": {"email": "someone@example.org"}})).await;
    let before = house.export().await;

    let token = a_year_later(&house, &mailbox).await;
    assert_eq!(house.answered(&token, "confirm", json!({})).await.status, 200);
    let confirmed_on = house.today();
    assert_eq!(house.public(id).await.json()["confirmed_on"], confirmed_on);
    assert_eq!(house.export().await, before, "no file carries it");

    let imported = house.import(&bundle("two")).await.applied();
    assert_eq!(imported.verdict("i-1"), "updated", "a confirmation is no edit");
    let public = house.public(id).await.json();
    assert_eq!((&public["summary"], &public["confirmed_on"]), (&json!("two"), &json!(confirmed_on)));
    let moderator = house.again(&moderator).await;
    let read = moderator.get(&format!("/v1/initiatives/{id}")).await.json();
    assert_eq!(read["has_contact"], true, "nor is the contact touched");
    moderator.edits(&read, json!({"title": "Edited here"})).await;
    let imported = house.import(&bundle("three")).await;
    assert_eq!(imported.verdict("i-1"), "conflict");
    pass(&house, 1).await;
}

#[tokio::test]
async fn what_an_import_takes_off_the_map_is_not_asked_about() {
    let (mailbox, house) = with_mail().await;
    house.import(&bundle("one")).await.applied();
    let moderator = house.moderator().await;
    let listed = moderator.get("/v1/initiatives").await.json()["items"][0].clone();
    moderator.edits(&listed, json!({"contact": {"email": "someone@example.org"}})).await;
    let ended = json!({"type": "initiative", "id": "i-1", "title": "Seeds", "country": "ZM", "language": "en", "status": "archived"});
    house.import(&Bundle::of([ended])).await.applied();
    pass(&house, 400).await;
    assert_eq!(super::letters(&mailbox).len(), 0);
    assert_eq!(
        house.count("SELECT count(*) AS n FROM initiative_contact").await,
        0,
        "and its contact is forgotten"
    );
}
