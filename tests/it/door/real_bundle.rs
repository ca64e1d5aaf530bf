//! The campaign's own gallery, where its bundle is at hand: it imports, and shows what the campaign's page shows.

use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn the_campaigns_own_bundle_shows_the_campaigns_own_page() {
    let Ok(path) = std::env::var("SOLIDARITY_REAL_BUNDLE") else {
        println!("SOLIDARITY_REAL_BUNDLE names no bundle: only the samples are tested");
        return;
    };
    let house = House::open().await;
    let bytes = std::fs::read(path).unwrap();
    house.import_bytes(&bytes, &[]).await.applied();

    let whole = house.get("/v1/gallery").await.json();
    let totals =
        json!({"countries": 4, "initiatives": 4, "events": 6, "quotes": 3, "outcomes": 4, "stories": 8});
    assert_eq!(whole["totals"], totals);
    let codes: Vec<&Value> = whole["countries"].as_array().unwrap().iter().map(|c| &c["code"]).collect();
    assert_eq!(codes, ["MX", "PH", "SS", "ZM"]);
    assert_eq!(house.get("/v1/gallery/map").await.json()["features"].as_array().unwrap().len(), 4);

    let events = house.items("/v1/gallery/events").await;
    assert!(events.iter().all(|e| e["when"] == json!({"precision": "unknown"})), "no date is invented");
    let yei = events.iter().find(|e| e["country"] == "SS").unwrap();
    let cell =
        json!({"precision": "locality", "name": "Yei River County", "point": {"lat": 4.05, "lon": 30.65}});
    assert_eq!(yei["place"], cell);
    assert_eq!(yei["hosts"][0]["name"], "Samuel Sabit");
    assert_eq!(yei["headcount"]["activist"], json!({"value": 20, "suppressed": false}));

    let zambia = house.get("/v1/gallery/countries/ZM").await.json();
    let length = |list: &str| zambia[list].as_array().unwrap().len();
    assert_eq!(["initiatives", "events", "quotes", "outcomes", "stories"].map(length), [1, 2, 1, 0, 2]);
    assert!(zambia["quotes"][0]["text"].as_str().unwrap().contains("does not speak to our needs"));

    let titles = |items: Vec<Value>| items.iter().map(|i| i["id"].clone()).collect::<Vec<_>>();
    assert!(!titles(house.items("/v1/gallery/search?q=Mexico").await).is_empty());
    assert_eq!(
        titles(house.items("/v1/gallery/search?q=México").await),
        titles(house.items("/v1/gallery/search?q=mexico").await)
    );
    assert!(house.items("/v1/gallery/search?q=audit&kind=quote").await.len() == 1);

    // Without its consent the quote is gone from everywhere.
    let quote = house.items("/v1/gallery/quotes?country=SS").await[0].clone();
    let line = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let without: String = std::str::from_utf8(&bytes)
        .unwrap()
        .lines()
        .map(|text| match line(text) {
            mut quote if quote["id"] == "q-ss-1" => {
                quote.as_object_mut().unwrap().remove("consent");
                format!("{quote}\n")
            }
            _ => format!("{text}\n"),
        })
        .collect();
    let imported = house.import_bytes(without.as_bytes(), &[]).await.applied();
    assert_eq!((imported.verdict("q-ss-1"), &imported.report["unchanged"]), ("updated", &json!(38)));
    assert_eq!(house.get(quote["links"]["self"].as_str().unwrap()).await.status, 410);
    assert_eq!(house.get("/v1/gallery/countries/SS").await.json()["quotes"], json!([]));
    assert_eq!(house.items("/v1/gallery/search?q=audited%20reports&kind=quote").await.len(), 0);
    let told = house.items("/v1/gallery/changes").await;
    assert_eq!(told.iter().find(|c| c["id"] == quote["id"]).unwrap()["op"], "delete");

    let exported = house.export().await;
    let second = House::open().await;
    second.import_bytes(exported.as_bytes(), &[]).await.applied();
    assert_eq!(second.export().await, exported);
}
