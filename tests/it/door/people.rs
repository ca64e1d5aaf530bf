//! Names appear only where their bearers said so, and few people are not counted.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bundle::{Bundle, event, quote};
use crate::house::House;

fn person(id: &str, consents: Value) -> Value {
    json!({"type": "person", "id": id, "display_name": format!("Sample {id}"), "role": "activist", "country": "SS",
        "consents": consents})
}

fn allowed() -> Value {
    json!([{"purpose": "publish_name", "method": "online"}])
}

#[tokio::test]
async fn hosts_are_named_only_with_an_active_consent_and_without_identifiers() {
    let house = House::open().await;
    let organisation =
        json!({"type": "organisation", "id": "o", "name": "Sample Organisation", "kind": "ngo"});
    let mut hosted = event("e");
    hosted["hosts"] = json!(["named", "unnamed", "contact", "over", "feedless", "future"]);
    hosted["co_hosts"] = json!(["o"]);
    let over = json!([{"purpose": "publish_name", "method": "online", "expires_at": "2020-01-01T00:00:00Z"}]);
    house
        .import(&Bundle::of([
            organisation,
            person("named", allowed()),
            person("unnamed", json!([])),
            person("contact", json!([{"purpose": "contact", "method": "online"}])),
            person("over", over),
            person(
                "feedless",
                json!([{"purpose": "publish_name", "method": "online", "scope": ["gallery"]}]),
            ),
            person(
                "future",
                json!([{"purpose": "publish_name", "method": "online", "given_at": "2999-01-01T00:00:00Z"}]),
            ),
            hosted,
        ]))
        .await
        .applied();
    let item = &house.items("/v1/gallery/events").await[0];
    assert_eq!(item["hosts"], json!([{"name": "Sample named", "organisation": null}]));
    assert_eq!(item["co_hosts"][0]["name"], "Sample Organisation");
    assert!(house.items("/v1/gallery/search?q=unnamed").await.is_empty());
}

#[tokio::test]
async fn a_name_goes_when_its_consent_expires() {
    let house = House::open().await;
    let end = house.now() + Duration::from_secs(60);
    let mut hosted = event("e");
    hosted["hosts"] = json!(["p"]);
    let consents = json!([{"purpose": "publish_name", "method": "online", "expires_at": end}]);
    house.import(&Bundle::of([person("p", consents), hosted])).await.applied();
    assert!(house.get("/v1/gallery/events").await.text().contains("Sample p"));
    house.advance(Duration::from_secs(61));
    assert!(!house.get("/v1/gallery/events").await.text().contains("Sample p"), "at once, before any job");
    house.run_jobs().await;
    let items = house.items("/v1/gallery/events").await;
    assert_eq!((items.len(), &items[0]["hosts"]), (1, &json!([])));
}

#[tokio::test]
async fn a_name_comes_when_its_consent_begins() {
    let house = House::open().await;
    let begin = house.now() + Duration::from_secs(60);
    let mut hosted = event("e");
    hosted["hosts"] = json!(["p"]);
    let mut said = quote("q", "e");
    (said["attribution"], said["person"]) = (json!({"level": "name"}), json!("p"));
    let consents = json!([{"purpose": "publish_name", "method": "online", "given_at": begin}]);
    house.import(&Bundle::of([person("p", consents), hosted, said])).await.applied();
    let named = async || {
        let both = [house.get("/v1/gallery/events").await, house.get("/v1/gallery/quotes").await];
        both.map(|answer| answer.text().contains("\"Sample p\""))
    };
    assert_eq!(named().await, [false, false]);
    house.advance(Duration::from_secs(61));
    house.run_jobs().await;
    assert_eq!(named().await, [true, true], "nobody has to edit anything for it");
}

#[tokio::test]
async fn a_quote_names_its_speaker_no_finer_than_quote_consent_and_person_allow() {
    let house = House::open().await;
    let said = |id: &str, attribution: Value, person: &str, level: Option<&str>| {
        let mut line = quote(id, "e");
        line["attribution"] = attribution;
        line["person"] = json!(person);
        if let Some(level) = level {
            line["consent"]["level"] = json!(level);
        }
        line
    };
    house
        .import(&Bundle::of([
            person("named", allowed()),
            person("unnamed", json!([])),
            event("e"),
            said("a", json!({"level": "name"}), "named", None),
            said("b", json!({"level": "name", "label": "Sample unnamed"}), "unnamed", None),
            said("c", json!({"level": "name"}), "named", Some("anonymous")),
            said("d", json!({"level": "pseudonym", "label": "Sample Bird"}), "unnamed", None),
            said("f", json!({"level": "role_and_country"}), "unnamed", None),
        ]))
        .await
        .applied();
    let quotes = house.items("/v1/gallery/quotes").await;
    let of = |id: &str| {
        quotes.iter().find(|q| q["text"] == format!("Sample words {id}")).unwrap()["attribution"].clone()
    };
    let anonymous = json!({"level": "anonymous", "label": null});
    assert_eq!(of("a"), json!({"level": "name", "label": "Sample named"}));
    assert_eq!(of("b"), anonymous, "a label is no consent");
    assert_eq!(of("c"), anonymous, "the consent is coarser");
    assert_eq!(of("d"), json!({"level": "pseudonym", "label": "Sample Bird"}));
    assert_eq!(of("f"), anonymous, "two activists of a country are found out too easily");
}

#[tokio::test]
async fn role_and_country_is_told_from_eleven_such_people_on() {
    let house = House::open().await;
    let mut line = quote("q", "e");
    line["attribution"] = json!({"level": "role_and_country"});
    line["person"] = json!("p0");
    let people = |n: usize| (0..n).map(|i| person(&format!("p{i}"), json!([])));
    house.import(&Bundle::of(people(10).chain([event("e"), line]))).await.applied();
    let level = async |house: &House| house.items("/v1/gallery/quotes").await[0]["attribution"].clone();
    assert_eq!(level(&house).await["level"], "anonymous");
    house.import(&Bundle::of([person("p10", json!([]))])).await.applied();
    assert_eq!(level(&house).await, json!({"level": "role_and_country", "label": "activist, South Sudan"}));
    // A consent that allows no more than that counts the crowd as well.
    let mut capped = quote("capped", "e");
    capped["attribution"] = json!({"level": "name"});
    capped["person"] = json!("p1");
    capped["consent"]["level"] = json!("role_and_country");
    house.import(&Bundle::of([capped])).await.applied();
    let levels = async |house: &House| {
        let quotes = house.items("/v1/gallery/quotes").await;
        quotes.iter().map(|q| q["attribution"]["level"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(levels(&house).await, ["role_and_country", "role_and_country"]);
    let mut moved = person("p10", json!([]));
    moved["country"] = json!("KE");
    house.import(&Bundle::of([moved])).await.applied();
    assert_eq!(levels(&house).await, ["anonymous", "anonymous"]);
}

#[tokio::test]
async fn headcounts_below_eleven_are_suppressed() {
    let house = House::open().await;
    let mut counted = event("e");
    counted["headcount"] = json!({"activist": 11, "donor": 10, "ally": 0});
    house.import(&Bundle::of([counted])).await.applied();
    let headcount = house.items("/v1/gallery/events").await[0]["headcount"].clone();
    assert_eq!(headcount["activist"], json!({"value": 11, "suppressed": false}));
    assert_eq!(headcount["donor"], json!({"value": null, "suppressed": true}));
    assert_eq!((&headcount["ally"]["value"], &headcount["organisations"]), (&json!(0), &json!(null)));
}

#[tokio::test]
async fn nothing_public_of_the_samples_names_a_person_who_did_not_consent_or_tells_a_secret() {
    let house = House::with_samples().await;
    let lines = Bundle::samples().0;
    let mut secrets: Vec<String> = Vec::new();
    for line in &lines {
        let named = line["consents"].as_array().is_some_and(|c| {
            c.iter().any(|c| {
                c["purpose"] == "publish_name" && c["expires_at"].as_str().is_none_or(|t| t > "2026")
            })
        });
        if line["type"] == "person" && !named {
            secrets.push(line["display_name"].as_str().unwrap().to_owned());
        }
        secrets.extend(line["online"]["join_url"].as_str().map(str::to_owned));
        let exact = line["public_precision"] == "exact" && line.get("risk").is_none_or(|r| r == "low");
        if !exact {
            secrets.extend(line["place"]["venue"].as_str().map(str::to_owned));
            secrets.extend(line["place"]["point"]["lat"].as_f64().map(|lat| lat.to_string()));
        }
    }
    assert!(secrets.len() > 10, "{secrets:?}");
    let mut public = String::new();
    for path in [
        "/v1/gallery",
        "/v1/gallery/map?zoom=14",
        "/v1/gallery/changes?limit=100",
        "/v1/gallery/search?q=sample&limit=100",
    ] {
        public += house.get(path).await.text();
    }
    for kind in ["events", "initiatives", "quotes", "outcomes", "stories"] {
        public += &json!(house.items(&format!("/v1/gallery/{kind}?lang=es")).await).to_string();
    }
    for secret in secrets {
        assert!(!public.contains(&secret), "{secret}");
    }
}

#[tokio::test]
async fn exact_places_and_join_links_are_sealed_in_the_database() {
    let house = House::open().await;
    let mut hidden = event("e");
    hidden["place"] = json!({"country": "SS", "venue": "Sample Hall of Nowhere", "point": {"lat": 4.098761, "lon": 30.671239}});
    hidden["online"] = json!({"join_url": "https://example.org/join/sample-marker"});
    house.import(&Bundle::of([hidden])).await.applied();
    let row = house.dump("event").await;
    for secret in ["Nowhere", "4.098761", "sample-marker"] {
        assert!(!row.contains(secret), "{secret}");
        assert!(house.export().await.contains(secret));
    }
}
