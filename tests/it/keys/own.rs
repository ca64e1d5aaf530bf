//! With a key one reaches what is the organisation's own, and nothing else.

use api::config::settings::{RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Method;
use serde_json::{Value, json};

use super::{key, organisation};
use crate::events::{dialogue, past};
use crate::house::actors::Actor;
use crate::house::{House, answer};
use crate::records::{address, sorted};
use crate::series::{events, weekly};

const EVERYTHING: [&str; 10] = [
    "events:read",
    "events:write",
    "registrations:read",
    "registrations:write",
    "outcomes:read",
    "outcomes:write",
    "quotes:read",
    "quotes:write",
    "initiatives:read",
    "initiatives:write",
];
const KINDS: [&str; 8] =
    ["people", "initiatives", "events", "series", "outcomes", "quotes", "stories", "organisations"];

/// One record of every kind, by an organisation's own system.
async fn one_of_each(house: &House, partner: &Actor<'_>, organisation: &Value) -> Vec<Value> {
    let group = &organisation["id"];
    let person = json!({"display_name": "Amina", "role": "activist", "organisations": [group], "contact": {"email": "amina@example.org"}});
    let person = partner.makes("people", person).await;
    let initiative = json!({"title": "Seeds", "language": "en", "country": "SS", "organisations": [group]});
    let initiative = partner.makes("initiatives", initiative).await;
    let mut event = past();
    event["hosts"] = json!([person["id"], group]);
    event["initiative"] = initiative["id"].clone();
    let event = partner.makes("events", event).await;
    let series = partner.makes("series", weekly(house)).await;
    let outcome = json!({"event": event["id"], "kind": "finding", "text": "Seeds last", "language": "en"});
    let outcome = partner.makes("outcomes", outcome).await;
    let quote = json!({"event": event["id"], "text": "We keep the seeds", "language": "en", "attribution": {"level": "anonymous"},
        "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}});
    let quote = partner.makes("quotes", quote).await;
    let story = json!({"kind": "video", "title": "Of seeds", "url": "https://example.org/v", "event": event["id"], "language": "en"});
    let story = partner.makes("stories", story).await;
    vec![person, initiative, event, series, outcome, quote, story, organisation.clone()]
}

async fn listed(actor: &Actor<'_>, kind: &str) -> Vec<Value> {
    let page = actor.get(&format!("/v1/{kind}")).await;
    assert_eq!(page.status, 200, "{kind}: {}", page.text());
    page.json()["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

#[tokio::test]
async fn every_list_and_item_is_the_organisations_own() {
    let house = House::open().await;
    let (admin, moderator, host) = (house.admin().await, house.moderator().await, house.host().await);
    let (one, two) = (organisation(&admin, "One").await, organisation(&admin, "Two").await);
    let (first, second) = (key(&admin, &one, &EVERYTHING).await, key(&admin, &one, &EVERYTHING).await);
    let (partner, colleague) = (house.with_key(&first), house.with_key(&second));
    let other = key(&admin, &two, &EVERYTHING).await;
    let other = house.with_key(&other);
    let of_host = host.makes("events", dialogue()).await;
    let made = one_of_each(&house, &partner, &one).await;
    for (kind, record) in KINDS.iter().zip(&made) {
        let at = address(record);
        assert_eq!(listed(&partner, kind).await, [record["id"].clone()], "{kind}");
        assert_eq!(
            listed(&colleague, kind).await,
            [record["id"].clone()],
            "{kind}: another key of the same organisation"
        );
        assert_eq!(colleague.get(at).await.status, 200, "{kind}");
        let (page, own) = (listed(&other, kind).await, [two["id"].clone()]);
        assert_eq!(page, if *kind == "organisations" { &own[..] } else { &[] }, "{kind}");
        assert_eq!(other.get(at).await.status, 404, "{kind}");
        let patched = other.patch_version(at, "\"1\"", json!({})).await;
        assert_eq!(patched.status, if *kind == "people" { 403 } else { 404 }, "{kind}: {}", patched.text());
        let deleted = [204, 404, 405, 403].contains(&other.delete(at).await.status);
        assert!(deleted && partner.get(at).await.status == 200, "{kind} is still there");
    }
    assert_eq!(
        (partner.get(address(&of_host)).await.status, host.get(address(&made[2])).await.status),
        (404, 404)
    );
    assert!(!partner.get(address(&made[0])).await.text().contains("amina@example.org"), "no contact");

    // What somebody else made counts as its own where the organisation hosts it.
    let mut hosted = dialogue();
    hosted["hosts"] = json!([two["id"]]);
    let hosted = admin.makes("events", hosted).await;
    assert_eq!(listed(&other, "events").await, [hosted["id"].clone()]);
    other.edits(&hosted, json!({"title": "Ours"})).await;
    let mut named = dialogue();
    named["hosts"] = json!([two["id"]]);
    assert_eq!(
        sorted(&partner.post("/v1/events", named).await),
        [("#/hosts/0".into(), "unknown_reference".into())]
    );

    // A page of its own; scheduling, approving and publishing are for others.
    assert_eq!(
        partner.edits(&one, json!({"url": "https://example.org/"})).await["url"],
        "https://example.org/"
    );
    let (initiative, event, outcome, quote) = (&made[1], &made[2], &made[4], &made[5]);
    for (record, verb) in
        [(initiative, "publish"), (event, "schedule"), (outcome, "approve"), (quote, "approve")]
    {
        let refused = partner.post(&format!("{}/{verb}", address(record)), json!({})).await;
        assert_eq!((refused.status, &*refused.code()), (403, "forbidden"), "{verb}");
    }
    assert_eq!(
        partner.edits(event, json!({"public_precision": "region"})).await["public_precision"],
        "region"
    );
    assert_eq!(
        colleague.edits(event, json!({"public_precision": "locality"})).await["public_precision"],
        "locality"
    );
    assert_eq!(partner.does("submit", event).await["status"], "in_review");
    assert_eq!(moderator.does("schedule", event).await["published"], true);
    assert_eq!(moderator.does("approve", quote).await["published"], true);
    assert_eq!(partner.does("withdraw", quote).await["status"], "withdrawn");
    assert_eq!(house.gallery(quote).await.status, 410);
    assert_eq!(partner.delete(address(outcome)).await.status, 204);

    // As the key, in the log; and nothing that is for accounts.
    let by = format!("/v1/audit-log?actor={}", first["id"].as_str().unwrap());
    let log = admin.get(&by).await.json();
    let entries = log["items"].as_array().unwrap();
    assert!(entries.len() > 8 && entries.iter().all(|entry| entry["actor"]["kind"] == "key"), "{log}");
    for path in ["/v1/me", "/v1/sessions", "/v1/accounts", "/v1/audit-log", "/v1/themes/x", "/v1/guides"] {
        assert!([403, 404].contains(&partner.get(path).await.status), "{path}");
    }
    assert_eq!(partner.get(&format!("{}/keys", address(&one))).await.status, 403);
    assert_eq!(partner.get(&format!("{}/venue", address(event))).await.status, 403);
}

#[tokio::test]
async fn events_of_its_series_wait_for_a_moderator() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = organisation(&admin, "One").await;
    let given = key(&admin, &group, &["events:read", "events:write"]).await;
    let partner = house.with_key(&given);
    let series = partner.makes("series", weekly(&house)).await;
    house.run_jobs().await;
    let made = events(&partner, &series).await;
    assert!(made.len() > 11 && made.iter().all(|event| event["status"] == "in_review"), "{made:?}");
    // Without a key that works nothing more comes of it.
    let revoke = super::at(&given, "revoke");
    assert_eq!(admin.post(&revoke, json!({})).await.status, 200);
    house.advance(std::time::Duration::from_secs(7 * 86_400));
    house.run_jobs().await;
    let admin = house.sign_in(&admin.id, &admin.email).await;
    assert_eq!(admin.get(address(&series)).await.json()["stalled_because"], "not_allowed");
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await, made.len() as i64);
    key(&admin, &group, &["events:read", "events:write"]).await;
    house.advance(std::time::Duration::from_secs(6 * 3600));
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await, made.len() as i64 + 1);
}

#[tokio::test]
async fn repetitions_and_forms_are_counted_by_key() {
    let house = House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false")]).await;
    let admin = house.admin().await;
    let (one, two) = (organisation(&admin, "One").await, organisation(&admin, "Two").await);
    let (one, two) = (key(&admin, &one, &EVERYTHING).await, key(&admin, &two, &EVERYTHING).await);
    let send = async |key: &Value, path: &str, body: Value| {
        let request = house.request(Method::POST, path).header("x-api-key", key["secret"].as_str().unwrap());
        answer(request.header("idempotency-key", "1").json(&body)).await
    };
    let first = send(&one, "/v1/events", dialogue()).await;
    let again = send(&one, "/v1/events", dialogue()).await;
    let other = send(&two, "/v1/events", dialogue()).await;
    assert_eq!((first.status, again.header("idempotent-replayed")), (201, "true"), "{}", first.text());
    assert_eq!(first.json()["id"], again.json()["id"]);
    assert_eq!((other.status, other.header("idempotent-replayed")), (201, ""));
    assert_ne!(first.json()["id"], other.json()["id"]);
}
