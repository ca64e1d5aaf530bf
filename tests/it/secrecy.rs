//! What people told us, written through the calls of the private side and the open forms, is nowhere in the log.

use reqwest::Method;
use serde_json::{Value, json};

use crate::events::dialogue;
use crate::house::program::Server;
use crate::house::{Answer, House, answer};
use crate::submissions::newcomer_with;

/// A server of its own that logs as much as it can, and who calls it.
struct Heard {
    server: Server,
    address: String,
    client: reqwest::Client,
}

impl Heard {
    fn start(house: &House) -> Self {
        let further =
            [("SOLIDARITY_LOG", "trace"), ("SOLIDARITY_REQUIRE_TOTP", "false"), ("SOLIDARITY_MAIL", "file")];
        let mut server = Server::start(&house.variables(&further), &["serve", "--listen", "127.0.0.1:0"]);
        let address = server.address();
        Self { server, address, client: reqwest::Client::new() }
    }

    /// A call with a token, if there is one; the version that is edited or let through is the newest.
    async fn call(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let edits = method == Method::PATCH;
        let mut request = self.client.request(method, format!("{}{path}", self.address)).json(&body);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if edits {
            let read = self.client.get(format!("{}{path}", self.address)).bearer_auth(token);
            request = request.header("if-match", answer(read).await.header("etag"));
        }
        if ["/approve", "/publish", "/schedule", "/consents", "/consents/mine"]
            .iter()
            .any(|verb| path.ends_with(verb))
        {
            request = request.header("if-match", "*");
        }
        answer(request).await
    }

    async fn post(&self, token: &str, path: &str, body: Value, status: u16) -> Value {
        let answer = self.call(token, Method::POST, path, body).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        answer.json()
    }

    async fn patch(&self, token: &str, path: &str, body: Value) {
        let answer = self.call(token, Method::PATCH, path, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }

    /// Sends what is refused: other members, other types, no JSON at all.
    async fn refused(&self, token: &str, path: &str) {
        for body in [
            json!({"marker-member": "marker-value"}),
            json!({"display_name": {"marker": 1}, "text": ["marker"]}),
        ] {
            let answer = self.call(token, Method::POST, path, body).await;
            assert_eq!(answer.status, 422, "{path}: {}", answer.text());
        }
        let request = self.client.post(format!("{}{path}", self.address)).bearer_auth(token);
        let broken = request.header("content-type", "application/json").body("{\"marker\": marker");
        assert_eq!(answer(broken).await.status, 400, "{path}");
    }

    /// Stops the server and looks for these, and for whatever is marked, in all that it said.
    fn said_nothing_of(self, tokens: &[&str], paths: &[&str]) {
        self.server.signal("TERM");
        let log = self.server.outcome().stderr;
        for path in paths {
            assert!(log.contains(path), "{path} was called: {log}");
        }
        for line in log.lines() {
            let line = line.to_lowercase();
            assert!(!line.contains("marker") && !line.contains("555 01"), "it is in the log: {line}");
        }
        for token in tokens {
            assert!(token.len() > 20 && !log.contains(token), "a token is in the log");
        }
    }
}

fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

#[tokio::test]
async fn nothing_of_people_and_quotes_is_in_the_log() {
    let house = House::open().await;
    let (host, moderator, admin) = (house.host().await, house.moderator().await, house.admin().await);
    let heard = Heard::start(&house);
    let contact = json!({"email": "marker-mail@example.org", "phone": "+1 555 0142"});
    let body = json!({"display_name": "Marker-name", "role": "activist", "contact": contact});
    let person = heard.post(&host.token, "/v1/people", body, 201).await;
    let path = format!("/v1/people/{}", id(&person));
    let patch = json!({"display_name": "Marker-other", "contact": {"phone": "+1 555 0143"}});
    heard.patch(&moderator.token, &path, patch).await;
    heard.refused(&host.token, "/v1/people").await;

    let mut event = dialogue();
    event["title"] = json!("Marker-title");
    event["place"]["venue"] = json!("Marker-hall");
    event["online"] =
        json!({"platform": "jitsi", "join_url": "https://marker.example/room", "instructions": "marker"});
    let event = heard.post(&host.token, "/v1/events", event, 201).await;
    let quote = json!({"event": id(&event), "text": "Marker-words", "language": "en",
        "attribution": {"level": "pseudonym", "label": "Marker-label"},
        "consent": {"purpose": "publish_quote", "scope": ["gallery"], "method": "written", "given_by": "Marker-clerk"}});
    let quote = heard.post(&host.token, "/v1/quotes", quote, 201).await;
    let path = format!("/v1/quotes/{}", id(&quote));
    let speaker = quote["manage_token"].as_str().unwrap();
    heard.refused(speaker, "/v1/consents/mine").await;
    heard.patch(speaker, "/v1/consents/mine", json!({"level": "anonymous"})).await;
    let renewed = json!({"level": "pseudonym", "label": "Marker-other"});
    heard.post(speaker, "/v1/consents/mine", renewed, 201).await;
    let again = json!({"method": "written", "given_by": "Marker-clerk",
        "attribution": {"level": "pseudonym", "label": "Marker-3"}});
    heard.post(&host.token, &format!("{path}/consents"), again, 201).await;
    let named = json!({"purpose": "publish_name", "method": "written", "given_by": "Marker-clerk"});
    let of_person = format!("/v1/people/{}/consents", id(&person));
    let named = heard.post(&host.token, &of_person, named, 201).await;
    let holder = named["manage_token"].as_str().unwrap();
    heard.post(holder, "/v1/consents/mine/withdraw", json!({}), 200).await;
    heard.patch(&moderator.token, &path, json!({"text": "Marker-2"})).await;
    heard.refused(&host.token, "/v1/quotes").await;
    heard.post(&host.token, &format!("{path}/withdraw"), json!({}), 200).await;
    let path = format!("/v1/people/{}", id(&person));
    let archive = heard.call(&admin.token, Method::GET, &format!("{path}/archive"), json!({})).await;
    assert!(archive.status == 200 && archive.text().contains("marker-mail"), "{}", archive.text());
    assert_eq!(heard.call(&admin.token, Method::DELETE, &path, json!({})).await.status, 204);
    let called = ["/v1/people/{person_id}/archive", "/v1/quotes/{quote_id}/withdraw", "/v1/consents/mine"];
    heard.said_nothing_of(&[&host.token, &moderator.token, &admin.token, speaker, holder], &called);
}

#[tokio::test]
async fn nothing_of_submissions_and_their_review_is_in_the_log() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let mut heard = Heard::start(&house);
    let body = newcomer_with(json!({
        "initiative": {"title": "Marker-title", "summary": "Marker-summary", "url": "https://marker.example"},
        "submitter": {"name": "Marker-name", "role": "marker", "email": "marker-mail@example.org", "organisation": "Marker"},
        "message": "marker-words"
    }));
    let sent = heard.post("", "/v1/submissions", body.clone(), 201).await;
    let token = sent["tracking_token"].as_str().unwrap().to_owned();
    let at = |verb: &str| format!("/v1/submissions/{}/{verb}", id(&sent));
    heard.post(&moderator.token, &at("claim"), json!({}), 200).await;
    heard.post(&moderator.token, &at("messages"), json!({"text": "Marker-note"}), 200).await;
    heard.post(&moderator.token, &at("request-changes"), json!({"message": "Marker-question"}), 200).await;
    heard.refused(&moderator.token, &at("request-changes")).await;
    heard.patch(&token, "/v1/submissions/mine", json!({"submitter": {"name": "Marker-2"}})).await;
    heard.post(&moderator.token, &at("approve"), json!({"changes": {"title": "Marker-3"}}), 200).await;
    let other = heard.post("", "/v1/submissions", body, 201).await;
    let reject = format!("/v1/submissions/{}/reject", id(&other));
    let why = json!({"reason_code": "other", "message": "Marker-reason"});
    heard.post(&moderator.token, &reject, why, 200).await;
    heard.refused("", "/v1/submissions").await;
    // What was written to the submitter is sent by the same process.
    while house.filed_letters().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    heard.server.heard("/v1/submissions/mine");
    heard.said_nothing_of(&[&token, &moderator.token], &["/v1/submissions/{submission_id}/approve"]);
}

#[tokio::test]
async fn nothing_of_who_registers_is_in_the_log() {
    let house = House::open().await;
    let (admin, host) = (house.admin().await, house.host().await);
    let mut body = dialogue();
    body["registration"] = json!("open");
    let event = host.makes("events", body).await;
    host.does("schedule", &event).await;
    let heard = Heard::start(&house);
    let settings = format!("/v1/events/{}/registration-settings", id(&event));
    let asks = json!({"offers": false, "questions": [{"id": "meals", "text": "What do you eat?"}]});
    assert_eq!(heard.call(&host.token, Method::PUT, &settings, asks).await.status, 200);
    let desk = format!("/v1/events/{}/registrations", id(&event));
    let body = json!({"display_name": "Marker-name", "role": "activist", "email": "marker-mail@example.org",
        "access_needs": "Marker-needs", "answers": {"meals": "Marker-food"}});
    let answer = heard.post("", &desk, body, 201).await;
    let token = answer["manage_token"].as_str().unwrap();
    let registration = id(&answer["registration"]);
    heard.refused("", &desk).await;
    heard.patch(token, "/v1/registrations/mine", json!({"access_needs": "Marker-other"})).await;
    let contact = format!("/v1/registrations/{registration}/contact");
    heard.post(&host.token, &contact, json!({"reason": "Marker-reason"}), 200).await;
    heard.post(token, "/v1/registrations/mine/cancel", json!({}), 200).await;
    let found =
        heard.call(&admin.token, Method::GET, "/v1/accounts?q=marker-mail%40example.org", json!({})).await;
    assert_eq!(found.status, 200, "{}", found.text());
    heard.said_nothing_of(&[token, &host.token], &["/v1/events/{event_id}/registrations", "/v1/accounts"]);
}

#[tokio::test]
async fn no_key_is_in_the_log_wherever_it_was_sent() {
    let house = House::open().await;
    let admin = house.admin().await;
    let heard = Heard::start(&house);
    let group =
        heard.post(&admin.token, "/v1/organisations", json!({"name": "Marker", "kind": "ngo"}), 201).await;
    let keys = format!("/v1/organisations/{}/keys", id(&group));
    let body = json!({"name": "Marker-key", "scopes": ["events:read"], "addresses": ["127.0.0.1", "::1"]});
    let key = heard.post(&admin.token, &keys, body, 201).await;
    let secret = key["secret"].as_str().unwrap();
    assert_eq!(heard.call(secret, Method::GET, "/v1/events", json!({})).await.status, 200);
    for path in [format!("/v1/events?key={secret}"), format!("/v1/events/{secret}"), format!("/{secret}")] {
        let refused = heard.call("", Method::GET, &path, json!({})).await;
        assert_eq!((refused.status, &*refused.code()), (400, "key_exposed"), "{path}");
    }
    let fresh = heard.post(&admin.token, &format!("{keys}/{}/rotate", id(&key)), json!({}), 200).await;
    let fresh = fresh["secret"].as_str().unwrap();
    heard.refused(&admin.token, &keys).await;
    heard.said_nothing_of(&[secret, fresh, &admin.token], &["/v1/organisations/{organisation_id}/keys"]);
}

#[tokio::test]
async fn nothing_that_is_sealed_is_in_a_copy_of_the_database() {
    let house = House::open().await;
    let (admin, host) = (house.admin().await, house.host().await);
    let contact = json!({"email": "marker-mail@example.org", "phone": "+1 555 0142"});
    admin.makes("people", json!({"display_name": "Amina", "role": "activist", "contact": contact})).await;
    let joining =
        json!({"platform": "jitsi", "join_url": "https://marker.example/room", "instructions": "marker"});
    let mut event = dialogue();
    (event["place"]["venue"], event["online"], event["registration"]) =
        (json!("Marker-hall"), joining.clone(), json!("open"));
    let event = host.makes("events", event).await;
    host.does("schedule", &event).await;
    let mut series = crate::series::weekly(&house);
    (series["template"]["place"]["venue"], series["template"]["online"]) = (json!("Marker-hall"), joining);
    host.makes("series", series).await;
    let desk = format!("/v1/events/{}/registrations", id(&event));
    let body = json!({"display_name": "Marker-name", "role": "activist", "email": "marker-2@example.org",
        "access_needs": "Marker-needs"});
    let registered = house.post(&desk, body).await;
    assert_eq!(registered.status, 201, "{}", registered.text());
    let contact = format!("/v1/registrations/{}/contact", id(&registered.json()["registration"]));
    assert_eq!(host.post(&contact, json!({"reason": "Marker-reason"})).await.status, 200);
    let submitted = newcomer_with(json!({
        "initiative": {"title": "Marker-title", "summary": "Marker-summary"},
        "submitter": {"name": "Marker-name", "role": "marker", "email": "marker-3@example.org"}, "message": "marker-words"
    }));
    assert_eq!(house.post("/v1/submissions", submitted).await.status, 201);
    house.account("marker-4@example.org", "member").await;
    let lost = format!("/v1/accounts/{}/totp/remove", host.id);
    admin.post(&lost, json!({"reason": "Marker-lost"})).await;
    house.run_jobs().await;
    let copy = house.path("copy.backup");
    house.solidarity(&["backup", copy.to_str().unwrap()]).await.done();
    let bytes = std::fs::read(copy).unwrap();
    let text = match bytes.starts_with(&[0x1f, 0x8b]) {
        true => {
            let mut text = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*bytes), &mut text).unwrap();
            text
        }
        false => bytes,
    };
    let text = String::from_utf8_lossy(&text).to_lowercase();
    assert!(text.contains("dialogue on seeds"), "what is not sealed is there");
    for word in ["marker", "555 01", "6d61726b6572", &house.file("master.key").trim().to_lowercase()] {
        assert!(!text.contains(word), "{word} is in the copy");
    }
}
