//! `/v1/gallery` and its countries.

use serde_json::{Value, json};

use crate::bundle::{Bundle, event};
use crate::house::House;

#[tokio::test]
async fn the_totals_are_the_sums_of_the_lists() {
    let house = House::with_samples().await;
    let whole = house.get("/v1/gallery").await.json();
    let mut sums = serde_json::Map::new();
    for list in ["initiatives", "events", "quotes", "outcomes", "stories"] {
        let items = house.items(&format!("/v1/gallery/{list}?limit=100")).await;
        assert_eq!(whole["totals"][list], items.len(), "{list}");
        for country in whole["countries"].as_array().unwrap() {
            let here = items.iter().filter(|i| i["country"] == country["code"]).count();
            assert_eq!(country["counts"][list], here, "{list} {}", country["code"]);
        }
        sums.insert(list.to_owned(), json!(items.len()));
    }
    let countries = whole["countries"].as_array().unwrap();
    assert!(countries.len() >= 8);
    assert_eq!(whole["totals"]["countries"], countries.len());
    let listed = house.items("/v1/gallery/countries").await;
    assert_eq!(&listed, countries);
    let latest = whole["latest"].as_array().unwrap();
    assert_eq!(latest.len(), 10);
    let times: Vec<&str> = latest.iter().map(|i| i["updated_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
}

#[tokio::test]
async fn a_countrys_page_tells_its_story_in_one_call() {
    let house = House::with_samples().await;
    let page = house.get("/v1/gallery/countries/KE?lang=es").await.json();
    assert_eq!((&page["code"], &page["name"]), (&json!("KE"), &json!("Kenia")));
    for list in ["initiatives", "events", "quotes", "outcomes", "stories"] {
        let items = page[list].as_array().unwrap();
        assert_eq!(page["counts"][list], items.len());
        let alone: Vec<Value> = house.items(&format!("/v1/gallery/{list}?country=KE&lang=es")).await;
        assert_eq!(items, &alone, "{list}");
        let link = page["links"][list].as_str().expect(list);
        assert_eq!(house.get(link).await.status, 200);
    }
    let empty = house.get("/v1/gallery/countries/IS").await;
    assert_eq!((empty.status, &empty.json()["events"]), (200, &json!([])));
}

#[tokio::test]
async fn a_long_page_is_cut_and_says_where_it_goes_on() {
    let house = House::open().await;
    house.import(&Bundle::of((0..60).map(|i| event(&format!("e{i}"))))).await.applied();
    let page = house.get("/v1/gallery/countries/SS").await.json();
    assert_eq!((page["events"].as_array().unwrap().len(), &page["counts"]["events"]), (25, &json!(60)));
    let link = page["links"]["events"].as_str().unwrap();
    assert_eq!(house.items(link).await.len(), 60);
}

#[tokio::test]
async fn as_many_of_each_kind_are_on_a_countrys_page_as_are_light_together() {
    for (words, expected) in [(1, 25..=25), (250, 7..=10), (450, 3..=6)] {
        let house = House::open().await;
        let lines = (0..30).map(|i| {
            let mut line = event(&format!("e{i}"));
            line["description"] = json!("Seeds and water. ".repeat(words));
            line
        });
        house.import(&Bundle::of(lines)).await.applied();
        let page = house.get("/v1/gallery/countries/SS").await;
        let events = page.json()["events"].as_array().unwrap().clone();
        assert!(expected.contains(&events.len()) && page.body.len() <= 50_000, "{words}: {}", events.len());
        let all = house.items("/v1/gallery/events?country=SS").await;
        assert_eq!(events[..], all[..events.len()], "the newest, none passed over");
        let next = all[events.len()].to_string().len();
        assert!(events.len() == 25 || page.body.len() + next > 47_000, "one more would not have fitted");
    }
}
