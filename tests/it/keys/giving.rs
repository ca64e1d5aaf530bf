//! Giving keys out, taking them back, and who may use one from where.

use std::time::Duration;

use api::config::settings::{KEY_LIMITS, RATE_LIMITS, REQUIRE_TOTP, TRUSTED_PROXIES};
use reqwest::Method;
use serde_json::{Value, json};

use super::{at, key, key_with, organisation, secret};
use crate::house::{House, answer, mistyped};
use crate::records::{address, sorted};

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn a_key_is_told_once_and_works_until_it_ends() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = organisation(&admin, "Sample group").await;
    let path = format!("{}/keys", address(&group));
    let give = async || {
        let request = house.request(Method::POST, &path).bearer_auth(&admin.token);
        let body = json!({"name": " Desk ", "scopes": ["quotes:read", "events:read", "quotes:read"]});
        answer(request.header("idempotency-key", "once").json(&body)).await
    };
    let (made, again) = (give().await, give().await);
    assert_eq!((made.status, made.header("cache-control")), (201, "no-store"), "{}", made.text());
    assert_eq!((again.json(), again.header("idempotent-replayed")), (made.json(), "true"));
    let desk = made.json();
    assert_eq!((&desk["name"], &desk["scopes"]), (&json!("Desk"), &json!(["events:read", "quotes:read"])));
    assert_eq!((&desk["status"], &desk["used_on"]), (&json!("active"), &json!(null)));
    assert_eq!(desk["allowed"], json!(["rotate", "revoke"]));
    assert!(secret(&desk).starts_with("sol_live_") && secret(&desk).len() == 79, "{}", secret(&desk));
    for read in [at(&desk, ""), path.clone()] {
        let read = admin.get(&read).await;
        assert!(read.status == 200 && !read.text().contains("secret"), "{}", read.text());
    }
    for table in ["api_key", "audit_entry", "idempotent_answer"] {
        assert!(!house.dump(table).await.contains(secret(&desk)), "{table}");
    }

    // In either header, or both if they say the same.
    let events = "/v1/events";
    let bearer = format!("Bearer {}", secret(&desk));
    let key = ("x-api-key", secret(&desk));
    for headers in [&[("authorization", &*bearer)][..], &[key], &[("authorization", &*bearer), key]] {
        assert_eq!(house.get_with(events, headers).await.status, 200);
    }
    let other = format!("Bearer {}", admin.token);
    let both = house.get_with(events, &[("authorization", &*other), key]).await;
    assert_eq!((both.status, &*both.code()), (400, "bad_request"), "{}", both.text());
    assert_eq!(admin.get(&at(&desk, "")).await.json()["used_on"], json!(house.now().date_naive()), "no hour");

    // Whatever is no key that works is answered alike, also where everybody may.
    let typo = mistyped(secret(&desk), 40);
    let refused = async |secret: &str| {
        let events = house.get_with(events, &[("x-api-key", secret)]).await;
        let form = house.request(Method::POST, "/v1/submissions/duplicates").header("x-api-key", secret);
        let form = answer(form.json(&json!({}))).await;
        assert_eq!((events.status, form.status), (401, 401), "{}", events.text());
        let mut body = events.json();
        body.as_object_mut().unwrap().remove("instance");
        (body, events.header("www-authenticate").to_owned())
    };
    let unknown = refused("sol_live_unknown").await;
    assert_eq!(unknown.1, "Bearer realm=\"solidarity\", error=\"invalid_token\"");
    assert_eq!(refused(&typo).await, unknown);
    house.advance(Duration::from_secs(1));
    let short = json!({"name": "Short", "scopes": ["events:read"], "expires_at": house.now() + DAY});
    let short = key_with(&admin, &group, short).await;
    assert_eq!(house.with_key(&short).get(events).await.status, 200);
    house.advance(DAY);
    assert_eq!(refused(secret(&short)).await, unknown, "it has expired");
    let admin = house.sign_in(&admin.id, &admin.email).await;
    let expired = admin.get(&at(&short, "")).await.json();
    assert_eq!((&expired["status"], &expired["allowed"]), (&json!("expired"), &json!(["revoke"])));

    let revoked = admin.post(&at(&desk, "revoke"), json!({})).await;
    assert_eq!((revoked.status, &revoked.json()["status"]), (200, &json!("revoked")), "{}", revoked.text());
    assert_eq!(refused(secret(&desk)).await, unknown, "it was taken back");
    let twice = admin.post(&at(&desk, "revoke"), json!({})).await;
    assert_eq!((twice.status, &*twice.code(), &twice.json()["allowed"]), (409, "wrong_state", &json!([])));
    let listed = admin.get(&format!("{path}?limit=1")).await;
    assert_eq!(listed.json()["items"][0]["name"], "Short", "newest first");
    let next = format!("{path}?limit=1&cursor={}", listed.json()["next_cursor"].as_str().unwrap());
    assert_eq!(admin.get(&next).await.json()["items"][0]["name"], "Desk");
    assert_eq!(admin.delete(address(&group)).await.status, 409, "its keys refer to it");
}

#[tokio::test]
async fn what_a_key_may_be_is_bounded() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = organisation(&admin, "Sample group").await;
    let path = format!("{}/keys", address(&group));
    let body =
        json!({"name": " ", "scopes": ["events:all"], "addresses": ["", 1], "organisation": "another"});
    let faults: Vec<String> = sorted(&admin.post(&path, body).await).into_iter().map(|(at, _)| at).collect();
    assert_eq!(faults, ["#/addresses/0", "#/addresses/1", "#/name", "#/organisation", "#/scopes/0"]);
    let long = house.now() + DAY * 731;
    let body =
        json!({"name": "A", "scopes": ["events:read"], "addresses": ["192.0.2.0/33"], "expires_at": long});
    let wanted = [("#/addresses/0", "invalid_network"), ("#/expires_at", "out_of_range")];
    assert_eq!(
        sorted(&admin.post(&path, body).await),
        wanted.map(|(at, code)| (at.to_owned(), code.to_owned()))
    );
    let nowhere = "/v1/organisations/00000000-0000-4000-8000-000000000000/keys";
    assert_eq!(admin.get(nowhere).await.status, 404);
    let body = json!({"name": "A", "scopes": ["events:read"]});
    assert_eq!(admin.post(nowhere, body.clone()).await.status, 404);
    // A key is found under its own organisation only.
    let other = organisation(&admin, "Another").await;
    let desk = key(&admin, &group, &["events:read"]).await;
    let elsewhere = at(&desk, "rotate").replace(group["id"].as_str().unwrap(), other["id"].as_str().unwrap());
    assert_eq!(admin.post(&elsewhere, json!({})).await.status, 404);
}

#[tokio::test]
async fn a_suspended_organisation_asks_with_no_key() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = organisation(&admin, "Sample group").await;
    let (one, two) =
        (key(&admin, &group, &["events:read"]).await, key(&admin, &group, &["events:read"]).await);
    let status = async |key: &Value| house.with_key(key).get("/v1/events").await.status;
    assert_eq!((status(&one).await, status(&two).await), (200, 200));
    let suspended = admin.does("suspend", &group).await;
    assert_eq!((&suspended["status"], &suspended["version"]), (&json!("suspended"), &json!(2)));
    assert_eq!((status(&one).await, status(&two).await), (401, 401), "at once");
    let twice = admin.post(&format!("{}/suspend", address(&group)), json!({})).await;
    assert_eq!((twice.status, &twice.json()["allowed"]), (409, &json!(["restore"])));
    admin.edits(&group, json!({"url": "https://example.org/"})).await;
    assert_eq!(admin.get(address(&group)).await.json()["status"], "suspended", "an edit restores nobody");
    assert_eq!(admin.does("restore", &group).await["status"], "active");
    assert_eq!(status(&one).await, 200);
    // What another process does is known within five seconds.
    house.sql("UPDATE organisation SET suspended_at = created_at").await;
    house.advance(Duration::from_secs(5));
    assert_eq!(status(&one).await, 401);
}

#[tokio::test]
async fn a_key_has_its_networks_and_its_allowance() {
    let settings = [
        (&TRUSTED_PROXIES, "127.0.0.0/8"),
        (&RATE_LIMITS, "9/h"),
        (&KEY_LIMITS, "3/h"),
        (&REQUIRE_TOTP, "false"),
    ];
    let house = House::open_with(&settings).await;
    // Those who sign in come from elsewhere.
    let admin = house.admin().await;
    let group = organisation(&admin, "Sample group").await;
    let body =
        json!({"name": "Desk", "scopes": ["events:read"], "addresses": ["192.0.2.7/24", "2001:db8::1"]});
    let desk = key_with(&admin, &group, body).await;
    assert_eq!(desk["addresses"], json!(["192.0.2.0/24", "2001:db8::1/128"]));
    let from = async |address: &str| {
        let headers = [("x-forwarded-for", address), ("x-api-key", secret(&desk))];
        house.get_with("/v1/events", &headers).await
    };
    for elsewhere in ["198.51.100.1", "2001:db8::2", "192.0.2.7, 198.51.100.1"] {
        assert_eq!(from(elsewhere).await.status, 401, "{elsewhere}");
    }
    assert_eq!(house.with_key(&desk).get("/v1/events").await.status, 401, "nor from the proxy itself");
    let first = from("192.0.2.7").await;
    assert_eq!(first.header("ratelimit-policy"), "\"address\";q=9;w=3600, \"key\";q=3;w=3600");
    assert!(first.header("ratelimit").contains("\"key\";r=2;t=1200"), "{:?}", first.headers);
    assert_eq!((from("192.0.2.8").await.status, from("2001:db8::1").await.status), (200, 200));
    let refused = from("192.0.2.9").await;
    assert_eq!((refused.status, &*refused.code()), (429, "too_many_requests"), "from wherever it asks");
    assert!(!refused.header("retry-after").is_empty() && refused.header("ratelimit").contains("\"key\";r=0"));
}
