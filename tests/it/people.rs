//! `/v1/people`

use serde_json::json;

use crate::house::House;
use crate::records::{address, sorted};

#[tokio::test]
async fn a_person_may_be_a_pseudonym_and_is_seen_by_whoever_recorded_them() {
    let house = House::open().await;
    let (host, other) = (house.host().await, house.host().await);
    let person = host.makes("people", json!({"display_name": "Blue Nile", "role": "activist"})).await;
    assert_eq!(person["has_contact"], json!({"email": false, "phone": false}));
    assert_eq!(host.get("/v1/people?role=activist").await.json()["items"][0]["id"], person["id"]);
    assert!(host.get("/v1/people?role=donor").await.json()["items"].as_array().unwrap().is_empty());
    assert_eq!(other.get(address(&person)).await.status, 404);
    assert_eq!(host.patch(address(&person), json!({"display_name": "White Nile"})).await.status, 403);
    assert_eq!(house.moderator().await.get(address(&person)).await.status, 200);
    assert_eq!(house.member().await.get("/v1/people").await.status, 403);
}

#[tokio::test]
async fn a_contact_is_sealed_and_in_no_answer() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let contact = json!({"email": "blue.nile@example.org", "phone": "+211 912 345 678"});
    let body = json!({"display_name": "Blue Nile", "role": "activist", "contact": contact});
    let person = host.makes("people", body).await;
    assert_eq!(person["has_contact"], json!({"email": true, "phone": true}));
    let edited =
        moderator.edits(&person, json!({"contact": {"phone": null}, "display_name": "White Nile"})).await;
    assert_eq!(edited["has_contact"], json!({"email": true, "phone": false}));
    let texts = [person.to_string(), edited.to_string(), host.get("/v1/people").await.text().to_owned()];
    for text in texts.into_iter().chain([house.dump("person_contact").await, house.dump("audit_entry").await])
    {
        assert!(!text.contains("blue.nile@") && !text.contains("912 345"), "{text}");
    }
    let refused = moderator.patch(address(&person), json!({"contact": {"email": "x"}})).await;
    assert_eq!(refused.status, 422);
    let cleared = moderator.edits(&person, json!({"contact": null})).await;
    assert_eq!(cleared["has_contact"], json!({"email": false, "phone": false}));
    assert_eq!(house.count("SELECT count(*) AS n FROM person_contact").await, 0);
    assert_eq!(house.count("SELECT count(*) AS n FROM outbox_letter").await, 0, "nothing is mailed");
}

#[tokio::test]
async fn an_import_leaves_contacts_and_edits_leave_consents() {
    let house = House::open().await;
    let line = json!({"type": "person", "id": "p", "display_name": "Blue Nile", "role": "ally", "country": "SS",
        "consents": [{"purpose": "publish_name", "method": "online"}]});
    house.import(&crate::bundle::Bundle::of([line])).await.applied();
    let moderator = house.moderator().await;
    let person = moderator.get("/v1/people").await.json()["items"][0].clone();
    moderator.edits(&person, json!({"role": "donor"})).await;
    assert_eq!(house.count("SELECT count(*) AS n FROM consent WHERE withdrawn_at IS NULL").await, 1);
    assert_eq!(house.count("SELECT count(*) AS n FROM consent").await, 1);
    let refused = moderator
        .patch(address(&person), json!({"organisations": ["00000000-0000-4000-8000-000000000000"]}))
        .await;
    assert_eq!(sorted(&refused), [("#/organisations/0".to_owned(), "unknown_reference".to_owned())]);
}

#[tokio::test]
async fn only_admins_say_who_somebody_is() {
    let house = House::open().await;
    let (admin, host) = (house.admin().await, house.host().await);
    let person = host.makes("people", json!({"display_name": "Blue Nile", "role": "activist"})).await;
    let path = format!("/v1/accounts/{}", host.id);
    assert_eq!(
        house.moderator().await.patch_version(&path, "\"1\"", json!({"person": person["id"]})).await.status,
        403
    );
    let linked = admin.patch(&path, json!({"person": person["id"]})).await;
    assert_eq!((linked.status, &linked.json()["person"]), (200, &person["id"]));
    let refused = admin.patch(&path, json!({"person": "00000000-0000-4000-8000-000000000000"})).await;
    assert_eq!(sorted(&refused), [("#/person".to_owned(), "unknown_reference".to_owned())]);
    assert_eq!(admin.patch(&path, json!({"person": null})).await.json()["person"], json!(null));
    assert_eq!(host.get("/v1/people").await.status, 200, "its session goes on");
}
