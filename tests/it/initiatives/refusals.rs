//! What is refused, and with which words.

use serde_json::json;

use super::initiative;
use crate::house::House;
use crate::records::{address, sorted};

#[tokio::test]
async fn nobody_publishes_what_they_made() {
    let house = House::open().await;
    for maker in [house.moderator().await, house.admin().await] {
        let draft = maker.makes("initiatives", initiative()).await;
        let refused = maker.post(&format!("{}/publish", address(&draft)), json!({})).await;
        assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"));
        assert_eq!(house.gallery(&draft).await.status, 404);
    }
    let host = house.host().await;
    let draft = host.makes("initiatives", initiative()).await;
    assert_eq!(host.post(&format!("{}/publish", address(&draft)), json!({})).await.status, 403);
}

#[tokio::test]
async fn a_verb_in_the_wrong_state_says_what_is_allowed() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let draft = host.makes("initiatives", initiative()).await;
    let refused = moderator.post(&format!("{}/archive", address(&draft)), json!({})).await;
    assert_eq!((refused.status, &refused.json()["allowed"]), (409, &json!(["publish", "delete"])));
    moderator.does("publish", &draft).await;
    let refused = moderator.post(&format!("{}/publish", address(&draft)), json!({})).await;
    assert_eq!((refused.status, &refused.json()["allowed"]), (409, &json!(["archive"])));
    assert_eq!(moderator.delete(address(&draft)).await.status, 409);
}

#[tokio::test]
async fn an_edit_names_the_version_it_was_made_on_and_of_two_at_once_one_is_made() {
    let house = House::open().await;
    let host = house.host().await;
    let draft = host.makes("initiatives", initiative()).await;
    let path = address(&draft);
    assert_eq!(host.patch_version(path, "", json!({"title": "A"})).await.status, 428);
    let (a, b) = tokio::join!(
        host.patch_version(path, "\"1\"", json!({"title": "A"})),
        host.patch_version(path, "\"1\"", json!({"title": "B"})),
    );
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    assert_eq!(host.get(path).await.json()["version"], 2);
}

#[tokio::test]
async fn all_faults_of_a_body_are_told_at_once() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let absent = "00000000-0000-4000-8000-000000000000";
    let body = json!({"title": " ", "language": "en", "status": "published", "themes": ["x"]});
    let refused = moderator.post("/v1/initiatives", body).await;
    let wanted =
        [("#/status", "unknown_field"), ("#/themes/0", "invalid_format"), ("#/title", "invalid_format")];
    assert_eq!(sorted(&refused), wanted.map(|(at, code)| (at.to_owned(), code.to_owned())));

    let body = json!({"title": "T", "language": "xx-invalid-1", "country": "ZZ", "themes": [absent], "organisations": [absent]});
    let refused = moderator.post("/v1/initiatives", body).await;
    let places: Vec<_> = sorted(&refused).into_iter().map(|(at, _)| at).collect();
    assert_eq!(places, ["#/country", "#/language", "#/organisations/0", "#/themes/0"]);
    assert!(!refused.text().contains("ZZ"), "values are not repeated");

    let draft = moderator.makes("initiatives", initiative()).await;
    for (patch, at, code) in [
        (json!({"title": null}), "#/title", "wrong_type"),
        (json!({"status": "published"}), "#/status", "unknown_field"),
        (json!({"place": {"village": null}}), "#/place", ""),
        (json!({"themes": [absent]}), "#/themes/0", "unknown_reference"),
    ] {
        let refused = moderator.patch(address(&draft), patch.clone()).await;
        let faults = sorted(&refused);
        assert!(
            faults[0].0.starts_with(at) && (code.is_empty() || faults[0].1 == code),
            "{patch}: {faults:?}"
        );
    }
}

#[tokio::test]
async fn what_is_shown_of_a_published_place_becomes_only_coarser() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let draft = host.makes("initiatives", initiative()).await;
    moderator.does("publish", &draft).await;
    for (finer, status) in [("exact", 409), ("region", 200), ("locality", 409)] {
        let answer = host.patch(address(&draft), json!({"public_precision": finer})).await;
        assert_eq!(answer.status, status, "{finer}");
    }
    let item = house.gallery(&draft).await.json();
    assert_eq!(item["place"]["point"], json!({"lat": 4.5, "lon": 30.5}));
}

#[tokio::test]
async fn what_others_refer_to_stays() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let theme = moderator.makes("themes", json!({"labels": {"en": "Seeds"}})).await;
    let mut body = initiative();
    body["themes"] = json!([theme["id"]]);
    let draft = host.makes("initiatives", body).await;
    let refused = moderator.delete(address(&theme)).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("1 record"), "{}", refused.text());
    assert_eq!(host.delete(address(&draft)).await.status, 204);
    assert_eq!(moderator.delete(address(&theme)).await.status, 204);
    assert_eq!(host.get(address(&draft)).await.status, 404);
}
