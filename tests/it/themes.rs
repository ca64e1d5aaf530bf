//! `/v1/themes`, but for the public list

use serde_json::json;

use crate::house::House;
use crate::records::{address, sorted};

#[tokio::test]
async fn staff_adds_themes_and_everybody_sees_them() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let theme = moderator.makes("themes", json!({"labels": {"en": "Seeds", "es": "Semillas"}})).await;
    let listed = house.get("/v1/themes?lang=es").await;
    assert!(listed.text().contains("Semillas"), "{}", listed.text());
    let edited = moderator.edits(&theme, json!({"labels": {"es": null, "fr": "Semences"}})).await;
    assert_eq!(edited["labels"], json!({"en": "Seeds", "fr": "Semences"}));
    let host = house.host().await;
    assert_eq!(host.get(address(&theme)).await.status, 200);
    assert_eq!(host.post("/v1/themes", json!({"labels": {"en": "Mine"}})).await.status, 403);
    assert_eq!(moderator.delete(address(&theme)).await.status, 204);
    assert!(!house.get("/v1/themes").await.text().contains("Seeds"));
}

#[tokio::test]
async fn a_theme_has_a_label_in_a_language() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    for (labels, at) in
        [(json!({}), "#/labels"), (json!({"en": " "}), "#/labels/en"), (json!({"1": "x"}), "#/labels")]
    {
        let refused = moderator.post("/v1/themes", json!({"labels": labels})).await;
        assert_eq!(sorted(&refused)[0].0, at);
    }
}
