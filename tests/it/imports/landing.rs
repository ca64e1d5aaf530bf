//! What a file says, and what becomes of it.

use serde_json::{Value, json};

use super::{event, file, import, partner, record, send, send_with, verdicts, words};
use crate::house::{House, answer};
use crate::records::address;

#[tokio::test]
async fn whatever_a_file_says_it_lands_as_a_draft_of_whoever_sent_it() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (own, desk) = partner(&house, &admin).await;
    let (other, stranger) = partner(&house, &admin).await;
    let mut held = event("held");
    held["status"] = json!("held");
    held["risk"] = json!("high");
    held["place"] = json!({"country": "SS", "point": {"lat": 4.85165, "lon": 31.58247}});
    held["hosts"] = json!([own["id"], "amina"]);
    held["headcount"] = json!({"activist": 12});
    let mut theirs = event("theirs");
    theirs["hosts"] = json!([other["id"]]);
    let mut said = json!({"type": "quote", "id": "said", "event": "held", "text": "Água 🌱 مرحبا", "status": "approved"});
    let unsaid = said.clone();
    said["id"] = json!("consented");
    said["consent"] = json!({"purpose": "publish_quote", "method": "written"});
    let sent = file([
        json!({"type": "theme", "id": "audits", "labels": {"en": "Audits"}}),
        json!({"type": "person", "id": "amina", "display_name": "Amina", "role": "activist"}),
        json!({"type": "initiative", "id": "seeds", "title": "Seeds", "country": "SS"}),
        held,
        theirs,
        json!({"type": "outcome", "id": "need", "event": "held", "kind": "need", "text": "Water", "status": "approved"}),
        unsaid,
        said,
        json!({"type": "story", "id": "blog", "kind": "blog", "title": "Seeds", "url": "https://example.org/b", "status": "approved"}),
        json!({"type": "story", "id": "over", "kind": "blog", "status": "withdrawn"}),
    ]);
    let told = import(&house, &desk, "?mode=partial", sent.clone()).await;
    assert_eq!((told["status"].as_str(), told["applied"].as_bool()), (Some("done"), Some(true)), "{told}");
    let verdicts = verdicts(&desk, &told, "").await;
    let expected = [
        "2 failed #/type not_yours",
        "3 created",
        "4 created",
        "5 created",
        "6 failed #/hosts/0 unknown_reference",
        "7 created",
        "8 created",
        "9 created",
        "10 created",
        "11 gone",
    ];
    assert_eq!(words(&verdicts), expected);
    for (collection, id) in [
        ("initiatives", "seeds"),
        ("events", "held"),
        ("outcomes", "need"),
        ("quotes", "said"),
        ("quotes", "consented"),
        ("stories", "blog"),
    ] {
        let record = record(&desk, collection, &verdicts, id).await;
        assert_eq!(record["status"], "draft", "{record}");
        assert_eq!(house.gallery(&record).await.status, 404);
        assert_eq!(stranger.get(address(&record)).await.status, 404);
    }
    assert_eq!(house.count("SELECT count(*) AS n FROM consent").await, 1, "none is assumed");
    let seen = "SELECT count(*) AS n FROM event WHERE public_lat IS NOT NULL OR held_at IS NOT NULL";
    assert_eq!(house.count(seen).await, 0);
    // The file is gone, and its key.
    assert_eq!(house.count("SELECT count(*) AS n FROM bulk_import_chunk").await, 0);

    // Sent once more it changes nothing; of another organisation it is another file.
    let again = import(&house, &desk, "?mode=partial", sent.clone()).await;
    assert_eq!(
        again["verdicts"],
        json!({"created": 0, "updated": 0, "unchanged": 7, "conflict": 0, "gone": 1, "failed": 2})
    );
    let elsewhere = import(&house, &stranger, "?mode=partial", file([event("held")])).await;
    assert_eq!(elsewhere["verdicts"]["created"], 1);
    let only: Vec<Value> = super::verdicts(&desk, &told, "?verdict=failed&after=2").await;
    assert_eq!(words(&only), expected[4..5]);
    let list: Value = desk.get("/v1/imports").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    for path in ["", "/verdicts", "/undo"] {
        assert_eq!(stranger.get(&format!("{}{path}", address(&told))).await.status, 404);
    }
}

#[tokio::test]
async fn a_file_is_sent_by_partners_and_admins_and_one_that_is_sent_twice_is_taken_once() {
    let house = House::open().await;
    let (admin, host, moderator) = (house.admin().await, house.host().await, house.moderator().await);
    let (organisation, desk) = partner(&house, &admin).await;
    for somebody in [&host, &moderator] {
        assert_eq!(send(&house, somebody, "", file([])).await.status, 403);
    }
    let path = format!("{}/keys", address(&organisation));
    let narrow = admin.post(&path, json!({"name": "Site", "scopes": ["events:write"]})).await;
    let refused = send(&house, &house.with_key(&narrow.json()), "", file([])).await;
    assert_eq!((refused.status, &*refused.code()), (403, "insufficient_scope"));
    for (header, value) in [("content-type", "application/json"), ("content-encoding", "gzip")] {
        let request = house.request(reqwest::Method::POST, "/v1/imports").bearer_auth(&desk.token);
        let answer = answer(request.header(header, value).body(file([]))).await;
        assert_eq!(answer.status, 415, "{header}");
    }
    assert_eq!(send(&house, &desk, "?mode=some", file([])).await.status, 400);

    let (one, key) = (file([event("e")]), Some("8c7f3a52-7d0e-4f0a-9a3e-5f3a0e6f1b11"));
    let twins = tokio::join!(
        send_with(&house, &desk, "", one.clone(), key),
        send_with(&house, &desk, "", one.clone(), key),
        send_with(&house, &desk, "", one.clone(), key),
    );
    let ids = [&twins.0, &twins.1, &twins.2].map(|answer| {
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()["id"].clone()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let other = send_with(&house, &desk, "?mode=partial", one.clone(), key).await;
    assert_eq!((other.status, &*other.code()), (422, "idempotency_key_reused"));
    // Two at once that have no key are two, which bring the event once.
    let (left, right) = tokio::join!(send(&house, &desk, "", one.clone()), send(&house, &desk, "", one));
    assert!(left.status == 202 && right.status == 202);
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await, 1);
    assert_eq!(house.count("SELECT count(*) AS n FROM bulk_import").await, 3);
    assert_eq!(
        house
            .count("SELECT count(*) AS n FROM data_key WHERE record_id IN (SELECT id FROM bulk_import)")
            .await,
        0
    );

    // What an admin sends is the campaign's own, and a draft as well, which somebody else approves.
    let brought = import(
        &house,
        &admin,
        "",
        file([
            json!({"type": "theme", "id": "audits", "labels": {"en": "Audits"}}),
            json!({"type": "initiative", "id": "i", "title": "Seeds", "themes": ["audits"], "country": "SS"}),
        ]),
    )
    .await;
    assert_eq!(brought["verdicts"]["created"], 2, "{brought}");
    let verdicts = verdicts(&admin, &brought, "").await;
    let initiative = record(&admin, "initiatives", &verdicts, "i").await;
    let by_itself = admin.post(&format!("{}/publish", address(&initiative)), json!({})).await;
    assert_eq!((initiative["status"].as_str(), by_itself.status), (Some("draft"), 403));
    assert_eq!(moderator.does("publish", &initiative).await["status"], "published");
}

#[tokio::test]
async fn a_key_that_is_taken_back_takes_its_waiting_files_along() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (organisation, desk) = partner(&house, &admin).await;
    let sent = send(&house, &desk, "", file([event("e")])).await;
    assert_eq!(sent.status, 202);
    let key = format!("{}/keys/{}", address(&organisation), desk.id);
    let revoked = admin.post(&format!("{key}/revoke"), json!({})).await;
    assert!(revoked.status < 300 || admin.delete(&key).await.status < 300, "{}", revoked.text());
    house.run_jobs().await;
    let import: Value = admin.get(sent.header("location")).await.json();
    assert_eq!(
        (import["status"].as_str(), import["failure"].as_str()),
        (Some("failed"), Some("not_allowed"))
    );
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await, 0);
}
