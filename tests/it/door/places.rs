//! Places are as coarse as the host chose and the risk demands.

use serde_json::{Value, json};

use crate::bundle::{Bundle, event, quote};
use crate::house::House;

async fn place(house: &House, more: Value) -> Value {
    let mut line = event("e");
    line["place"] = json!({"country": "SS", "region": "Central Equatoria", "locality": "Yei River County",
        "venue": "Sample Hall", "point": {"lat": 4.095432, "lon": 30.678901}});
    line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.import(&Bundle::of([line])).await.applied();
    let items = house.items("/v1/gallery/events").await;
    json!([items[0]["country"], items[0]["place"]])
}

#[tokio::test]
async fn a_place_is_as_fine_as_its_host_chose_and_no_finer_than_its_risk_allows() {
    let house = House::open().await;
    let shown = |precision: &str, name: &str, lat: f64, lon: f64| json!(["SS", {"precision": precision, "name": name, "point": {"lat": lat, "lon": lon}}]);
    let exact = shown("exact", "Sample Hall", 4.09543, 30.6789);
    assert_eq!(place(&house, json!({"public_precision": "exact"})).await, exact);
    let locality = shown("locality", "Yei River County", 4.05, 30.65);
    assert_eq!(place(&house, json!({"public_precision": "locality"})).await, locality);
    assert_eq!(place(&house, json!({"public_precision": "exact", "risk": "moderate"})).await, locality);
    let region = shown("region", "Central Equatoria", 4.5, 30.5);
    assert_eq!(place(&house, json!({"public_precision": "region"})).await, region);
    assert_eq!(place(&house, json!({"public_precision": "locality", "risk": "high"})).await, region);
    let country = place(&house, json!({})).await;
    assert_eq!((&country[1]["precision"], &country[1]["name"]), (&json!("country"), &json!("South Sudan")));
    let point = house.get("/v1/gallery/countries/SS").await.json()["point"].clone();
    assert_eq!(country[1]["point"], point, "the country's own reference point");
}

#[tokio::test]
async fn a_hidden_place_is_hidden_in_everything_that_belongs_to_the_event() {
    let house = House::open().await;
    let initiative = json!({"type": "initiative", "id": "i", "title": "Sample initiative", "country": "SS"});
    let mut hidden = event("e");
    hidden["public_precision"] = json!("hidden");
    hidden["initiative"] = json!("i");
    hidden["when"] = json!({"precision": "minute", "starts_local": "2021-06-12T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 60});
    let follows = json!({"type": "outcome", "id": "f", "event": "open", "kind": "need", "text": "Sample follow-up", "status": "approved",
        "followed_by": ["e"]});
    let story = json!({"type": "story", "id": "s", "kind": "blog", "title": "Sample story", "country": "SS", "event": "e",
        "url": "https://example.org/sample", "status": "approved"});
    let outcome = json!({"type": "outcome", "id": "o", "event": "e", "kind": "need", "text": "Sample need", "status": "approved"});
    let mut said = quote("q", "e");
    said["initiative"] = json!("i");
    house.import(&Bundle::of([initiative, hidden, said, outcome, story])).await.applied();
    for list in ["events", "quotes", "outcomes", "stories"] {
        let items = house.items(&format!("/v1/gallery/{list}")).await;
        let item = &items[0];
        assert_eq!(
            (items.len(), &item["country"], &item["place"]["point"]),
            (1, &json!(null), &json!(null)),
            "{list}"
        );
        assert_eq!((&item["place"]["name"], &item["initiative"]), (&json!(null), &json!(null)), "{list}");
        let text = item.to_string();
        assert!(!["SS", "Sudan", "Juba", "18:00"].iter().any(|word| text.contains(word)), "{list}: {item}");
        assert!(house.items(&format!("/v1/gallery/{list}?country=SS")).await.is_empty(), "{list}");
        assert!(house.items(&format!("/v1/gallery/{list}?q=sudan")).await.is_empty(), "{list}");
    }
    let totals = house.get("/v1/gallery").await.json()["totals"].clone();
    assert_eq!(
        (&totals["events"], &totals["countries"]),
        (&json!(1), &json!(1)),
        "counted, but in no country"
    );
    house.import(&Bundle::of([event("open"), follows])).await.applied();
    let outcomes = house.items("/v1/gallery/outcomes?country=SS").await;
    assert_eq!(outcomes[0]["followed_by"], json!([]), "who follows would be placed by whom it follows");
}

#[tokio::test]
async fn a_box_never_tells_more_than_the_public_point() {
    let house = House::open().await;
    let mut line = event("e");
    line["place"] =
        json!({"country": "SS", "locality": "Yei River County", "point": {"lat": 4.0123, "lon": 30.6123}});
    line["public_precision"] = json!("locality");
    house.import(&Bundle::of([line])).await.applied();
    let inside = async |path: &str| !house.items(path).await.is_empty();
    // A box around the hidden point that leaves the cell's centre out finds nothing; one around the centre finds it.
    assert!(!inside("/v1/gallery/events?bbox=30.6,4.0,30.63,4.03").await);
    assert!(inside("/v1/gallery/events?bbox=30.64,4.04,30.66,4.06").await);
    let near = async |bbox: &str| {
        let map = house.get(&format!("/v1/gallery/map?zoom=14&bbox={bbox}")).await.json();
        map["features"].as_array().unwrap().len()
    };
    assert_eq!(near("30.6,4.0,30.63,4.03").await, 0);
    assert_eq!(near("30.64,4.04,30.66,4.06").await, 1);
}

#[tokio::test]
async fn an_initiative_that_hides_its_place_is_not_placed_by_what_belongs_to_it() {
    let house = House::open().await;
    let line = json!({"type": "initiative", "id": "i", "title": "Hidden initiative", "country": "SS",
        "public_precision": "hidden", "status": "published"});
    let mut placed = event("e");
    placed["initiative"] = json!("i");
    let mut hidden = event("h");
    hidden["public_precision"] = json!("hidden");
    let story = |id: &str, members: Value| {
        let mut story = json!({"type": "story", "id": id, "kind": "blog", "title": format!("Story {id}"),
            "url": "https://example.org/a", "initiative": "i", "status": "approved"});
        story.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        story
    };
    let follows = json!({"type": "outcome", "id": "o", "event": "h", "kind": "need", "text": "Sample need",
        "status": "approved", "followed_by": ["e"]});
    let mut said = quote("q", "e");
    said["initiative"] = json!("i");
    let lines = [
        line,
        placed,
        hidden,
        story("s", json!({"country": "SS"})),
        story("t", json!({"event": "e"})),
        story("free", json!({})),
        follows,
        said,
    ];
    house.import(&Bundle::of(lines)).await.applied();

    let initiative = house.items("/v1/gallery/initiatives").await[0].clone();
    let id = initiative["id"].as_str().unwrap();
    assert_eq!((&initiative["title"], &initiative["country"]), (&json!("Hidden initiative"), &Value::Null));
    for list in ["events", "quotes", "stories", "outcomes"] {
        for item in house.items(&format!("/v1/gallery/{list}")).await {
            let names = item.to_string().contains(id);
            assert!(!names || item["country"].is_null(), "{item}");
        }
        for item in house.items(&format!("/v1/gallery/{list}?initiative={id}")).await {
            assert_eq!((&item["country"], &item["title"]), (&Value::Null, &json!("Story free")));
        }
    }
    let country = house.get("/v1/gallery/countries/SS").await;
    assert!(
        !country.text().contains(id) && !country.text().contains("Hidden initiative"),
        "{}",
        country.text()
    );
    let outcome = house.items("/v1/gallery/outcomes").await[0].clone();
    assert_eq!(outcome["followed_by"], json!([]), "what followed has a place");
}
