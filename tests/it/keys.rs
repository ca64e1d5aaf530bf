//! `/v1/organisations/{id}/keys`, and what is asked with keys.

mod common;
mod exposed;
mod giving;
mod own;
mod registering;
mod rotating;

use serde_json::{Value, json};

use crate::house::actors::Actor;
use crate::records::address;

/// An organisation.
pub async fn organisation(admin: &Actor<'_>, name: &str) -> Value {
    admin.makes("organisations", json!({"name": name, "kind": "ngo"})).await
}

/// A key of an organisation that is good for this, with its secret.
pub async fn key(admin: &Actor<'_>, organisation: &Value, scopes: &[&str]) -> Value {
    key_with(admin, organisation, json!({"name": "Desk", "scopes": scopes})).await
}

async fn key_with(admin: &Actor<'_>, organisation: &Value, body: Value) -> Value {
    let path = format!("{}/keys", address(organisation));
    let made = admin.post(&path, body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let key = made.json();
    assert_eq!(made.header("location"), format!("{path}/{}", key["id"].as_str().unwrap()));
    key
}

/// Where a key is.
fn at(key: &Value, verb: &str) -> String {
    let text = |name: &str| key[name].as_str().unwrap();
    let slash = if verb.is_empty() { "" } else { "/" };
    format!("/v1/organisations/{}/keys/{}{slash}{verb}", text("organisation"), text("id"))
}

/// The secret of a key, as it was told.
fn secret(key: &Value) -> &str {
    key["secret"].as_str().unwrap()
}
