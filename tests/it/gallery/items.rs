//! One document: languages, conditional requests, what is not there.

use serde_json::{Value, json};

use crate::bundle::{Bundle, event};
use crate::house::House;

fn translated() -> Value {
    let mut line = event("e");
    line["summary"] = json!("Sample summary");
    line["translations"] = json!({"es": {"title": "Evento de muestra", "by": "human"}, "pt-BR": {"title": "Evento de amostra", "by": "machine"}});
    line
}

async fn house() -> (House, String) {
    let house = House::open().await;
    house.import(&Bundle::of([translated()])).await.applied();
    let path = house.items("/v1/gallery/events").await[0]["links"]["self"].as_str().unwrap().to_owned();
    (house, path)
}

#[tokio::test]
async fn the_asked_language_is_answered_and_the_original_where_there_is_none() {
    let (house, path) = house().await;
    for (parameter, header, title, language) in [
        ("", "", "Sample event e", "en"),
        ("?lang=es", "", "Evento de muestra", "es"),
        ("?lang=es-MX", "", "Evento de muestra", "es"),
        ("?lang=fr", "", "Sample event e", "en"),
        ("", "fr, es;q=0.8, en;q=0.5", "Evento de muestra", "es"),
        ("", "en;q=0.9, es;q=0.8", "Sample event e", "en"),
        ("", "pt-BR", "Evento de amostra", "pt-BR"),
        ("?lang=es", "pt-BR", "Evento de muestra", "es"),
        ("", ";;;=%", "Sample event e", "en"),
    ] {
        let answer = house.get_with(&format!("{path}{parameter}"), &[("accept-language", header)]).await;
        let item = answer.json();
        assert_eq!(
            (item["title"].as_str(), answer.header("content-language")),
            (Some(title), language),
            "{parameter} {header}"
        );
        assert_eq!((&item["text_language"], &item["language"]), (&json!(language), &json!("en")));
        assert_eq!(item["summary"], "Sample summary", "what is not translated is the original");
        assert!(answer.header("vary").to_lowercase().contains("accept-language"));
    }
    let place = house.get(&format!("{path}?lang=es")).await.json()["place"]["name"].clone();
    assert_eq!(place, "Sudán del Sur");
}

#[tokio::test]
async fn what_has_not_changed_is_answered_with_304_and_no_body() {
    let (house, path) = house().await;
    for path in [
        path.as_str(),
        "/v1/gallery",
        "/v1/gallery/events",
        "/v1/gallery/countries",
        "/v1/gallery/countries/SS",
        "/v1/gallery/map",
        "/v1/gallery/changes",
        "/v1/gallery/search?q=sample",
        "/v1/countries",
        "/v1/languages",
        "/v1/themes",
    ] {
        let first = house.get(path).await;
        let etag = first.header("etag").to_owned();
        assert!(etag.starts_with("W/\""), "{path}: {etag}");
        for condition in [
            etag.clone(),
            format!("\"other\", {etag}"),
            "*".to_owned(),
            etag.trim_start_matches("W/").to_owned(),
        ] {
            let again = house.get_with(path, &[("if-none-match", &condition)]).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path} {condition}");
            assert_eq!(again.header("etag"), etag);
            assert_eq!(again.header("cache-control"), first.header("cache-control"));
        }
        assert_eq!(house.get_with(path, &[("if-none-match", "W/\"other\"")]).await.status, 200);
        let head = house.head(path).await;
        assert_eq!((head.status, head.body.len(), head.header("etag")), (200, 0, etag.as_str()), "{path}");
        let kept = if path.starts_with("/v1/gallery") { "public, no-cache" } else { "public, max-age=3600" };
        assert_eq!(first.header("cache-control"), kept, "{path}");
    }
    let english = house.get(&path).await.header("etag").to_owned();
    let spanish = house.get(&format!("{path}?lang=es")).await.header("etag").to_owned();
    assert_ne!(english, spanish);
    house.import(&Bundle::of([translated()]).with("e", "title", json!("Renamed"))).await.applied();
    assert_eq!(house.get_with(&path, &[("if-none-match", &english)]).await.status, 200);
}

#[tokio::test]
async fn what_is_not_there_is_404_whatever_the_reason() {
    let (house, path) = house().await;
    let id = path.rsplit('/').next().unwrap();
    for path in [
        format!("/v1/gallery/quotes/{id}"),
        format!("/v1/gallery/events/{}", api::ids::v4()),
        format!("/v1/gallery/events/{}", id.to_uppercase()),
        format!("/v1/gallery/events/{}", id.replace('-', "")),
        "/v1/gallery/events/1".to_owned(),
        "/v1/gallery/events/%00".to_owned(),
        format!("/v1/gallery/events/{id}/"),
        "/v1/gallery/".to_owned(),
        "/v1/gallery/countries/XX".to_owned(),
        "/v1/gallery/countries/ss".to_owned(),
        "/v1/galleries".to_owned(),
    ] {
        let answer = house.get(&path).await;
        assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not_found")), "{path}");
    }
}

#[tokio::test]
async fn every_item_has_what_every_item_has() {
    let house = House::with_samples().await;
    for (list, name) in [
        ("events", "event"),
        ("initiatives", "initiative"),
        ("quotes", "quote"),
        ("outcomes", "outcome"),
        ("stories", "story"),
    ] {
        for item in house.items(&format!("/v1/gallery/{list}")).await {
            for member in [
                "id",
                "kind",
                "country",
                "place",
                "when",
                "language",
                "translations",
                "themes",
                "updated_at",
                "links",
            ] {
                assert!(item.get(member).is_some(), "{list} {member}");
            }
            assert_eq!(item["type"], name);
            let alone = house.get(item["links"]["self"].as_str().unwrap()).await;
            assert_eq!(alone.json(), item, "the same, alone");
        }
    }
}
