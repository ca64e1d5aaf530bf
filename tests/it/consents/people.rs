//! What people allow, one purpose at a time.

use reqwest::Method;
use serde_json::{Value, json};

use super::{MINE, ledger, said, token};
use crate::events::past;
use crate::house::House;
use crate::house::actors::Actor;
use crate::records::address;

fn allows(purpose: &str) -> Value {
    json!({"purpose": purpose, "method": "written", "language": "es", "given_by": "Bo"})
}

/// Records what somebody allows, with success; the answer.
async fn recorded(actor: &Actor<'_>, person: &Value, body: Value) -> Value {
    let answer = actor.post(&ledger(person), body).await;
    assert_eq!((answer.status, answer.header("location")), (201, MINE), "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_name_is_public_as_long_as_its_bearer_allows_it() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let amina = json!({"display_name": "Amina Sorghum", "role": "activist", "country": "SS"});
    let amina = host.makes("people", amina).await;
    let mut body = past();
    body["hosts"] = json!([amina["id"]]);
    let event = host.makes("events", body).await;
    host.does("schedule", &event).await;
    let mut said = said(&event, "We keep the seeds");
    (said["person"], said["attribution"]) = (amina["id"].clone(), json!({"level": "name"}));
    let quote = host.makes("quotes", said).await;
    moderator.does("approve", &quote).await;
    let named = async || {
        let (event, quote) = (house.gallery(&event).await.json(), house.gallery(&quote).await.json());
        let hosts = event["hosts"].as_array().unwrap().len();
        (
            hosts,
            quote["attribution"]["level"] == "name",
            house.items("/v1/gallery/search?q=sorghum").await.len(),
        )
    };
    assert_eq!(named().await, (0, false, 0), "a consent to the words is none to the name");
    let contact = recorded(&host, &amina, allows("contact")).await;
    assert_eq!(named().await, (0, false, 0), "one purpose is not inferred from another");
    let name = recorded(&host, &amina, allows("publish_name")).await;
    assert_eq!((&name["state"], &name["language"]), (&json!("active"), &json!("es")));
    assert_eq!(named().await, (1, true, 2));

    let mine = house.mine(&token(&name)).await.json();
    assert_eq!((&mine["purpose"], &mine["quote"]), (&json!("publish_name"), &json!(null)));
    for body in [json!({"level": "anonymous"}), json!({"label": "Amina"})] {
        let refused = house.renewed(&token(&name), MINE, body).await;
        assert_eq!(refused.faults()[0].1, "not_applicable");
    }
    assert_eq!(house.narrowed(&token(&name), json!({"scope": ["gallery"]})).await.status, 200);
    assert_eq!(named().await, (0, false, 0), "a name stands in feeds too");
    assert_eq!(house.renewed(&token(&name), MINE, json!({"scope": ["gallery", "feeds"]})).await.status, 201);
    assert_eq!(named().await, (1, true, 2));
    let ended = house.withdrawn(&token(&name)).await;
    assert_eq!((ended.status, &ended.json()["state"]), (200, &json!("withdrawn")));
    assert_eq!(named().await, (0, false, 0), "in the same moment");
    assert_eq!(house.mine(&token(&contact)).await.json()["state"], "active", "the other purpose goes on");
    assert_eq!(house.narrowed(&token(&name), json!({"scope": ["gallery"]})).await.code(), "wrong_state");
    let again = house.renewed(&token(&name), MINE, json!({})).await;
    assert_eq!((again.status, named().await), (201, (1, true, 2)));

    // Whoever recorded them withdraws on their behalf; twice is once.
    let path = format!("{}/{}/withdraw", ledger(&amina), again.json()["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(host.post(&path, json!({})).await.json()["state"], "withdrawn");
    }
    assert_eq!(named().await, (0, false, 0));
    let withdrawn =
        "SELECT count(*) AS n FROM audit_entry WHERE action = 'withdraw' AND record_kind = 'consent'";
    assert_eq!(house.count(withdrawn).await, 2);
}

#[tokio::test]
async fn what_people_allow_is_the_business_of_who_recorded_them_and_of_themselves() {
    let house = House::open().await;
    let (host, other, member) = (house.host().await, house.host().await, house.member().await);
    let (admin, moderator) = (house.admin().await, house.moderator().await);
    let person = host.makes("people", json!({"display_name": "Blue Nile", "role": "activist"})).await;
    for (code, body) in [
        ("wrong_purpose", allows("publish_quote")),
        ("unknown_field", json!({"purpose": "contact", "method": "written", "level": "name"})),
        ("required", json!({"purpose": "contact"})),
    ] {
        assert_eq!(host.post(&ledger(&person), body).await.faults()[0].1, code);
    }
    let name = recorded(&host, &person, allows("publish_name")).await;
    let withdraw = format!("{}/{}/withdraw", ledger(&person), name["id"].as_str().unwrap());
    for stranger in [&other, &member] {
        assert_eq!(stranger.get(&ledger(&person)).await.status, 404);
        assert_eq!(stranger.post(&ledger(&person), allows("contact")).await.status, 404);
        assert_eq!(stranger.post(&withdraw, json!({})).await.status, 404);
    }
    let linked = admin.patch(&format!("/v1/accounts/{}", member.id), json!({"person": person["id"]})).await;
    assert_eq!(linked.status, 200);
    assert_eq!(member.get(&ledger(&person)).await.json()["items"][0]["given_by"], "Bo");
    assert_eq!(member.get(address(&person)).await.status, 403, "all else of the record is for hosts");
    recorded(&moderator, &person, allows("record_session")).await;
    let twice = recorded(&moderator, &person, allows("record_session")).await;
    assert_eq!(member.post(&withdraw, json!({})).await.json()["state"], "withdrawn");
    let of = |purpose: &str, rows: &Value| {
        let rows = rows["items"].as_array().unwrap().iter().filter(|row| row["purpose"] == purpose);
        let mut states: Vec<_> = rows.map(|row| row["state"].as_str().unwrap().to_owned()).collect();
        states.sort();
        states
    };
    let rows = moderator.get(&ledger(&person)).await.json();
    assert_eq!(
        (of("publish_name", &rows), of("record_session", &rows)),
        (vec!["withdrawn".to_owned()], vec!["active".to_owned(), "replaced".to_owned()])
    );
    let elsewhere = host.makes("people", json!({"display_name": "Red", "role": "ally"})).await;
    let of_another = format!("{}/{}/withdraw", ledger(&elsewhere), twice["id"].as_str().unwrap());
    assert_eq!(host.post(&of_another, json!({})).await.status, 404);

    // The same answer is given to who asks twice, token included.
    let send = async || {
        let request = house.request(Method::POST, &ledger(&person)).bearer_auth(&host.token);
        crate::house::answer(request.header("idempotency-key", "a-key").json(&allows("contact"))).await
    };
    let (first, again) = (send().await, send().await);
    assert_eq!((again.header("idempotent-replayed"), again.text()), ("true", first.text()));
}

#[tokio::test]
async fn what_was_recorded_or_narrowed_here_no_file_takes_for_its_own() {
    let house = House::open().await;
    let line = |name: &str| {
        json!({"type": "person", "id": "p", "display_name": name, "role": "ally", "country": "SS",
            "consents": [{"purpose": "publish_name", "method": "online"}]})
    };
    let bundle = |name: &str| crate::bundle::Bundle::of([line(name)]);
    house.import(&bundle("Blue Nile")).await.applied();
    let moderator = house.moderator().await;
    let person = moderator.get("/v1/people").await.json()["items"][0].clone();
    let contact = recorded(&moderator, &person, allows("contact")).await;
    assert_eq!(house.import(&bundle("White Nile")).await.verdict("p"), "conflict");
    assert_eq!(house.mine(&token(&contact)).await.json()["state"], "active");
}
