//! `/v1/organisations`

use serde_json::json;

use crate::house::House;
use crate::records::{address, sorted};

#[tokio::test]
async fn staff_records_them_and_those_who_belong_to_one_edit_it() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let body = json!({"name": "Sample group", "kind": "grassroots_group", "country": "SS", "formal": false});
    let group = moderator.makes("organisations", body.clone()).await;
    assert_eq!(group["formal"], false);
    let (host, _) = house.somebody("host", group["id"].as_str().unwrap()).await;
    let edited = host.edits(&group, json!({"name": "Sample movement", "formal": null})).await;
    assert_eq!((&edited["name"], &edited["formal"]), (&json!("Sample movement"), &json!(null)));
    assert_eq!(host.get("/v1/organisations").await.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(host.delete(address(&group)).await.status, 403);
    assert_eq!(host.post("/v1/organisations", body).await.status, 403);

    let stranger = house.host().await;
    assert_eq!(stranger.get(address(&group)).await.status, 404);
    assert_eq!(stranger.patch_version(address(&group), "\"2\"", json!({"name": "Mine"})).await.status, 404);
    assert!(stranger.get("/v1/organisations").await.json()["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_new_name_is_in_the_gallery_at_once() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let group = moderator.makes("organisations", json!({"name": "Sample group", "kind": "ngo"})).await;
    let body = json!({"title": "Seeds", "language": "en", "country": "SS", "organisations": [group["id"]]});
    let made = house.admin().await.makes("initiatives", body).await;
    moderator.does("publish", &made).await;
    moderator.edits(&group, json!({"name": "Sample movement"})).await;
    assert!(house.gallery(&made).await.text().contains("Sample movement"));
    assert_eq!(host.get(address(&made)).await.status, 404);
    let (member, _) = house.somebody("host", group["id"].as_str().unwrap()).await;
    for edit in [json!({"name": "Trusted group"}), json!({"kind": "public_body"})] {
        let refused = member.patch(address(&group), edit).await;
        assert_eq!((refused.status, &*refused.code()), (403, "forbidden"), "{}", refused.text());
    }
    member.edits(&group, json!({"url": "https://example.org/"})).await;
    assert!(house.gallery(&made).await.text().contains("Sample movement"));
    let refused = moderator.delete(address(&group)).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("1 initiatives"), "{}", refused.text());
}

#[tokio::test]
async fn what_the_list_of_countries_does_not_have_is_refused() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let body = json!({"name": "Sample group", "kind": "ngo", "country": "ZZ", "members": 5});
    let refused = moderator.post("/v1/organisations", body).await;
    assert_eq!(sorted(&refused), [("#/members".to_owned(), "unknown_field".to_owned())]);
    let body = json!({"name": "Sample group", "kind": "ngo", "country": "ZZ"});
    let refused = moderator.post("/v1/organisations", body).await;
    assert_eq!(sorted(&refused), [("#/country".to_owned(), "unknown_country".to_owned())]);
}

#[tokio::test]
async fn there_is_one_of_a_name() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let group = moderator.makes("organisations", json!({"name": "Sample group", "kind": "ngo"})).await;
    let other = moderator.makes("organisations", json!({"name": "Sample movement", "kind": "ngo"})).await;
    let again = json!({"name": " SAMPLE Group ", "kind": "ngo", "country": "SS"});
    let refused = moderator.post("/v1/organisations", again).await;
    assert_eq!((refused.status, &*refused.code()), (409, "conflict"), "{}", refused.text());
    let renamed = moderator.patch(address(&other), json!({"name": "sample group"})).await;
    assert_eq!((renamed.status, &*renamed.code()), (409, "conflict"), "{}", renamed.text());
    assert_eq!(moderator.edits(&group, json!({"name": "Sample Group"})).await["name"], "Sample Group");
    assert_eq!(moderator.edits(&other, json!({"kind": "donor"})).await["name"], "Sample movement");
    assert_eq!(house.count("SELECT count(*) AS n FROM organisation").await, 2);
}
