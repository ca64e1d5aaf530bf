//! Whose webhooks are, where they may be, and how they begin.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::Method;
use serde_json::{Value, json};

use super::{PUBLIC, active, deliveries, house, key, partner, read};
use crate::house::answer;
use crate::house::receiver::{Conduct, Receiver};
use crate::records::{address, sorted};

#[tokio::test]
async fn a_webhook_is_told_nothing_before_it_has_answered_its_challenge() {
    let house = house().await;
    let admin = house.admin().await;
    let (partner, organisation) = partner(&house, &admin, "One", &[]).await;
    let receiver = Receiver::open(Conduct::Misunderstand);
    let body = json!({"url": receiver.url(), "types": ["quote.withdrawn", "event.held", "quote.withdrawn"]});
    let make = async || {
        let request = house.request(Method::POST, "/v1/webhooks").bearer_auth(&partner.token);
        answer(request.header("idempotency-key", "a-key-of-a-webhook").json(&body)).await
    };
    let (made, again) = (make().await, make().await);
    assert_eq!((made.status, again.header("idempotent-replayed")), (201, "true"));
    assert_eq!(made.text(), again.text(), "an answer that was lost on the way holds the secret too");
    let webhook = made.json();
    assert_eq!((&webhook["status"], &webhook["organisation"]), (&json!("pending"), &organisation["id"]));
    assert_eq!(webhook["types"], json!(["event.held", "quote.withdrawn"]));
    let secret = webhook["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
    assert_eq!(BASE64_STANDARD.decode(secret).unwrap().len(), 32);
    assert!(partner.get(address(&webhook)).await.json().get("secret").is_none());
    let stored = house.dump("webhook_endpoint").await;
    assert!(!stored.contains(secret) && !stored.contains(webhook["secret"].as_str().unwrap()));

    house.run_jobs().await;
    let [challenge] = &receiver.all()[..] else { panic!("one challenge") };
    assert_eq!(challenge.path, "/hook?partner=1");
    let first = challenge.json();
    assert_eq!(first["type"], "webhook.verification");
    let now = read(&partner, &webhook).await;
    assert_eq!((&now["status"], &now["failed_because"]), (&json!("pending"), &json!("wrong_challenge")));
    let [delivery] = &deliveries(&partner, &webhook, "").await[..] else { panic!("one delivery") };
    assert_eq!((&delivery["type"], &delivery["status"]), (&json!("webhook.verification"), &json!("waiting")));
    assert_eq!(
        (&delivery["id"], &delivery["http_status"], &delivery["attempts"]),
        (&json!(challenge.id()), &json!(200), &json!(1))
    );

    receiver.set(Conduct::Accept);
    let refused = partner
        .post(&format!("{}/replay", address(&webhook)), json!({"since": "2021-01-01T00:00:00Z"}))
        .await;
    assert_eq!((refused.status, &*refused.code()), (409, "wrong_state"));
    assert_eq!(partner.does("verify", &webhook).await["status"], "pending");
    house.run_jobs().await;
    let now = read(&partner, &webhook).await;
    assert_eq!((&now["status"], &now["failed_because"]), (&json!("active"), &Value::Null));
    assert!(now["verified_at"].is_string() && now["delivered_at"].is_null());
    assert_ne!(receiver.all()[0].json()["data"], first["data"], "another challenge");
    house.advance(Duration::from_secs(3600));
    house.run_jobs().await;
    assert!(receiver.all().is_empty(), "the former challenge is asked no more");

    // Another address is challenged anew; one that is not asked for it stays as it is.
    let other = Receiver::open(Conduct::Answer(500));
    assert_eq!(partner.edits(&webhook, json!({"types": ["quote.withdrawn"]})).await["status"], "active");
    let moved = partner.edits(&webhook, json!({"url": other.url()})).await;
    assert_eq!((&moved["status"], &moved["verified_at"]), (&json!("pending"), &Value::Null));
    house.run_jobs().await;
    assert_eq!((receiver.all().len(), other.all().len()), (0, 1));
    for pause in [5, 300, 1800] {
        house.advance(Duration::from_secs(pause));
        house.run_jobs().await;
    }
    house.advance(Duration::from_secs(7200));
    house.run_jobs().await;
    assert_eq!(other.all().len(), 3, "whoever does not want it is left alone");

    let log = house.admin().await.get("/v1/audit-log?limit=100").await.text().to_owned();
    assert!(log.contains("\"webhook\"") && !log.contains("127.0.0.1"), "{log}");
    let keys = "SELECT count(*) AS n FROM data_key";
    let before = house.count(keys).await;
    assert_eq!(partner.delete(address(&webhook)).await.status, 204);
    assert_eq!(partner.get(address(&webhook)).await.status, 404);
    assert_eq!(make().await.status, 410, "nor does a repetition tell its secret any more");
    assert_eq!(house.count("SELECT count(*) AS n FROM webhook_delivery").await, 0);
    assert_eq!(house.count(keys).await, before - 1, "nor does the key of its secret stay");
}

#[tokio::test]
async fn webhooks_are_their_organisations_own() {
    let house = house().await;
    let (admin, moderator, host) = (house.admin().await, house.moderator().await, house.host().await);
    let (one, organisation) = partner(&house, &admin, "One", &["registrations:read"]).await;
    let (two, _) = partner(&house, &admin, "Two", &[]).await;
    let receiver = Receiver::open(Conduct::Accept);
    let webhook = active(&house, &one, &receiver, &PUBLIC).await;
    let at = address(&webhook);
    let verbs = ["verify", "rotate-secret", "disable", "replay"].map(|verb| format!("{at}/{verb}"));
    for path in &verbs {
        let body =
            if path.ends_with("replay") { json!({"since": "2021-01-01T00:00:00Z"}) } else { json!({}) };
        assert_eq!(two.post(path, body).await.status, 404, "{path}");
    }
    let delivery = &deliveries(&one, &webhook, "").await[0];
    let redeliver = format!("{at}/deliveries/{}/redeliver", delivery["id"].as_str().unwrap());
    assert_eq!(two.post(&redeliver, json!({})).await.status, 404);
    assert_eq!(one.post(&redeliver, json!({})).await.status, 409, "a challenge is not told again");
    for path in [at.to_owned(), format!("{at}/deliveries")] {
        assert_eq!((two.get(&path).await.status, moderator.get(&path).await.status), (404, 403));
        assert_eq!((host.get(&path).await.status, house.get(&path).await.status), (403, 401));
        assert_eq!(admin.get(&path).await.status, 200);
    }
    assert_eq!(two.patch_version(at, "\"1\"", json!({})).await.status, 404);
    assert_eq!(one.patch_version(at, "\"1\"", json!({"types": ["event.held"]})).await.status, 412);
    assert_eq!(two.delete(at).await.status, 404);
    let listed = async |actor: &crate::house::actors::Actor<'_>, filter: &str| {
        let page = actor.get(&format!("/v1/webhooks?{filter}")).await.json();
        page["items"].as_array().unwrap().len()
    };
    let filter = format!("organisation={}", organisation["id"].as_str().unwrap());
    assert_eq!((listed(&one, "").await, listed(&two, "").await, listed(&admin, "").await), (1, 0, 1));
    assert_eq!((listed(&two, &filter).await, listed(&admin, &filter).await), (0, 1));
    assert_eq!(
        (listed(&admin, "status=active").await, listed(&admin, "status=pending,disabled").await),
        (1, 0)
    );

    // Admins name the organisation; nobody asks to be told what they may not read.
    let body = |organisation: Value, types: &[&str]| {
        let mut body = json!({"url": receiver.url(), "types": types});
        if !organisation.is_null() {
            body["organisation"] = organisation;
        }
        body
    };
    let of = |code: &str| vec![("#/organisation".to_owned(), code.to_owned())];
    assert_eq!(sorted(&admin.post("/v1/webhooks", body(Value::Null, &["event.held"])).await), of("required"));
    let (absent, theirs) = (json!(api::ids::v4()), organisation["id"].clone());
    assert_eq!(
        sorted(&admin.post("/v1/webhooks", body(absent, &["event.held"])).await),
        of("unknown_reference")
    );
    assert_eq!(
        sorted(&two.post("/v1/webhooks", body(theirs.clone(), &["event.held"])).await),
        of("unknown_reference")
    );
    for kind in ["registration.confirmed", "person.erased"] {
        let refused = two.post("/v1/webhooks", body(Value::Null, &["event.held", kind])).await;
        assert_eq!((refused.status, &*refused.code()), (403, "insufficient_scope"));
        assert!(refused.text().contains("registrations:read"), "{}", refused.text());
    }
    let refused = one.patch(at, json!({"types": ["submission.approved"]})).await;
    assert_eq!((refused.status, &*refused.code()), (403, "insufficient_scope"));
    one.edits(&webhook, json!({"types": ["registration.confirmed"]})).await;
    let made = admin.makes("webhooks", body(theirs, &["submission.approved", "person.erased"])).await;
    assert_eq!(one.get(address(&made)).await.status, 200);
    // What a webhook is told of already a key that may not read it has told to nobody.
    let narrow = house.with_key(&key(&admin, &organisation, &["webhooks:manage"]).await);
    let erased = address(&made);
    let refusals = [
        narrow.patch(erased, json!({"url": receiver.url()})).await,
        narrow.post(&format!("{erased}/rotate-secret"), json!({})).await,
        narrow.post(&format!("{erased}/replay"), json!({"since": "2021-01-01T00:00:00Z"})).await,
        narrow.post(&redeliver, json!({})).await,
    ];
    for refused in refusals {
        assert_eq!((refused.status, &*refused.code()), (403, "insufficient_scope"));
    }
    let ahead = one.post(&format!("{at}/replay"), json!({"since": "2199-01-01T00:00:00Z"})).await;
    assert_eq!((ahead.status, sorted(&ahead)), (422, vec![("#/since".to_owned(), "ahead".to_owned())]));
    assert_eq!(
        one.edits(&made, json!({"types": ["person.erased"]})).await["types"],
        json!(["person.erased"])
    );
    let refused = admin.delete(address(&organisation)).await;
    assert!(refused.status == 409 && refused.text().contains("2 webhooks"), "{}", refused.text());
}

#[tokio::test]
async fn no_webhook_is_inside() {
    let house = house().await;
    let admin = house.admin().await;
    let (partner, _) = partner(&house, &admin, "One", &[]).await;
    let receiver = Receiver::open(Conduct::Accept);
    let webhook = active(&house, &partner, &receiver, &PUBLIC).await;
    for url in [
        "http://example.org/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://167772161:8443/",
        "https://user:password@example.org/",
        "https://printer.local/",
    ] {
        let wanted = [("#/url".to_owned(), "forbidden_address".to_owned())];
        let refused = partner.post("/v1/webhooks", json!({"url": url, "types": ["event.held"]})).await;
        assert_eq!(sorted(&refused), wanted, "{url}");
        assert!(!refused.text().contains("password@"), "{}", refused.text());
        assert_eq!(sorted(&partner.patch(address(&webhook), json!({"url": url})).await), wanted, "{url}");
    }
    assert_eq!(read(&partner, &webhook).await["status"], "active");
    let nonsense = partner.post("/v1/webhooks", json!({"url": "nonsense", "types": ["event.held"]})).await;
    assert_eq!(sorted(&nonsense), [("#/url".to_owned(), "invalid_format".to_owned())]);
    let long = format!("https://example.org/{}", "x".repeat(2000));
    assert_eq!(partner.post("/v1/webhooks", json!({"url": long, "types": ["event.held"]})).await.status, 422);
    for types in [json!([]), json!(["webhook.verification"]), json!(["event.moved"])] {
        assert_eq!(
            partner.post("/v1/webhooks", json!({"url": receiver.url(), "types": types})).await.status,
            422
        );
    }

    // Where loopback is not open, nothing is asked there, whatever the database says.
    let strict = crate::house::House::open().await;
    let admin = strict.admin().await;
    let (partner, _) = super::partner(&strict, &admin, "One", &[]).await;
    let refused = partner.post("/v1/webhooks", json!({"url": receiver.url(), "types": ["event.held"]})).await;
    assert_eq!(refused.status, 422);
    let body = json!({"url": "https://webhooks.invalid.example/", "types": ["event.held"]});
    let webhook = partner.makes("webhooks", body).await;
    strict.sql(&format!("UPDATE webhook_endpoint SET url = '{}'", receiver.url())).await;
    strict.run_jobs().await;
    assert_eq!(read(&partner, &webhook).await["failed_because"], "forbidden_address");
    assert!(receiver.all().is_empty());
}
