//! `/v1/gallery/map`: GeoJSON (RFC 7946).

use migration::Migrator;
use sea_orm_migration::MigratorTrait as _;
use serde_json::{Value, json};

use crate::house::House;
use crate::initiatives::initiative;

async fn features(house: &House, query: &str) -> Vec<Value> {
    let answer = house.get(&format!("/v1/gallery/map?{query}")).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/geo+json"),
        "{}",
        answer.text()
    );
    let map = answer.json();
    assert_eq!(map["type"], "FeatureCollection");
    map["features"].as_array().unwrap().clone()
}

fn total(features: &[Value]) -> u64 {
    let count = |f: &Value| {
        if f["properties"]["cluster"] == true { f["properties"]["count"].as_u64().unwrap() } else { 1 }
    };
    features.iter().map(count).sum()
}

#[tokio::test]
async fn far_away_there_is_one_cluster_for_each_country_and_nothing_is_lost_on_the_way_in() {
    let house = House::with_samples().await;
    let countries = house.items("/v1/gallery/countries").await;
    let far = features(&house, "").await;
    assert_eq!(far.len(), countries.len());
    for (feature, country) in far.iter().zip(&countries) {
        assert_eq!(feature["properties"]["country"], country["code"]);
        let point = json!([country["point"]["lon"], country["point"]["lat"]]);
        assert_eq!(feature["geometry"], json!({"type": "Point", "coordinates": point}));
    }
    let all = total(&far);
    for zoom in 0..=22 {
        let shown = features(&house, &format!("zoom={zoom}")).await;
        assert_eq!(total(&shown), all, "{zoom}");
    }
    let near = features(&house, "zoom=12").await;
    assert!(near.iter().all(|f| f["properties"]["cluster"] == false));
}

#[tokio::test]
async fn a_box_and_filters_choose_what_is_on_it() {
    let house = House::with_samples().await;
    let kenya = features(&house, "zoom=12&country=KE").await;
    assert!(!kenya.is_empty() && kenya.iter().all(|f| f["properties"]["country"] == "KE"));
    let events = features(&house, "zoom=12&country=KE&kind=event").await;
    assert!(events.len() < kenya.len() && events.iter().all(|f| f["properties"]["kind"] == "event"));
    let pacific = features(&house, "zoom=12&bbox=170,-50,-170,50").await;
    assert!(pacific.is_empty());
    let around = features(&house, "zoom=12&bbox=90,-90,-60,90").await;
    let east_or_west = |f: &Value| {
        let lon = f["geometry"]["coordinates"][0].as_f64().unwrap();
        !(-60.0..90.0).contains(&lon)
    };
    assert!(!around.is_empty() && around.iter().all(east_or_west), "a box across the antimeridian");
    for wrong in [
        "bbox=1,2,3",
        "bbox=0,50,10,40",
        "bbox=0,0,181,10",
        "zoom=23",
        "zoom=-1",
        "bbox=a,b,c,d",
        "bbox=NaN,0,1,1",
    ] {
        assert_eq!(house.get(&format!("/v1/gallery/map?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn what_was_published_before_features_were_finished_is_the_same_on_the_map() {
    let mut house = House::with_samples().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let mut odd = initiative();
    odd["title"] = json!("A \"sample\" of \\ and \u{1f33e}, 'as' it <stands>");
    let odd = host.makes("initiatives", odd).await;
    moderator.does("publish", &odd).await;
    let questions = ["zoom=12", "zoom=12&lang=ar", "zoom=12&lang=es", "zoom=7&lang=ar"];
    let mut before = Vec::new();
    for question in questions {
        before.push(features(&house, question).await);
    }
    assert!(before[0].iter().any(|feature| feature["id"] == odd["id"]));
    assert_ne!(before[0], before[1], "titles are translated");

    let steps = Migrator::get_migration_files();
    let since = steps.len() - steps.iter().position(|step| step.name() == "m0124_ready_features").unwrap();
    house.solidarity_alone(&["migrate", "down", "--steps", &since.to_string()]).await.done();
    for (question, before) in questions.iter().zip(before) {
        assert_eq!(features(&house, question).await, before, "{question}");
    }
}
