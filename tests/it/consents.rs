//! `/v1/consents/mine`, and the ledgers of quotes and people: what was allowed is seen, narrowed, renewed and withdrawn.

mod copies;
mod expiry;
mod mine;
mod people;
mod races;
mod withdrawn;

use reqwest::Method;
use serde_json::{Value, json};

use crate::events::past;
use crate::house::actors::Actor;
use crate::house::{Answer, House, answer};
use crate::records::address;

const MINE: &str = "/v1/consents/mine";

/// The token for whoever gave a consent, as the answer that recorded it tells it.
fn token(recorded: &Value) -> String {
    let token = recorded["manage_token"].as_str().unwrap_or_else(|| panic!("{recorded}"));
    assert!(token.starts_with("sol_mt_"));
    token.to_owned()
}

/// An event of the past that is public, of its host.
async fn held(host: &Actor<'_>) -> Value {
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await
}

fn said(event: &Value, text: &str) -> Value {
    json!({"event": event["id"], "text": text, "language": "en",
        "attribution": {"level": "pseudonym", "label": "Blue Nile"},
        "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "oral_witnessed", "text_version": "2"}})
}

/// A quote that is public, and the speaker's token.
async fn public(host: &Actor<'_>, moderator: &Actor<'_>, text: &str) -> (Value, String) {
    let quote = host.makes("quotes", said(&held(host).await, text)).await;
    let token = token(&quote);
    assert_eq!(moderator.does("approve", &quote).await["published"], true);
    (quote, token)
}

impl House {
    /// What a holder reads.
    async fn mine(&self, token: &str) -> Answer {
        self.with_token(token, Method::GET, MINE, None).await
    }

    /// What a holder narrows, of the newest version.
    async fn narrowed(&self, token: &str, patch: Value) -> Answer {
        let etag = self.mine(token).await.header("etag").to_owned();
        let request = self.request(Method::PATCH, MINE).bearer_auth(token).header("if-match", etag);
        answer(request.json(&patch)).await
    }

    /// What somebody records anew, of the newest version.
    async fn renewed(&self, token: &str, path: &str, body: Value) -> Answer {
        let request = self.request(Method::POST, path).bearer_auth(token).header("if-match", "*");
        answer(request.json(&body)).await
    }

    /// What a holder withdraws.
    async fn withdrawn(&self, token: &str) -> Answer {
        self.with_token(token, Method::POST, &format!("{MINE}/withdraw"), Some(json!({}))).await
    }
}

/// Where the consents of a record are.
fn ledger(record: &Value) -> String {
    format!("{}/consents", address(record))
}
