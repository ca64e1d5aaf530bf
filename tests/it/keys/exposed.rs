//! Keys that turn up in an address.

use api::config::settings::{EXPOSED_KEYS, MAIL, RATE_LIMITS, REQUIRE_TOTP};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{at, key, organisation, secret};
use crate::house::House;

#[tokio::test]
async fn it_is_refused_there_marked_and_its_admins_are_told() {
    let house = House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false"), (&MAIL, "file")]).await;
    let (admin, second) = (house.admin().await, house.admin().await);
    let group = organisation(&admin, "Sample group").await;
    let exposed = key(&admin, &group, &["events:read"]).await;
    let other = key(&admin, &group, &["events:read"]).await;
    let text = secret(&exposed);
    let marked = async |key: &Value| admin.get(&at(key, "")).await.json()["exposed_at"].is_string();
    // Somebody who knows the identifier alone marks nothing.
    let id: uuid::Uuid = exposed["id"].as_str().unwrap().parse().unwrap();
    let guessed = api::access::ApiKey::new(id.into()).unwrap().text();
    assert_eq!(house.get(&format!("/v1/events?key={}", guessed.expose_secret())).await.status, 400);
    assert!(!marked(&exposed).await && !marked(&other).await);

    for path in
        ["/v1/events/{}", "/v1/events?api_key={}", "/v1/gallery/events?q={}", "/nowhere/{}", "/v1/events?{}"]
    {
        let refused = house.get(&path.replace("{}", text)).await;
        assert_eq!((refused.status, &*refused.code()), (400, "key_exposed"), "{path}");
        assert!(!refused.text().contains(text), "{}", refused.text());
    }
    assert!(marked(&exposed).await && !marked(&other).await);
    assert_eq!(
        house.with_key(&exposed).get("/v1/events").await.status,
        200,
        "it goes on working where it belongs"
    );
    house.run_jobs().await;
    let mut told: Vec<_> =
        house.filed_letters().iter().map(|letter| letter.header("to").to_owned()).collect();
    told.sort();
    let mut admins = [admin.email.clone(), second.email.clone()];
    admins.sort();
    assert_eq!(told, admins, "once each");
    assert!(!house.filed_letters()[0].text.contains("sol_live_"));
    let noted = "SELECT count(*) AS n FROM audit_entry WHERE action = 'expose' AND record_kind = 'api_key' AND actor = 'nobody'";
    assert_eq!(house.count(noted).await, 1);

    let fresh = admin.post(&at(&exposed, "rotate"), json!({})).await.json();
    assert!(marked(&fresh).await, "the exposed secret still works");
    assert_eq!(admin.post(&at(&exposed, "end-overlap"), json!({})).await.json()["exposed_at"], json!(null));
}

#[tokio::test]
async fn whoever_says_so_has_it_end_at_once() {
    let house =
        House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false"), (&EXPOSED_KEYS, "refuse")]).await;
    let admin = house.admin().await;
    let group = organisation(&admin, "Sample group").await;
    let exposed = key(&admin, &group, &["events:read"]).await;
    assert_eq!(house.with_key(&exposed).get("/v1/events").await.status, 200);
    assert_eq!(house.get(&format!("/v1/events?key={}", secret(&exposed))).await.status, 400);
    assert_eq!(house.with_key(&exposed).get("/v1/events").await.status, 401);
    let fresh = admin.post(&at(&exposed, "rotate"), json!({})).await.json();
    assert_eq!(house.with_key(&fresh).get("/v1/events").await.status, 200);
    assert_eq!(house.with_key(&exposed).get("/v1/events").await.status, 401);
}
