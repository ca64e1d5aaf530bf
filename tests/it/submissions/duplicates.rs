//! Finding what is there already.

use serde_json::{Value, json};

use super::{newcomer, newcomer_with, submit};
use crate::house::House;

/// An initiative that says the same in other words.
fn asked(title: &str, country: &str, further: Value) -> Value {
    let mut initiative = json!({"title": title, "summary": "x", "country": country, "language": "es"});
    initiative.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    json!({ "initiative": initiative })
}

async fn ask(house: &House, body: Value) -> Vec<Value> {
    let answer = house.post("/v1/submissions/duplicates", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn public_initiatives_are_found_across_accents_word_order_and_sites() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let hidden = submit(&house, newcomer()).await;
    let body = asked("Valle: semíllas", "MX", json!({}));
    assert!(ask(&house, body.clone()).await.is_empty(), "what is not public is not told");
    let fine = newcomer_with(json!({"initiative": {"public_precision": "locality"}}));
    let public = submit(&house, fine).await;
    assert_eq!(amina.post(&public.at("approve"), json!({})).await.status, 200);
    let gallery = public.read().await["gallery"].clone();

    let found = ask(&house, body).await;
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["url"], &found[0]["kind"]), (&gallery, &json!("initiative")));
    assert_eq!(found[0]["reasons"], json!(["similar_title"]));
    assert_eq!(found[0]["title"], "Semillas del valle");
    let score = found[0]["score"].as_f64().unwrap();
    assert!(score > 0.5 && score <= 1.0, "{score}");

    let english =
        ask(&house, asked("The valley's seeds", "MX", json!({"locality": "OAXACA DE JUAREZ"}))).await;
    assert_eq!(english[0]["reasons"], json!(["similar_title", "same_place"]), "{english:?}");
    assert!(english[0]["score"].as_f64() > found[0]["score"].as_f64());
    let site =
        ask(&house, asked("Otra cosa", "GT", json!({"url": "http://www.SEMILLAS.example/contacto"}))).await;
    assert_eq!(site[0]["reasons"], json!(["same_site"]), "{site:?}");
    for (title, further) in [
        ("Radio comunitaria", json!({"locality": "Oaxaca de Juárez"})),
        ("Cartas", json!({"url": "https://semillas.example.org"})),
    ] {
        assert!(ask(&house, asked(title, "MX", further)).await.is_empty(), "{title}");
    }
    assert_eq!(hidden.read().await["status"], "received");
}

#[tokio::test]
async fn a_place_that_is_not_shown_is_not_found_out_by_asking() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let public = submit(&house, newcomer()).await;
    assert_eq!(amina.post(&public.at("approve"), json!({})).await.status, 200);
    for locality in ["Oaxaca de Juárez", "Elsewhere"] {
        let found = ask(&house, asked("Semillas del valle", "MX", json!({"locality": locality}))).await;
        assert_eq!(found[0]["reasons"], json!(["similar_title"]), "{locality}");
    }
}

#[tokio::test]
async fn reviewers_see_other_open_submissions_too() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let first = submit(&house, newcomer()).await;
    let second =
        submit(&house, newcomer_with(json!({"initiative": {"title": "Valle de Semillas", "url": null}})))
            .await;
    let third = submit(&house, newcomer_with(json!({"initiative": {
        "title": "Radio", "url": "https://semillas.example/radio", "translations": null, "locality": "Puebla"
    }})))
    .await;
    let other = submit(
        &house,
        newcomer_with(json!({"initiative": {"title": "Cartas", "url": null, "translations": null}})),
    )
    .await;
    let found = async |of: &super::Submitted<'_>| {
        let answer = amina.get(&of.at("duplicates")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let items = answer.json()["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| (item["id"].as_str().unwrap().to_owned(), item["reasons"].clone()))
            .collect::<Vec<_>>()
    };
    let doubles = found(&first).await;
    assert_eq!(doubles.len(), 2);
    assert_eq!(doubles[0], (second.id.clone(), json!(["similar_title", "same_place"])));
    assert_eq!(doubles[1], (third.id.clone(), json!(["same_site"])));
    assert!(found(&other).await.is_empty());
    assert_eq!(amina.post(&first.at("mark-spam"), json!({})).await.status, 200);
    assert!(found(&third).await.is_empty(), "what is closed is no double");
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative").await, 0);
}

#[tokio::test]
async fn long_titles_in_many_languages_are_compared_too() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let long = |n: u32| {
        format!(
            "Alliance{n} of neighbouring{n} women{n} farmers{n} fishers{n} teachers{n} for clean{n} rivers{n} forever{n}"
        )
    };
    let translations =
        json!({"fr": {"title": long(1), "by": "human"}, "pt": {"title": long(2), "by": "machine"}});
    let body =
        newcomer_with(json!({"initiative": {"title": long(0), "translations": translations, "url": null}}));
    let public = submit(&house, body).await;
    assert_eq!(amina.post(&public.at("approve"), json!({})).await.status, 200);
    let found = ask(&house, asked(&long(0), "ZM", json!({ "translations": translations }))).await;
    assert_eq!(found.len(), 1, "also from another country");
    assert!(found[0]["score"].as_f64().unwrap() < 0.7, "where it is less likely the same: {found:?}");
    assert!(ask(&house, asked("\u{200d}.\u{1f33d}1", "ZM", json!({}))).await.is_empty());
}
