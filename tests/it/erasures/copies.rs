//! A copy of the database from before somebody was erased.

use std::collections::BTreeMap;

use api::config::settings::{MAIL, RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Method;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use super::{NAME, WORDS, named, told};
use crate::bundle::Bundle;
use crate::events::{dialogue, past};
use crate::house::database::Database;
use crate::house::program::{self, Outcome, Server};
use crate::house::{House, answer};
use crate::records::address;
use crate::registrations::{comer, desk, scheduled};

#[tokio::test]
async fn what_an_older_copy_brings_back_is_erased_before_anything_is_read() {
    let house = House::open().await;
    house.import(&told()).await.applied();
    let admin = house.admin().await;
    let person = named(&admin, NAME).await;
    let kept = "CREATE TABLE kept_person AS SELECT * FROM person; CREATE TABLE kept_quote AS SELECT * FROM quote; \
                CREATE TABLE kept_consent AS SELECT * FROM consent; CREATE TABLE kept_host AS SELECT * FROM event_host; \
                CREATE TABLE kept_key AS SELECT * FROM data_key";
    house.sql(kept).await;
    assert_eq!(admin.delete(address(&person)).await.status, 204);
    let back = "DELETE FROM withdrawal; DELETE FROM consent_token; DELETE FROM consent; DELETE FROM event_host; DELETE FROM quote; DELETE FROM erasure; INSERT INTO person SELECT * FROM kept_person; \
                INSERT INTO quote SELECT * FROM kept_quote; INSERT INTO consent SELECT * FROM kept_consent; \
                INSERT INTO event_host SELECT * FROM kept_host; \
                INSERT INTO data_key SELECT * FROM kept_key WHERE record_id NOT IN (SELECT record_id FROM data_key); \
                DROP TABLE kept_person; DROP TABLE kept_quote; DROP TABLE kept_consent; DROP TABLE kept_host; DROP TABLE kept_key";
    house.sql(back).await;
    assert_eq!(admin.get(address(&person)).await.status, 200, "as if the copy were there");
    let opened = house.solidarity(&["publish", "rebuild"]).await;
    assert!(
        opened.stderr.contains("erased again") && !opened.stderr.contains("Nyandeng"),
        "{}",
        opened.stderr
    );
    opened.done();
    assert_eq!(admin.get(address(&person)).await.status, 404);
    for path in ["events", "quotes", "search?q=buried", "changes"] {
        let public = house.get(&format!("/v1/gallery/{path}")).await;
        assert!(
            !public.text().contains("Nyandeng") && !public.text().contains("buried"),
            "{}",
            public.text()
        );
    }
    assert!(!house.export().await.contains("Nyandeng"));
    let again = house.solidarity(&["publish", "rebuild"]).await;
    assert!(!again.stderr.contains("erased again"), "{}", again.stderr);

    let ledger = house.file("erasures.ndjson");
    assert_eq!(ledger.matches(person["id"].as_str().unwrap()).count(), 1, "{ledger}");
    assert!(!ledger.contains("Nyandeng"));
    std::fs::write(house.path("erasures.ndjson"), "who knows\n").unwrap();
    let refused = house.solidarity(&["publish", "rebuild"]).await;
    assert!(refused.code == Some(1) && refused.stderr.contains("line 1"), "{}", refused.stderr);
}

#[tokio::test]
async fn what_was_withdrawn_stays_withdrawn_in_an_older_copy() {
    let house = House::open().await;
    house.import(&told()).await.applied();
    let admin = house.admin().await;
    let quotes = admin.get("/v1/quotes").await.json();
    let said =
        quotes["items"].as_array().unwrap().iter().find(|quote| quote["text"] == WORDS).unwrap().clone();
    house.sql("CREATE TABLE kept_quote AS SELECT * FROM quote; CREATE TABLE kept_consent AS SELECT * FROM consent").await;
    admin.does("withdraw", &said).await;
    let back = "DELETE FROM withdrawal; DELETE FROM consent_token; DELETE FROM consent; DELETE FROM quote; INSERT INTO quote SELECT * FROM kept_quote; \
                INSERT INTO consent SELECT * FROM kept_consent; DROP TABLE kept_quote; DROP TABLE kept_consent";
    house.sql(back).await;
    house.solidarity(&["publish", "rebuild"]).await.done();
    assert_eq!(house.gallery(&said).await.status, 410);
    assert_eq!(admin.get(address(&said)).await.json()["text"], json!(""));
}

/// Another database with the data folder of a house.
struct Elsewhere {
    _folder: tempfile::TempDir,
    database: Database,
    variables: BTreeMap<String, String>,
}

impl Elsewhere {
    async fn of(house: &House) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::empty(folder.path()).await;
        let variables = house.variables(&[
            ("DATABASE_URL", database.url()),
            ("SOLIDARITY_REQUIRE_TOTP", "false"),
            ("SOLIDARITY_RATE_LIMITS", "off"),
        ]);
        Self { _folder: folder, database, variables }
    }

    async fn run(&self, arguments: &[&str]) -> Outcome {
        program::run(&self.variables, arguments).await
    }
}

#[tokio::test]
async fn a_copy_is_put_back_without_those_who_were_erased_since() {
    let house = House::open().await;
    house.import(&told()).await.applied();
    let admin = house.admin().await;
    let event = admin.makes("events", dialogue()).await;
    let person = named(&admin, NAME).await;
    let member = house.member().await;
    let meeting = scheduled(&admin, json!({"capacity": 3})).await;
    let comes = house.post(&desk(&meeting), comer("activist")).await.json();
    let copy = house.path("monday.backup");
    let copy = copy.to_str().unwrap();
    house.solidarity(&["backup", copy]).await.done();
    let comes = comes["manage_token"].as_str().unwrap();
    let mine = "/v1/registrations/mine";
    assert_eq!(house.with_token(comes, Method::DELETE, mine, None).await.status, 204);
    let farewell = json!({"password": crate::house::actors::PASSWORD});
    assert_eq!(member.post("/v1/me/erase", farewell).await.status, 204);
    let refused = house.solidarity(&["backup", copy]).await;
    assert!(refused.code == Some(1) && refused.stderr.contains("is there already"), "{refused:?}");
    assert_eq!(admin.delete(address(&person)).await.status, 204);
    assert_eq!(
        admin.delete(address(&event)).await.status,
        204,
        "what is not erased comes back with the copy"
    );

    let elsewhere = Elsewhere::of(&house).await;
    let restored = elsewhere.run(&["restore", copy]).await;
    assert!(restored.stderr.contains("erased again"), "{restored:?}");
    assert!(restored.stderr.contains("is locked down"), "{restored:?}");
    assert_eq!(restored.done(), "restored\n");
    let mut server =
        Server::start(&elsewhere.variables, &["serve", "--listen", "127.0.0.1:0", "--no-worker"]);
    let url = server.address();
    let client = reqwest::Client::new();
    let get =
        async |path: &str, token: &str| answer(client.get(format!("{url}{path}")).bearer_auth(token)).await;
    assert_eq!(get("/readyz", "").await.status, 200);
    for path in
        ["/v1/gallery/events", "/v1/gallery/quotes", "/v1/gallery/search?q=buried", "/v1/gallery/changes"]
    {
        let answer = get(path, "").await;
        assert!(
            answer.status == 200 && !answer.text().contains(NAME) && !answer.text().contains(WORDS),
            "{path}"
        );
    }
    assert_eq!(
        get("/v1/gallery/events", "").await.json()["items"],
        json!([]),
        "who knows what was hidden since?"
    );
    assert_eq!(get("/v1/me", &admin.token).await.status, 401, "everybody signs in anew");
    assert_eq!(get(mine, comes).await.status, 401, "who erased their registration");
    let body = json!({"email": member.email, "password": crate::house::actors::PASSWORD});
    let closed = answer(client.post(format!("{url}/v1/sessions")).json(&body)).await;
    assert_eq!(closed.status, 401, "and who closed their account");
    let body = json!({"email": admin.email, "password": crate::house::actors::PASSWORD});
    let session = answer(client.post(format!("{url}/v1/sessions")).json(&body)).await.json();
    let token = session["access_token"].as_str().unwrap();
    assert_eq!(get(address(&person), token).await.status, 404);
    assert!(get("/v1/lockdown", token).await.json()["locked_down_at"].is_string());
    assert_eq!(get(&format!("{}/venue", address(&event)), token).await.status, 403);
    let used = elsewhere.run(&["restore", copy, "--force"]).await;
    assert!(used.code == Some(1) && used.stderr.contains("another process uses the database"), "{used:?}");
    server.signal("TERM");
    server.outcome();
    let rebuilt = elsewhere.run(&["publish", "rebuild"]).await.done();
    assert!(rebuilt.ends_with(": 0 documents written, 0 taken away\n"), "{rebuilt}");
    elsewhere.run(&["audit", "verify"]).await.done();

    let refused = elsewhere.run(&["restore", copy]).await;
    assert!(refused.code == Some(1) && refused.stderr.contains("is not empty"), "{refused:?}");
    assert_eq!(elsewhere.run(&["restore", copy, "--force"]).await.done(), "restored\n");
    assert!(!elsewhere.run(&["export"]).await.done().contains(NAME));
}

#[tokio::test]
async fn what_was_withdrawn_and_who_was_shut_out_since_stay_so() {
    let house = House::open_with(&[(&MAIL, "file"), (&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false")]).await;
    let (bundle, admin, host) = (told(), house.admin().await, house.host().await);
    house.import(&bundle).await.applied();
    let event = host.makes("events", past()).await;
    let event = host.does("schedule", &event).await;
    let outcome = json!({"event": event["id"], "kind": "need", "text": "Stores", "language": "en"});
    let outcome = host.makes("outcomes", outcome).await;
    let story = json!({"event": event["id"], "kind": "blog", "title": "A story", "url": "https://example.org/a", "language": "en"});
    let story = host.makes("stories", story).await;
    for record in [&outcome, &story] {
        admin.does("approve", record).await;
    }
    let quotes = house.items("/v1/gallery/quotes").await;
    let said = quotes.iter().find(|quote| quote["text"] != WORDS).unwrap().clone();
    let organisation =
        async |name: &str| admin.makes("organisations", json!({"name": name, "kind": "ngo"})).await;
    let (one, other) = (organisation("One").await, organisation("Other").await);
    let key = async |organisation: &Value| {
        let body = json!({"name": "Desk", "scopes": ["events:read"]});
        admin.post(&format!("{}/keys", address(organisation)), body).await.json()
    };
    let (taken, replaced, kept, theirs) =
        (key(&one).await, key(&one).await, key(&one).await, key(&other).await);
    let invited = json!({"email": "new@example.org", "role": "host", "display_name": "New"});
    assert_eq!(admin.post("/v1/accounts/invite", invited).await.status, 201);
    assert_eq!(house.count("SELECT count(*) AS n FROM outbox_letter").await, 1);
    let (out, back) = (house.host().await, house.host().await);
    let copy = house.path("monday.backup");
    let copy = copy.to_str().unwrap();
    house.solidarity(&["backup", copy]).await.done();

    for record in [&outcome, &story] {
        host.does("withdraw", record).await;
    }
    let stub = json!({"type": "quote", "id": "other", "status": "withdrawn"});
    assert_eq!(house.import(&Bundle::of([stub])).await.verdict("other"), "updated");
    let verb =
        async |path: String, body: Value| assert_eq!(admin.post(&path, body).await.status, 200, "{path}");
    let at =
        |key: &Value, verb: &str| format!("{}/keys/{}/{verb}", address(&one), key["id"].as_str().unwrap());
    verb(at(&taken, "revoke"), json!({})).await;
    verb(at(&replaced, "rotate"), json!({})).await;
    verb(format!("{}/suspend", address(&other)), json!({})).await;
    for (actor, verbs) in [(&out, &["suspend"][..]), (&back, &["suspend", "restore"])] {
        for one in verbs {
            verb(format!("/v1/accounts/{}/{one}", actor.id), json!({})).await;
        }
    }

    let elsewhere = Elsewhere::of(&house).await;
    elsewhere.run(&["restore", copy, "--show"]).await.done();
    let connection = elsewhere.database.connect().await;
    let letters = Statement::from_string(connection.get_database_backend(), "SELECT id FROM outbox_letter");
    assert!(connection.query_all_raw(letters).await.unwrap().is_empty(), "it may have been sent since");
    connection.close().await.unwrap();
    let mut server =
        Server::start(&elsewhere.variables, &["serve", "--listen", "127.0.0.1:0", "--no-worker"]);
    let url = server.address();
    let client = reqwest::Client::new();
    let get =
        async |path: &str, token: &str| answer(client.get(format!("{url}{path}")).bearer_auth(token)).await;
    let public = |record: &Value| address(record).replace("/v1/", "/v1/gallery/");
    assert_eq!(get(&public(&event), "").await.status, 200, "it is shown as the copy has it");
    let said = format!("/v1/gallery/quotes/{}", said["id"].as_str().unwrap());
    for path in [public(&outcome), public(&story), said] {
        assert_eq!(get(&path, "").await.status, 410, "{path}");
    }
    for (key, wanted) in [(&taken, 401), (&replaced, 401), (&theirs, 401), (&kept, 200)] {
        assert_eq!(get("/v1/events", key["secret"].as_str().unwrap()).await.status, wanted, "{key}");
    }
    for (actor, wanted) in [(&out, 401), (&back, 201)] {
        let body = json!({"email": actor.email, "password": crate::house::actors::PASSWORD});
        assert_eq!(answer(client.post(format!("{url}/v1/sessions")).json(&body)).await.status, wanted);
    }
    // In the database that is in use the ledger ends nothing that goes on.
    house.solidarity(&["publish", "rebuild"]).await.done();
    assert_eq!(house.with_key(&kept).get("/v1/events").await.status, 200);
    assert_eq!(house.with_key(&replaced).get("/v1/events").await.status, 200, "its last day");
}

#[tokio::test]
async fn what_is_no_whole_copy_or_of_other_keys_is_not_put_back() {
    let house = House::open().await;
    house.import(&told()).await.applied();
    let admin = house.admin().await;
    admin.makes("events", dialogue()).await;
    let (copy, cut) = (house.path("monday.backup"), house.path("cut.backup"));
    let (copy, cut) = (copy.to_str().unwrap(), cut.to_str().unwrap());
    house.solidarity(&["backup", copy]).await.done();
    let elsewhere = Elsewhere::of(&house).await;
    let whole = std::fs::read(copy).unwrap();
    std::fs::write(cut, &whole[..whole.len() / 2]).unwrap();
    let refused = elsewhere.run(&["restore", cut]).await;
    assert!(refused.code == Some(1) && refused.stderr.contains("is no"), "{refused:?}");
    let key = "a0".repeat(32);
    let mut variables = elsewhere.variables.clone();
    let other = tempfile::tempdir().unwrap();
    variables.insert("SOLIDARITY_MASTER_KEY".to_owned(), key);
    variables.insert("SOLIDARITY_DATA_DIR".to_owned(), other.path().to_str().unwrap().to_owned());
    let refused = program::run(&variables, &["restore", copy]).await;
    assert!(refused.code == Some(1) && refused.stderr.contains("another master key"), "{refused:?}");

    // A copy is opened by the wrapping key of its time, until that is destroyed.
    let status = async || -> Value {
        serde_json::from_str(&house.solidarity(&["keys", "status", "--json"]).await.done()).unwrap()
    };
    assert_eq!(status().await["newest"], 1);
    let event = admin.makes("events", dialogue()).await;
    let before = house.solidarity(&["keys", "destroy", "--before", "2"]).await;
    assert!(before.code == Some(1) && before.stderr.contains("has not begun"), "{before:?}");
    let rotated = house.solidarity(&["keys", "rotate", "--json"]).await.done();
    let rotated: Value = serde_json::from_str(&rotated).unwrap();
    assert!(rotated["epoch"] == 2 && rotated["wrapped"].as_i64().unwrap() >= 3, "{rotated}");
    let venue = admin.get(&format!("{}/venue", address(&event))).await;
    assert_eq!(venue.json()["venue"], "The hidden hall", "the running server opens what was wrapped anew");
    admin.makes("events", dialogue()).await;
    let epochs = status().await["epochs"].clone();
    assert_eq!(
        (&epochs[1]["data_keys"], epochs[2]["data_keys"].as_i64() > Some(3)),
        (&json!(0), true),
        "{epochs}"
    );
    house.sql("UPDATE data_key SET epoch = 1").await;
    let needed = house.solidarity(&["keys", "destroy", "--before", "2"]).await;
    assert!(needed.code == Some(1) && needed.stderr.contains("still wrapped"), "{needed:?}");
    house.sql("UPDATE data_key SET epoch = 2").await;
    let mut later = dialogue();
    later["title"] = json!("Made later");
    admin.makes("events", later).await;
    // Whoever was interrupted while they put a copy back left a log, which is none of this copy's.
    let path = |variables: &BTreeMap<String, String>| {
        variables["DATABASE_URL"].strip_prefix("sqlite://").map(str::to_owned)
    };
    if let Some((of_house, database)) = path(&house.variables(&[])).zip(path(&elsewhere.variables)) {
        let left = std::fs::copy(format!("{of_house}-wal"), format!("{database}.restored-wal")).unwrap();
        assert!(left > 0);
    }
    assert_eq!(elsewhere.run(&["restore", copy]).await.done(), "restored\n");
    assert!(!elsewhere.run(&["export"]).await.done().contains("Made later"));
    assert_eq!(house.solidarity(&["keys", "destroy", "--before", "2"]).await.done(), "destroyed: epoch 1\n");
    let refused = elsewhere.run(&["restore", copy, "--force"]).await;
    assert!(refused.code == Some(1) && refused.stderr.contains("epoch 1 is not in"), "{refused:?}");
    // What was put back before is wrapped by the newest key.
    elsewhere.run(&["export"]).await.done();
}
