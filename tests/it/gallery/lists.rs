//! `/v1/gallery/{events,initiatives,quotes,outcomes,stories}`.

use serde_json::{Value, json};

use crate::bundle::{Bundle, event, quote};
use crate::house::House;

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_of_any_size_hold_every_item_once_and_in_the_same_order() {
    let house = House::with_samples().await;
    for list in ["events", "quotes", "stories"] {
        for sort in ["", "sort=when&", "sort=-updated_at&", "sort=updated_at&"] {
            let whole = ids(&house.items(&format!("/v1/gallery/{list}?{sort}limit=100")).await);
            assert!(whole.len() > 5);
            for limit in [1, 2, 7] {
                let paged = house.items(&format!("/v1/gallery/{list}?{sort}limit={limit}")).await;
                assert_eq!(ids(&paged), whole, "{list} {sort} {limit}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_names_the_next_one_in_its_body_and_in_its_link() {
    let house = House::with_samples().await;
    let first = house.get("/v1/gallery/events?limit=2&country=KE,BR").await;
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let link = first.header("link").to_owned();
    assert_eq!(link, format!("</v1/gallery/events?limit=2&country=KE%2CBR&cursor={cursor}>; rel=\"next\""));
    let path = link.trim_start_matches('<').split('>').next().unwrap();
    assert_eq!(house.get(path).await.status, 200);
    let last = house.get("/v1/gallery/events?limit=100").await;
    assert_eq!((&last.json()["next_cursor"], last.header("link")), (&Value::Null, ""));

    for wrong in [
        format!("/v1/gallery/quotes?cursor={cursor}"),
        format!("/v1/gallery/events?cursor={cursor}"),
        format!("/v1/gallery/events?country=KE,BR&sort=when&cursor={cursor}"),
    ] {
        let answer = house.get(&wrong).await;
        assert_eq!(
            (answer.status, &answer.json()["errors"][0]["code"]),
            (400, &json!("invalid_cursor")),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn each_filter_keeps_what_it_says_and_nothing_else() {
    let house = House::with_samples().await;
    let all = house.items("/v1/gallery/events?limit=100").await;
    let check = async |query: &str, fits: &dyn Fn(&Value) -> bool| {
        let found = house.items(&format!("/v1/gallery/events?limit=100&{query}")).await;
        let expected: Vec<Value> = all.iter().filter(|e| fits(e)).cloned().collect();
        assert_eq!(ids(&found), ids(&expected), "{query}");
        assert!(!found.is_empty() && found.len() < all.len(), "{query} tells apart: {}", found.len());
    };
    check("country=KE", &|e| e["country"] == "KE").await;
    check("country=KE,NP", &|e| e["country"] == "KE" || e["country"] == "NP").await;
    check("kind=dialogue,drill", &|e| e["kind"] == "dialogue" || e["kind"] == "drill").await;
    let theme = all.iter().find_map(|e| e["themes"][0]["id"].as_str()).unwrap();
    check(&format!("theme={theme}"), &|e| e["themes"].as_array().unwrap().iter().any(|t| t["id"] == theme))
        .await;
    let initiative = all.iter().find_map(|e| e["initiative"]["id"].as_str()).unwrap();
    check(&format!("initiative={initiative}"), &|e| e["initiative"]["id"] == initiative).await;
    let speaks = |e: &Value, tag: &str| {
        e["language"] == tag
            || e["translations"].get(tag).is_some()
            || e["languages"].as_array().unwrap().contains(&json!(tag))
    };
    check("language=pt", &|e| speaks(e, "pt")).await;
    check("upcoming=true", &|e| e["status"] == "scheduled").await;
    check("upcoming=false", &|e| e["status"] != "scheduled").await;
    let inside =
        |e: &Value| e["place"]["point"]["lon"].as_f64().is_some_and(|lon| (-80.0..=-50.0).contains(&lon));
    check("bbox=-80,-60,-50,60", &inside).await;
    let outside =
        |e: &Value| e["place"]["point"]["lon"].as_f64().is_some_and(|lon| !(-50.0..=100.0).contains(&lon));
    check("bbox=100,-90,-50,90", &outside).await;
    check("country=KE&kind=jam_session", &|e| e["country"] == "KE" && e["kind"] == "jam_session").await;
}

#[tokio::test]
async fn dates_are_compared_as_far_as_they_are_known() {
    let house = House::open().await;
    let when = |id: &str, when: Value| {
        let mut line = event(id);
        line["when"] = when;
        line
    };
    house
        .import(&Bundle::of([
            when("minute", json!({"precision": "minute", "starts_local": "2021-06-30T23:30:00", "time_zone": "UTC", "duration_minutes": 60})),
            when("day", json!({"precision": "day", "date": "2021-06-12"})),
            when("month", json!({"precision": "month", "date": "2021-06"})),
            when("year", json!({"precision": "year", "date": "2021"})),
            when("unknown", json!({"precision": "unknown"})),
        ]))
        .await
        .applied();
    let found = async |query: &str| {
        let items = house.items(&format!("/v1/gallery/events?sort=when&{query}")).await;
        items
            .iter()
            .map(|e| e["title"].as_str().unwrap().replace("Sample event ", ""))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(found("from=2021-06-12&to=2021-06-12").await, "year month day");
    assert_eq!(found("from=2021-07-01&to=2021-07-01").await, "year minute", "it lasts past midnight");
    assert_eq!(found("to=2021-05-31").await, "year");
    assert_eq!(found("from=2022-01-01").await, "");
    assert_eq!(
        found("").await,
        "unknown year month day minute",
        "the unknown comes first when oldest is first"
    );
    assert_eq!(house.get("/v1/gallery/events?from=2021-02-01&to=2021-01-01").await.status, 400);
    let items = house.items("/v1/gallery/events?sort=when").await;
    let shown: Vec<String> = items.iter().map(|e| e["when"]["precision"].to_string()).collect();
    assert_eq!(
        shown,
        [r#""unknown""#, r#""year""#, r#""month""#, r#""day""#, r#""minute""#],
        "and none is invented"
    );
}

#[tokio::test]
async fn every_fault_of_a_query_is_told_at_once_without_its_value() {
    let house = House::open().await;
    let answer = house
        .get("/v1/gallery/events?limit=0&country=ke&kind=party&colour=red&sort=when&sort=when&bbox=1,2,3&theme=x&q=%00secret")
        .await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let mut told: Vec<String> = answer.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["parameter"].as_str().unwrap().to_owned())
        .collect();
    told.sort();
    told.dedup();
    assert_eq!(told, ["bbox", "colour", "country", "kind", "limit", "q", "sort", "theme"]);
    assert!(!answer.text().contains("secret") && !answer.text().contains("party"));
    for path in [
        "/v1/gallery/events?limit=101",
        "/v1/gallery/events?tz=Africa/Yei",
        "/v1/gallery/quotes?kind=quote",
        "/v1/gallery/events?lang=x",
    ] {
        assert_eq!(house.get(path).await.status, 400, "{path}");
    }
}

#[tokio::test]
async fn a_zone_adds_wall_times_to_what_has_an_hour() {
    let house = House::with_samples().await;
    let items = house.items("/v1/gallery/events?limit=100&tz=Asia/Tokyo").await;
    let jam = items.iter().find(|e| e["kind"] == "jam_session" && e["status"] == "scheduled").unwrap();
    assert_eq!(
        jam["when"],
        json!({"precision": "minute", "starts_local": "2031-05-17T15:00:00", "time_zone": "Africa/Nairobi", "duration_minutes": 90,
            "starts_at": "2031-05-17T12:00:00Z", "ends_at": "2031-05-17T13:30:00Z",
            "local": {"time_zone": "Asia/Tokyo", "starts_local": "2031-05-17T21:00:00", "ends_local": "2031-05-17T22:30:00"}})
    );
    assert!(
        items.iter().filter(|e| e["when"]["precision"] != "minute").all(|e| e["when"].get("local").is_none())
    );
}

#[tokio::test]
async fn a_page_is_light_where_nobody_asks_for_a_number() {
    let house = House::open().await;
    let lines = (0..60).map(|i| {
        let mut line = event(&format!("e{i}"));
        line["description"] = json!("Seeds and water. ".repeat(250));
        line
    });
    house.import(&Bundle::of(lines)).await.applied();
    for path in [
        "/v1/gallery/events",
        "/v1/gallery/changes",
        "/v1/gallery/search?q=sample",
        "/v1/gallery/countries/SS",
    ] {
        let page = house.get(path).await;
        assert!(page.status == 200 && page.body.len() <= 50_000, "{path}: {}", page.body.len());
    }
    let light = house.get("/v1/gallery/events").await.json();
    assert!((2..25).contains(&light["items"].as_array().unwrap().len()), "as many as fit");
    assert_eq!(house.items("/v1/gallery/events").await.len(), 60, "none is passed over");
    let asked = house.get("/v1/gallery/events?limit=25").await;
    assert_eq!(asked.json()["items"].as_array().unwrap().len(), 25);

    // The whole country as one file.
    let pack = house.get("/v1/gallery/countries/SS/pack").await;
    assert_eq!((pack.status, pack.header("content-type")), (200, "application/x-ndjson"));
    let lines: Vec<Value> = pack.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let head = json!([lines[0]["type"], lines[0]["country"], lines[0]["documents"], lines[0]["complete"]]);
    assert_eq!((head, lines.len()), (json!(["pack", "SS", 60, true]), 61));
    let known = [("if-none-match", pack.header("etag"))];
    assert_eq!(house.get_with("/v1/gallery/countries/SS/pack", &known).await.status, 304);
    let mut kept = quote("q", "e0");
    kept["consent"]["scope"] = json!(["gallery"]);
    house.import(&Bundle::of([event("e0"), kept])).await.applied();
    let fresh = house.get_with("/v1/gallery/countries/SS/pack", &known).await;
    assert!(
        fresh.status == 200 && !fresh.text().contains("Sample words"),
        "what may not be in feeds is not carried away"
    );
}
