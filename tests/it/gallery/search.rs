//! `/v1/gallery/search`.

use serde_json::{Value, json};

use crate::bundle::{Bundle, event, quote};
use crate::house::House;

async fn titles(house: &House, query: &str) -> Vec<String> {
    let items = house.items(&format!("/v1/gallery/search?{query}")).await;
    items.iter().map(|i| i["title"].as_str().unwrap().to_owned()).collect()
}

async fn house() -> House {
    let house = House::open().await;
    let theme = json!({"type": "theme", "id": "t", "labels": {"en": "Flood relief", "fr": "Inondations"}});
    let mut accents = event("accents");
    accents["title"] = json!("Diálogo de Oaxaca");
    accents["place"] = json!({"country": "MX"});
    accents["themes"] = json!(["t"]);
    accents["when"] = json!({"precision": "year", "date": "2020"});
    let mut arabic = event("arabic");
    arabic["title"] = json!("حوار محلي");
    let mut said = quote("q", "accents");
    said["text"] = json!("Sample words: donors demand audited reports, and nobody pays for audits.");
    let mut reports = event("reports");
    reports["title"] = json!("Audited reports");
    reports["when"] = json!({"precision": "year", "date": "2001"});
    house.import(&Bundle::of([theme, accents, arabic, said, reports])).await.applied();
    house
}

#[tokio::test]
async fn accents_case_and_word_endings_do_not_matter() {
    let house = house().await;
    for query in ["dialogo", "DIÁLOGO", "dialo", "oaxaca%20di", "d%C3%ADalogo"] {
        assert_eq!(titles(&house, &format!("q={query}")).await, ["Diálogo de Oaxaca"], "{query}");
    }
    assert_eq!(titles(&house, "q=Mexico&kind=event").await, ["Diálogo de Oaxaca"]);
    assert_eq!(titles(&house, "q=M%C3%A9xico&kind=event").await, ["Diálogo de Oaxaca"]);
    assert_eq!(
        titles(&house, "q=inondation").await,
        ["Diálogo de Oaxaca"],
        "a theme's label in any language"
    );
    assert_eq!(titles(&house, "q=%D8%AD%D9%88%D8%A7%D8%B1").await, ["حوار محلي"]);
    assert!(titles(&house, "q=axaca").await.is_empty(), "not from the middle of a word");
    assert!(titles(&house, "q=oaxaca%20nowhere").await.is_empty(), "all words");
}

#[tokio::test]
async fn the_best_come_first_with_a_snippet_around_the_hit() {
    let house = house().await;
    let hits = house.items("/v1/gallery/search?q=audit").await;
    let kinds: Vec<&Value> = hits.iter().map(|h| &h["kind"]).collect();
    assert_eq!(kinds, ["event", "quote"], "in the title, though much older, before in the text");
    assert!(hits[1]["snippet"].as_str().unwrap().contains("audited reports"));
    assert_eq!((&hits[1]["id"], &hits[1]["item"]["type"]), (&hits[1]["item"]["id"], &json!("quote")));
    let paged: Vec<Value> = house.items("/v1/gallery/search?q=audit&limit=1").await;
    assert_eq!(paged, hits);
    assert_eq!(house.items("/v1/gallery/events?q=audit").await.len(), 1, "lists search too");
}

#[tokio::test]
async fn what_is_typed_is_never_a_query_language() {
    let house = house().await;
    for query in [
        "%22",
        "%22audit",
        "audit*",
        "NOT%20audit",
        "audit%20OR",
        "audit%20NEAR(x)",
        "title%3Aaudit",
        "%27%3B--",
        "(",
        "%26%20%7C%20!",
        "%F0%9F%98%80",
        "%E2%80%8F",
    ] {
        let answer = house.get(&format!("/v1/gallery/search?q={query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    }
    for query in ["", "q=", "q=%FF", "q=%C2%85", &format!("q={}", "x".repeat(201))] {
        assert_eq!(house.get(&format!("/v1/gallery/search?{query}")).await.status, 400, "{query}");
    }
    assert_eq!(house.get(&format!("/v1/gallery/search?q={}", "x".repeat(200))).await.status, 200);
}
