//! Who asks: actors as values.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, House, answer};

/// The password of every actor.
pub const PASSWORD: &str = "marigold tractor seventeen fog";

/// The verbs that publish what others made: they are told which version was read.
const DECIDING: [&str; 3] = ["/approve", "/publish", "/schedule"];

/// Somebody signed in.
pub struct Actor<'a> {
    house: &'a House,
    /// The account.
    pub id: String,
    /// The e-mail address.
    pub email: String,
    /// The access token.
    pub token: String,
    /// The refresh token.
    pub refresh_token: String,
}

impl House {
    /// An admin.
    pub async fn admin(&self) -> Actor<'_> {
        self.actor("admin").await
    }

    /// A moderator.
    pub async fn moderator(&self) -> Actor<'_> {
        self.actor("moderator").await
    }

    /// A host.
    pub async fn host(&self) -> Actor<'_> {
        self.actor("host").await
    }

    /// A member.
    pub async fn member(&self) -> Actor<'_> {
        self.actor("member").await
    }

    /// A new account of this role, signed in. There can be many of one role.
    pub async fn actor(&self, role: &str) -> Actor<'_> {
        let email = format!("{role}-{}@example.org", api::ids::v4().simple());
        let id = self.account(&email, role).await;
        self.sign_in(&id, &email).await
    }

    /// A new account of this role with [`PASSWORD`]; its identifier.
    pub async fn account(&self, email: &str, role: &str) -> String {
        self.let_in(email, role).await
    }

    /// Signs an account in.
    pub async fn sign_in(&self, id: &str, email: &str) -> Actor<'_> {
        let tokens = self.post("/v1/sessions", json!({"email": email, "password": PASSWORD})).await;
        assert_eq!(tokens.status, 201, "{}", tokens.text());
        let tokens = tokens.json();
        let member = |name: &str| tokens[name].as_str().unwrap().to_owned();
        let (token, refresh_token) = (member("access_token"), member("refresh_token"));
        Actor { house: self, id: id.to_owned(), email: email.to_owned(), token, refresh_token }
    }

    /// An organisation's own system, which asks with a key that was given out.
    pub fn with_key(&self, key: &Value) -> Actor<'_> {
        let text = |name: &str| key[name].as_str().unwrap().to_owned();
        let (email, refresh_token) = (String::new(), String::new());
        Actor { house: self, id: text("id"), email, token: text("secret"), refresh_token }
    }

    /// Any call with an access token, and a body if there is one. What decides about a version does so about the newest.
    pub async fn with_token(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let decides = method == Method::POST && DECIDING.iter().any(|verb| path.ends_with(verb));
        let request = self.request(method, path).bearer_auth(token);
        let request = if decides { request.header("if-match", "*") } else { request };
        answer(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }
}

impl Actor<'_> {
    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// PATCH of the newest version, which is read first.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        let etag = self.get(path).await.header("etag").to_owned();
        self.patch_version(path, &etag, body).await
    }

    /// PATCH of the version with this entity tag.
    pub async fn patch_version(&self, path: &str, etag: &str, body: Value) -> Answer {
        let request = self.house.request(Method::PATCH, path).bearer_auth(&self.token);
        let request = if etag.is_empty() { request } else { request.header("if-match", etag) };
        answer(request.header("content-type", "application/merge-patch+json").body(body.to_string())).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Any call.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.house.with_token(&self.token, method, path, body).await
    }
}

impl Answer {
    /// The problem's code; empty if it is none.
    pub fn code(&self) -> String {
        match self.header("content-type") {
            "application/problem+json" => self.json()["code"].as_str().unwrap().to_owned(),
            _ => String::new(),
        }
    }

    /// The faults of the input: where, and what.
    pub fn faults(&self) -> Vec<(String, String)> {
        let problem = self.json();
        let text = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
        let faults = problem["errors"].as_array().into_iter().flatten();
        faults.map(|fault| (text(fault, "pointer"), text(fault, "code"))).collect()
    }
}
