//! Partners register people, with a proof of what these allow.

use api::config::settings::{MAIL, RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Method;
use serde_json::{Value, json};

use super::{key, organisation};
use crate::events::dialogue;
use crate::house::House;
use crate::house::actors::Actor;
use crate::records::{address, sorted};

const SCOPES: [&str; 2] = ["registrations:read", "registrations:write"];

fn proof(purpose: &str) -> Value {
    json!({"purpose": purpose, "method": "oral_witnessed", "text_version": "3", "language": "EN",
        "given_at": "2024-03-14T18:00:00Z", "given_by": "Desk of the youth centre"})
}

/// Somebody whom a partner registers, who allows this.
fn comer(name: &str, purposes: &[&str]) -> Value {
    let consents: Vec<Value> = purposes.iter().map(|purpose| proof(purpose)).collect();
    json!({"display_name": name, "role": "activist", "access_needs": "A ramp", "consents": consents})
}

async fn open_event(host: &Actor<'_>, members: Value) -> Value {
    let mut body = dialogue();
    body["registration"] = json!("open");
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    let event = host.makes("events", body).await;
    host.does("schedule", &event).await
}

#[tokio::test]
async fn with_a_proof_and_names_only_of_those_who_allow_it() {
    let house = House::open_with(&[(&MAIL, "file"), (&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false")]).await;
    let (admin, host) = (house.admin().await, house.host().await);
    let (one, two) = (organisation(&admin, "One").await, organisation(&admin, "Two").await);
    let (first, other) = (key(&admin, &one, &SCOPES).await, key(&admin, &two, &SCOPES).await);
    let (partner, other) = (house.with_key(&first), house.with_key(&other));
    let event = open_event(&host, json!({})).await;
    let desk = format!("{}/registrations", address(&event));

    let refused = sorted(&partner.post(&desk, comer("Amina", &[])).await);
    assert_eq!(refused, [("#/consents".to_owned(), "required".to_owned())]);
    let mut body = comer("Amina", &["participate"]);
    body["consents"][0] = json!({"purpose": "participate", "given_at": "2999-01-01T00:00:00Z"});
    let faults: Vec<String> =
        sorted(&partner.post(&desk, body).await).into_iter().map(|(at, code)| at + " " + &code).collect();
    let wanted = [
        "given_at in_future",
        "given_by required",
        "language required",
        "method required",
        "text_version required",
    ];
    assert_eq!(faults, wanted.map(|fault| format!("#/consents/0/{fault}")));
    let stranger = sorted(&house.post(&desk, comer("Amina", &["participate"])).await);
    assert!(stranger.len() == 4 && stranger.iter().all(|(_, code)| code == "unexpected"), "{stranger:?}");

    // Without an address the partner hands the token over.
    let made = partner.post(&desk, comer("Amina", &["participate"])).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let amina = made.json();
    let token = amina["manage_token"].as_str().unwrap().to_owned();
    let mine = house.with_token(&token, Method::GET, "/v1/registrations/mine", None).await.json();
    let consent = &mine["consents"][0];
    assert_eq!((&consent["method"], &consent["language"]), (&json!("oral_witnessed"), &json!("en")));
    assert_eq!(
        (&consent["given_at"], &consent["given_by"]),
        (&json!("2024-03-14T18:00:00Z"), &json!("Desk of the youth centre"))
    );
    assert!(!house.dump("registration_consent").await.contains("Desk of the youth centre"), "it is sealed");

    // With one the letter has it.
    let mut body = comer("Bo", &["participate", "share_with_partners"]);
    body["email"] = json!("bo@example.org");
    let bo = partner.post(&desk, body).await.json();
    assert_eq!((&bo["registration"]["status"], bo.get("manage_token")), (&json!("unverified"), None));
    house.run_jobs().await;
    let letters = house.filed_letters();
    let link = letters.iter().find(|letter| letter.header("to") == "bo@example.org").unwrap();
    let mailed = link.text.lines().find_map(|line| line.split_once('#')).unwrap().1.to_owned();
    let verified =
        house.with_token(&mailed, Method::POST, "/v1/registrations/mine/verify", Some(json!({}))).await;
    assert_eq!(verified.json()["status"], "confirmed", "{}", verified.text());

    // Of what it registered for others' events it sees each by itself, and no list.
    let at = |registered: &Value| {
        format!("/v1/registrations/{}", registered["registration"]["id"].as_str().unwrap())
    };
    assert_eq!(partner.get(&desk).await.status, 404);
    let seen = partner.get(&at(&amina)).await.json();
    assert_eq!(
        (&seen["status"], &seen["display_name"], &seen["access_needs"]),
        (&json!("confirmed"), &json!(null), &json!(null))
    );
    assert_eq!(partner.get(&at(&bo)).await.json()["display_name"], "Bo");
    assert_eq!(host.get(&at(&amina)).await.json()["access_needs"], "A ramp");
    assert_eq!(other.get(&at(&amina)).await.status, 404);
    assert_eq!(other.post(&format!("{}/cancel", at(&amina)), json!({})).await.status, 404);
    assert_eq!(partner.post(&format!("{}/decline", at(&amina)), json!({})).await.status, 409);
    assert_eq!(partner.post(&format!("{}/mark-absent", at(&amina)), json!({})).await.status, 409);
    let cancelled = partner.post(&format!("{}/cancel", at(&amina)), json!({})).await;
    assert_eq!(
        (cancelled.status, &cancelled.json()["status"]),
        (200, &json!("cancelled")),
        "{}",
        cancelled.text()
    );
    let noted = "SELECT count(*) AS n FROM audit_entry WHERE actor = 'key' AND record_kind = 'registration' AND action = 'create'";
    assert_eq!(house.count(noted).await, 2);
}

#[tokio::test]
async fn at_its_own_events_it_confirms_and_checks_in() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = organisation(&admin, "One").await;
    let given = key(&admin, &group, &SCOPES).await;
    let partner = house.with_key(&given);
    let soon = (house.now() + chrono::Duration::hours(3)).format("%Y-%m-%dT%H:%M:%S").to_string();
    let when = json!({"precision": "minute", "starts_local": soon, "time_zone": "Africa/Juba", "duration_minutes": 60});
    let members =
        json!({"hosts": [group["id"]], "registration": "by_approval", "visibility": "private", "when": when});
    let event = open_event(&admin, members).await;
    let desk = format!("{}/registrations", address(&event));
    assert_eq!(
        house.post(&desk, json!({"display_name": "Bo", "role": "ally"})).await.status,
        404,
        "it is private"
    );
    let made = partner.post(&desk, comer("Amina", &["participate"])).await;
    assert_eq!(
        (made.status, &made.json()["registration"]["status"]),
        (201, &json!("pending")),
        "{}",
        made.text()
    );
    let list = partner.get(&desk).await.json();
    let row = &list["items"][0];
    assert_eq!((&row["display_name"], &row["status"]), (&json!(null), &json!("pending")));
    let at = format!("/v1/registrations/{}", row["id"].as_str().unwrap());
    // Whoever comes has the last word, and the proof of what stays allowed stays.
    let token = made.json()["manage_token"].as_str().unwrap().to_owned();
    let both = json!({"consents": [{"purpose": "participate", "text_version": "3"}, {"purpose": "share_with_partners"}]});
    let request = house.request(Method::PATCH, "/v1/registrations/mine").bearer_auth(&token);
    let request = request.header("if-match", "*").header("content-type", "application/merge-patch+json");
    let mine = crate::house::answer(request.body(both.to_string())).await.json();
    assert_eq!(mine["consents"][0]["given_by"], "Desk of the youth centre", "{mine}");
    assert_eq!(mine["consents"][1]["given_by"], json!(null));
    let seen = partner.get(&at).await.json();
    assert_eq!((&seen["display_name"], &seen["consents"][0]["given_by"]), (&json!("Amina"), &json!(null)));
    for (verb, status) in [("confirm", "confirmed"), ("check-in", "attended")] {
        let done = partner.post(&format!("{at}/{verb}"), json!({})).await;
        assert_eq!((done.status, &done.json()["status"]), (200, &json!(status)), "{}", done.text());
    }
    assert_eq!(partner.post(&format!("{at}/contact"), json!({"reason": "Rain"})).await.status, 403);
}
