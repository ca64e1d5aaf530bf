//! Every operation, called by everybody: who may is what `openapi/access-matrix.md` says, and nobody forgot to ask.

use std::collections::BTreeMap;
use std::path::Path;

use api::access::action::{ALL, Reach};
use api::config::settings::{RATE_LIMITS, REQUIRE_TOTP};
use entity::api_key::ApiScope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::house::actors::{Actor, PASSWORD};
use crate::house::{Answer, House};

/// Set it to write the file anew.
const WRITE: &str = "SOLIDARITY_WRITE_MATRIX";
const ACTORS: [&str; 7] = ["anonymous", "enrolling", "member", "host", "moderator", "admin", "partner key"];

struct Operation {
    id: String,
    method: Method,
    path: String,
    is_public: bool,
    /// The scopes with which an API key may, if one may.
    scopes: Option<Vec<String>>,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(api::app::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let Some(id) = operation["operationId"].as_str() else { continue };
            let security = operation["security"].as_array();
            let security =
                security.unwrap_or_else(|| panic!("{id} does not say whether it needs credentials"));
            for scheme in security.iter().flat_map(|needed| needed.as_object().unwrap().keys()) {
                assert!(document["components"]["securitySchemes"].get(scheme).is_some(), "{id}: {scheme}");
            }
            // Credentials that are not needed stand beside an empty object.
            let is_public = security.is_empty() || security.contains(&json!({}));
            let scopes = scopes(&format!("{method} {path}"), security);
            found.push(Operation { id: id.to_owned(), method, path: path.clone(), is_public, scopes });
        }
    }
    found.sort_by(|one, other| one.id.cmp(&other.id));
    found
}

/// The scopes that the document states: the same for a key in either header.
fn scopes(name: &str, security: &[Value]) -> Option<Vec<String>> {
    let of = |scheme: &str| security.iter().find_map(|needed| needed.get(scheme)).cloned();
    assert_eq!(of("api_key"), of("api_key_header"), "{name}");
    of("api_key").map(|scopes| serde_json::from_value(scopes).unwrap())
}

/// An address of this operation under which there is nothing.
fn address(path: &str) -> String {
    let absent = "00000000-0000-4000-8000-000000000000";
    let part = |part: &str| match part.split_once('}') {
        // What follows the placeholder, such as `.ics`, belongs to the address.
        Some((_, rest)) if part.starts_with('{') => format!("{absent}{rest}"),
        _ => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

async fn call(house: &House, operation: &Operation, token: Option<&str>) -> &'static str {
    match answer(house, operation, token).await.status {
        401 => "401",
        403 => "403",
        _ => "may",
    }
}

async fn answer(house: &House, operation: &Operation, token: Option<&str>) -> Answer {
    let mut request = house.request(operation.method.clone(), &address(&operation.path));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if [Method::POST, Method::PATCH, Method::PUT].contains(&operation.method) {
        request = request.json(&json!({}));
    }
    let answer = crate::house::answer(request).await;
    assert!(answer.status < 500, "{}: {}", operation.id, answer.text());
    answer
}

/// A key that is good for these.
async fn key(admin: &Actor<'_>, scopes: &[&str]) -> String {
    let name = format!("Group {}", api::ids::v4());
    let organisation = admin.makes("organisations", json!({"name": name, "kind": "ngo"})).await;
    let path = format!("{}/keys", organisation["links"]["self"].as_str().unwrap());
    let key = admin.post(&path, json!({"name": "A key", "scopes": scopes})).await;
    key.json()["secret"].as_str().unwrap().to_owned()
}

/// A token of somebody who has to set up a second factor.
async fn enrolment_token(house: &House) -> String {
    house.account("enrolling@example.org", "admin").await;
    let body = json!({"email": "enrolling@example.org", "password": PASSWORD});
    let refused: Value = house.post("/v1/sessions", body).await.json();
    refused["enrolment_token"].as_str().unwrap().to_owned()
}

fn matrix(rows: &[(String, Vec<&'static str>)]) -> String {
    let head = format!("| {} |\n|---|{}\n", ACTORS.join(" | "), "---|".repeat(ACTORS.len()));
    let mut text = "# Who may do what\n\nWritten by `tests/it/guards/access_matrix.rs`, which calls every operation as everybody; \
        `SOLIDARITY_WRITE_MATRIX=1` writes it anew.\n\n## Operations\n\n\
        `may` at all; whose records is what the actions below say. 401: without credentials. 403: with these never.\n\n| operation "
        .to_owned();
    text += &head;
    for (name, cells) in rows {
        text += &format!("| {name} | {} |\n", cells.join(" | "));
    }
    text += "\n## Actions\n\n`own`: what belongs to the account, or to the organisation of the key, which needs the scope beside it. `all`: everybody's. What is neither is 404, or 403 where it may be seen.\n\n| action ";
    text += &head;
    for (name, may) in ALL {
        let reaches =
            [may.anonymous, may.enrolling, may.member, may.host, may.moderator, may.admin, may.partner];
        let cells = reaches.map(|reach| match reach {
            Reach::None => "–",
            Reach::Own => "own",
            Reach::All => "all",
        });
        let scope = may.scope.map(|scope| format!(" `{scope}`")).unwrap_or_default();
        text += &format!("| {name} | {}{scope} |\n", cells.join(" | "));
    }
    text
}

#[tokio::test]
async fn everybody_may_what_the_matrix_says_and_no_operation_is_missing() {
    let house = House::open().await;
    let strict = House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "true")]).await;
    let enrolling = enrolment_token(&strict).await;
    let mut actors = [house.member().await, house.host().await, house.moderator().await, house.admin().await];
    let all: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    let partner = key(&actors[3], &all).await;
    let mut rows = Vec::new();
    for operation in operations() {
        let anonymous = call(&house, &operation, None).await;
        let wanted = if operation.is_public { "may" } else { "401" };
        assert_eq!(anonymous, wanted, "{}: what the document says of its security is not so", operation.id);
        let mut cells = vec![anonymous, call(&strict, &operation, Some(&enrolling)).await];
        for actor in &mut actors {
            let mut cell = call(&house, &operation, Some(&actor.token)).await;
            if cell == "401" {
                // An earlier call signed out, or ended all sessions.
                *actor = house.sign_in(&actor.id, &actor.email).await;
                cell = call(&house, &operation, Some(&actor.token)).await;
            }
            cells.push(cell);
        }
        let with_key = call(&house, &operation, Some(&partner)).await;
        let documented = operation.scopes.is_some() || operation.is_public;
        assert_eq!(
            with_key == "may",
            documented,
            "{}: what the document says of API keys is not so",
            operation.id
        );
        cells.push(with_key);
        rows.push((format!("{} `{} {}`", operation.id, operation.method, operation.path), cells));
    }
    let said = matrix(&rows);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/access-matrix.md");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &said).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        said == checked_in,
        "who may do what has changed: read it and write it anew with {WRITE}=1\n{said}"
    );
}

#[tokio::test]
async fn a_scope_opens_what_the_document_says_and_nothing_else() {
    let house = House::open().await;
    let admin = house.admin().await;
    let all: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    let mut keys = BTreeMap::new();
    for operation in operations() {
        let Some(scopes) = &operation.scopes else { continue };
        let [scope] = &scopes[..] else {
            assert_eq!(operation.id, "gallery.changes", "one scope each; there a key only says who reads");
            continue;
        };
        if !keys.contains_key(scope) {
            let others: Vec<&str> = all.iter().copied().filter(|other| other != scope).collect();
            assert_eq!(others.len() + 1, all.len(), "{scope} is in the list");
            keys.insert(scope.clone(), (key(&admin, &[scope]).await, key(&admin, &others).await));
        }
        let (alone, without) = &keys[scope];
        assert_eq!(call(&house, &operation, Some(alone)).await, "may", "{} with {scope}", operation.id);
        let refused = answer(&house, &operation, Some(without)).await;
        assert_eq!((refused.status, &*refused.code()), (403, "insufficient_scope"), "{}", operation.id);
        assert!(refused.text().contains(scope.as_str()), "{}", refused.text());
    }
    assert_eq!(keys.len(), 14, "of the others no call is there yet");
}
