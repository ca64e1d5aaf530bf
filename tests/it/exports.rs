//! `/v1/exports`: records without personal data.

use reqwest::Method;
use serde_json::{Value, json};

use crate::events::past;
use crate::house::actors::Actor;
use crate::house::{Answer, House};
use crate::records::address;

/// Asks for an export; where it is.
async fn ask(by: &Actor<'_>, body: Value) -> Value {
    let asked = by.post("/v1/exports", body).await;
    assert_eq!((asked.status, asked.json()["status"].as_str()), (201, Some("done")), "{}", asked.text());
    assert_eq!(asked.header("location"), address(&asked.json()));
    asked.json()
}

/// Reads its file.
async fn read(by: &Actor<'_>, export: &Value) -> Answer {
    by.get(export["links"]["file"].as_str().unwrap()).await
}

async fn export(by: &Actor<'_>, body: Value) -> String {
    let file = read(by, &ask(by, body).await).await;
    assert_eq!(file.status, 200, "{}", file.text());
    file.text().to_owned()
}

/// An event that was held in public, with a quote, an outcome and a story, all let through; the event and the quote.
async fn shown(house: &House, host: &Actor<'_>, moderator: &Actor<'_>, title: &str) -> (Value, Value) {
    let person = host.makes("people", json!({"display_name": "Amina Sample", "role": "activist"})).await;
    let mut body = past();
    body["title"] = json!(title);
    body["hosts"] = json!([person["id"]]);
    body["public_precision"] = json!("country");
    body["place"] = json!({"country": "SS", "locality": "Sampletown", "venue": "The house by the river",
        "point": {"lat": 4.85165, "lon": 31.58247}});
    let event = host.makes("events", body).await;
    host.does("schedule", &event).await;
    let held = json!({"headcount": {"activist": 25, "donor": 3}});
    assert_eq!(host.post(&format!("{}/complete", address(&event)), held).await.status, 200);
    let quote = json!({"event": event["id"], "text": format!("Words of {title}"), "language": "en", "person": person["id"],
        "attribution": {"level": "pseudonym", "label": "River"},
        "consent": {"purpose": "publish_quote", "method": "written"}});
    let quote = host.makes("quotes", quote).await;
    moderator.does("approve", &quote).await;
    assert_eq!(house.gallery(&quote).await.status, 200);
    (event, quote)
}

#[tokio::test]
async fn an_export_tells_what_is_ones_own_and_nobody_by_name() {
    let house = House::open().await;
    let (host, other, moderator) = (house.host().await, house.host().await, house.moderator().await);
    let (event, quote) = shown(&house, &host, &moderator, "=HYPERLINK(\"http://example.org\")").await;
    shown(&house, &other, &moderator, "Elsewhere").await;
    let unsaid = json!({"event": event["id"], "text": "Not for others", "language": "en"});
    host.makes("quotes", unsaid).await;

    let bundle = export(&host, json!({"format": "bundle"})).await;
    let lines: Vec<Value> = bundle.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["bundle", "event", "quote"]);
    assert_eq!((&lines[1]["id"], &lines[2]["id"]), (&event["id"], &quote["id"]));
    let table = export(&host, json!({"format": "csv"})).await;
    let map = export(&host, json!({"format": "geojson"})).await;
    for file in [&bundle, &table, &map] {
        for secret in
            ["Amina", "river", "River", "4.85", "31.58", "Not for others", "Elsewhere", "Sampletown"]
        {
            assert!(!file.contains(secret), "{secret}: {file}");
        }
    }
    let rows: Vec<&str> = table.split_terminator("\r\n").collect();
    assert_eq!(rows.len(), 3);
    assert!(rows[1].contains("\"'=HYPERLINK(\"\"http://example.org\"\")\""), "{table}");
    assert!(rows[1].ends_with("\"true\",\"25\",\"suppressed\",\"\",\"\""), "{table}");
    let map: Value = serde_json::from_str(&map).unwrap();
    let features = map["features"].as_array().unwrap();
    assert_eq!((map["type"].as_str(), features.len()), (Some("FeatureCollection"), 2), "{map}");
    let public: Value = house.gallery(&event).await.json();
    let point = &public["place"]["point"];
    assert_eq!(features[0]["geometry"]["coordinates"], json!([point["lon"], point["lat"]]));

    let all = export(&moderator, json!({"format": "csv", "kinds": ["event"], "country": "SS"})).await;
    assert_eq!(all.split_terminator("\r\n").count(), 3);
    assert_eq!(export(&moderator, json!({"format": "bundle", "country": "ZM"})).await.lines().count(), 1);
    let member = house.member().await;
    assert_eq!(member.post("/v1/exports", json!({"format": "csv"})).await.status, 403);
    for wrong in [
        json!({"format": "xml"}),
        json!({"format": "csv", "country": "QQ"}),
        json!({"format": "csv", "kinds": []}),
    ] {
        assert_eq!(host.post("/v1/exports", wrong).await.status, 422);
    }
}

#[tokio::test]
async fn an_export_is_read_once_and_what_was_withdrawn_meanwhile_is_not_in_it() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let (_, quote) = shown(&house, &host, &moderator, "Seeds").await;
    let pending = ask(&host, json!({"format": "bundle"})).await;
    let head =
        house.with_token(&host.token, Method::HEAD, pending["links"]["file"].as_str().unwrap(), None).await;
    assert_eq!(head.status, 200);
    host.does("withdraw", &quote).await;
    assert_eq!(read(&moderator, &pending).await.status, 404, "not even for whoever sees everything");
    let file = read(&host, &pending).await;
    assert_eq!((file.status, file.header("content-type")), (200, "application/x-ndjson"));
    assert!(!file.text().contains("Words of") && file.text().contains("Seeds"), "{}", file.text());
    assert_eq!(read(&host, &pending).await.status, 410);
    assert_eq!(host.get(address(&pending)).await.json()["status"], "read");

    let late = ask(&host, json!({"format": "csv"})).await;
    house.advance(std::time::Duration::from_secs(24 * 3600));
    let host = house.sign_in(&host.id, &host.email).await;
    assert_eq!(read(&host, &late).await.status, 410);
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM bulk_export").await, 0);
}

#[tokio::test]
async fn a_key_exports_what_its_scopes_let_it_read() {
    let house = House::open().await;
    let admin = house.admin().await;
    let organisation = admin.makes("organisations", json!({"name": "Group", "kind": "ngo"})).await;
    let path = format!("{}/keys", address(&organisation));
    let key = admin.post(&path, json!({"name": "Desk", "scopes": ["events:read", "events:write"]})).await;
    let desk = house.with_key(&key.json());
    desk.makes("events", past()).await;
    admin.makes("events", past()).await;
    let table = export(&desk, json!({"format": "csv"})).await;
    assert_eq!(table.split_terminator("\r\n").count(), 2);
    let refused = desk.post("/v1/exports", json!({"format": "csv", "kinds": ["quote"]})).await;
    assert_eq!((refused.status, &*refused.code()), (403, "insufficient_scope"));
}
