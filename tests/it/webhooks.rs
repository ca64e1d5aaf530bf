//! `/v1/webhooks`: partners' own systems are told that something happened.

mod failing;
mod filters;
mod kills;
mod managing;
mod telling;
mod tls;
mod withdrawals;

use api::config::settings::{MAIL, RATE_LIMITS, REQUIRE_TOTP, WEBHOOK_LOOPBACK, WEBHOOK_TIMEOUT};
use serde_json::{Value, json};

use crate::house::House;
use crate::house::actors::Actor;
use crate::house::receiver::Receiver;
use crate::keys::{key, organisation};
use crate::records::address;

const PUBLIC: [&str; 8] = [
    "event.published",
    "event.rescheduled",
    "event.cancelled",
    "event.held",
    "event.withdrawn",
    "initiative.published",
    "quote.published",
    "quote.withdrawn",
];

/// A house whose webhooks may be on loopback and have a second to answer.
async fn house() -> House {
    house_with("1").await
}

/// The same with so many seconds.
async fn house_with(timeout: &str) -> House {
    House::open_with(&[
        (&RATE_LIMITS, "off"),
        (&REQUIRE_TOTP, "false"),
        (&MAIL, "file"),
        (&WEBHOOK_LOOPBACK, "true"),
        (&WEBHOOK_TIMEOUT, timeout),
    ])
    .await
}

/// The system of a new organisation, with a key that is good for this and for webhooks.
async fn partner<'a>(house: &'a House, admin: &Actor<'_>, name: &str, scopes: &[&str]) -> (Actor<'a>, Value) {
    let organisation = organisation(admin, name).await;
    let scopes: Vec<&str> = scopes.iter().copied().chain(["webhooks:manage"]).collect();
    let key = key(admin, &organisation, &scopes).await;
    (house.with_key(&key), organisation)
}

/// A webhook that has answered its challenge, with its secret.
async fn active(house: &House, partner: &Actor<'_>, receiver: &Receiver, types: &[&str]) -> Value {
    let webhook = partner.makes("webhooks", json!({"url": receiver.url(), "types": types})).await;
    house.run_jobs().await;
    assert_eq!(read(partner, &webhook).await["status"], "active");
    assert_eq!(receiver.all().len(), 1, "the challenge");
    webhook
}

/// A webhook as it is now.
async fn read(partner: &Actor<'_>, webhook: &Value) -> Value {
    let read = partner.get(address(webhook)).await;
    assert_eq!(read.status, 200, "{}", read.text());
    read.json()
}

/// What a webhook was told, newest first.
async fn deliveries(partner: &Actor<'_>, webhook: &Value, filter: &str) -> Vec<Value> {
    let page = partner.get(&format!("{}/deliveries?{filter}", address(webhook))).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.json()["items"].as_array().unwrap().clone()
}

/// A type and a record as they are told.
fn told(kind: &str, record: &Value) -> (String, Value) {
    (kind.to_owned(), record["id"].clone())
}
