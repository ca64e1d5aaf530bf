//! `/v1/countries`, `/v1/languages`, `/v1/themes`: reference data in the asked language.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn countries_and_languages_have_names_in_five_languages() {
    let house = House::open().await;
    let name = async |lang: &str| {
        let answer = house.get(&format!("/v1/countries?lang={lang}")).await;
        let items = answer.json()["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), 249);
        assert_eq!(answer.header("content-language"), if lang == "tl" { "en" } else { lang });
        items.iter().find(|c| c["code"] == "MX").unwrap()["name"].as_str().unwrap().to_owned()
    };
    for (lang, expected) in [
        ("en", "Mexico"),
        ("es", "México"),
        ("fr", "Mexique"),
        ("ar", "المكسيك"),
        ("pt", "México"),
        ("tl", "Mexico"),
    ] {
        assert_eq!(name(lang).await, expected, "{lang}");
    }
    let languages = house.get("/v1/languages?lang=fr").await.json();
    let arabic = languages["items"].as_array().unwrap().iter().find(|l| l["code"] == "ar").unwrap().clone();
    assert_eq!(
        (&arabic["name"], &arabic["endonym"], &arabic["direction"]),
        (&json!("arabe"), &json!("العربية"), &json!("rtl"))
    );
}

#[tokio::test]
async fn themes_are_the_campaigns_own() {
    let house = House::open().await;
    assert_eq!(house.items("/v1/themes").await.len(), 0);
    let house = House::with_samples().await;
    let themes = house.items("/v1/themes?lang=es").await;
    assert_eq!(themes.len(), 10);
    let healing = themes.iter().find(|t| t["labels"]["en"] == "Collective healing").unwrap();
    assert_eq!(healing["label"], "Sanación colectiva");
}
