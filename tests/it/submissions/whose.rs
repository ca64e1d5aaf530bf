//! Whose name a newcomer gives, and what a reviewer may not decide alone.

use serde_json::{Value, json};

use super::{newcomer, newcomer_with, submit};
use crate::house::House;
use crate::initiatives::initiative;

#[tokio::test]
async fn an_organisation_that_is_there_is_taken_only_where_the_reviewer_says_so() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let real = json!({"name": "Guardianes de Semillas", "kind": "ngo"});
    let real = moderator.makes("organisations", real).await;
    let trap = json!({"submitter": {"organisation": " gUARDIANES de Semillas "}});
    let submission = submit(&house, newcomer_with(trap)).await;
    let told = moderator.get(&submission.at("duplicates")).await.json();
    assert_eq!(told["organisation"], real["id"]);
    let asked = json!({"title": "Otra cosa", "summary": "x", "country": "MX", "language": "es"});
    let asked = json!({"initiative": asked, "submitter": {"organisation": "Guardianes de Semillas"}});
    let public = house.post("/v1/submissions/duplicates", asked).await;
    assert!(!public.text().contains("organisation"), "{}", public.text());

    for how in [json!({}), json!({"organisation": "Guardianes de Semillas"})] {
        let refused = moderator.post(&submission.at("approve"), how).await;
        assert_eq!((refused.status, &*refused.code()), (409, "conflict"), "{}", refused.text());
        assert!(refused.text().contains(real["id"].as_str().unwrap()), "{}", refused.text());
    }
    assert!(house.items("/v1/gallery/initiatives").await.is_empty());
    let another = json!({"organisation": "Guardianes de Oaxaca"});
    assert_eq!(moderator.post(&submission.at("approve"), another).await.status, 200);
    let item = house.items("/v1/gallery/initiatives").await[0].clone();
    assert_eq!(item["organisations"][0]["name"], "Guardianes de Oaxaca");

    let second = submit(&house, newcomer()).await;
    let it_is = json!({"organisation_id": real["id"]});
    assert_eq!(moderator.post(&second.at("approve"), it_is).await.status, 200);
    let fresh = submit(&house, newcomer_with(json!({"submitter": {"organisation": "Nueva"}}))).await;
    let told = moderator.get(&fresh.at("duplicates")).await.json();
    assert_eq!(told["organisation"], Value::Null);
}

#[tokio::test]
async fn nobody_puts_their_own_draft_on_the_map_by_merging_into_it() {
    let house = House::open().await;
    let (maker, other) = (house.moderator().await, house.moderator().await);
    let draft = maker.makes("initiatives", initiative()).await;
    let submission = submit(&house, newcomer()).await;
    let into = json!({"merge_into": draft["id"]});
    let refused = maker.post(&submission.at("approve"), into.clone()).await;
    assert_eq!((refused.status, &*refused.code()), (403, "forbidden"), "{}", refused.text());
    assert_eq!(house.gallery(&draft).await.status, 404);
    assert_eq!(other.post(&submission.at("approve"), into).await.status, 200);
    assert_eq!(house.gallery(&draft).await.status, 200);
}

#[tokio::test]
async fn a_reviewer_shows_a_place_more_coarsely_and_never_more_finely() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let submission = submit(&house, newcomer()).await;
    let point = json!({"point": {"lat": 17.06, "lon": -96.72}});
    for finer in ["exact", "locality", "region"] {
        let how = json!({"changes": {"public_precision": finer, "place": point}});
        let refused = moderator.post(&submission.at("approve"), how).await;
        assert_eq!((refused.status, &*refused.code()), (409, "conflict"), "{finer}: {}", refused.text());
    }
    let how = json!({"changes": {"public_precision": "hidden"}});
    assert_eq!(moderator.post(&submission.at("approve"), how).await.status, 200);
    let item = house.items("/v1/gallery/initiatives").await[0].clone();
    assert_eq!(item["country"], Value::Null);
}
