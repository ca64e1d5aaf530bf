//! `/v1/{records}/{id}/revisions`

mod authors;
mod kinds;
mod refusals;
mod story;
mod withdrawn;

use reqwest::Method;
use serde_json::{Value, json};

use crate::house::actors::Actor;
use crate::house::{Answer, House, answer};
use crate::initiatives::initiative;
use crate::records::address;

/// An initiative on the map, and the moderator who put it there and whose edits are public at once.
async fn published(house: &House) -> (Actor<'_>, Value) {
    published_of(house, &house.host().await).await
}

/// The same of this host.
async fn published_of<'a>(house: &'a House, host: &Actor<'_>) -> (Actor<'a>, Value) {
    let moderator = house.moderator().await;
    let draft = host.makes("initiatives", initiative()).await;
    let record = moderator.does("publish", &draft).await;
    (moderator, record)
}

/// The revisions of a record, newest first.
async fn revisions(actor: &Actor<'_>, record: &Value) -> Vec<Value> {
    let listed = actor.get(&format!("{}/revisions?limit=100", address(record))).await;
    assert_eq!(listed.status, 200, "{}", listed.text());
    listed.json()["items"].as_array().unwrap().clone()
}

/// Asks for a revision of the newest version of a record to be put back.
async fn restore(house: &House, actor: &Actor<'_>, record: &Value, version: i64) -> Answer {
    let etag = actor.get(address(record)).await.header("etag").to_owned();
    restore_on(house, actor, record, version, &etag).await
}

/// The same on the version with this entity tag.
async fn restore_on(house: &House, actor: &Actor<'_>, record: &Value, version: i64, etag: &str) -> Answer {
    let path = format!("{}/revisions/{version}/restore", address(record));
    let request = house.request(Method::POST, &path).bearer_auth(&actor.token).json(&json!({}));
    answer(if etag.is_empty() { request } else { request.header("if-match", etag) }).await
}

/// Puts a revision back, with success; the record.
async fn restored(house: &House, actor: &Actor<'_>, record: &Value, version: i64) -> Value {
    let answer = restore(house, actor, record, version).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Where a revision changed something, what was there and what is.
fn changes(revision: &Value) -> Vec<(&str, &Value, &Value)> {
    let changes = revision["changes"].as_array().unwrap().iter();
    changes.map(|c| (c["pointer"].as_str().unwrap(), &c["before"], &c["after"])).collect()
}
