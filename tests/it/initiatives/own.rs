//! Whose initiatives somebody sees and edits.

use serde_json::{Value, json};

use super::initiative;
use crate::house::House;
use crate::house::actors::Actor;
use crate::records::{address, sorted};

async fn listed(actor: &Actor<'_>, query: &str) -> Vec<Value> {
    let answer = actor.get(&format!("/v1/initiatives{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

#[tokio::test]
async fn hosts_see_their_own_staff_sees_all_members_see_none() {
    let house = House::open().await;
    let (one, other) = (house.host().await, house.host().await);
    let draft = one.makes("initiatives", initiative()).await;
    let path = address(&draft);
    assert_eq!(listed(&one, "").await, [draft["id"].clone()]);
    assert!(listed(&other, "").await.is_empty());
    assert_eq!(other.get(path).await.status, 404);
    assert_eq!(other.patch_version(path, "\"1\"", json!({"title": "Mine"})).await.status, 404);
    assert_eq!(other.delete(path).await.status, 404);
    assert_eq!(house.member().await.get(path).await.status, 403);
    assert_eq!(house.get(path).await.status, 401);
    for staff in [house.moderator().await, house.admin().await] {
        assert_eq!(listed(&staff, "").await.len(), 1);
        assert_eq!(staff.get(path).await.status, 200);
    }
}

#[tokio::test]
async fn what_ones_organisation_carries_is_ones_own() {
    let house = House::open().await;
    let admin = house.admin().await;
    let organisation = json!({"name": "Sample group", "kind": "grassroots_group"});
    let organisation = admin.makes("organisations", organisation).await;
    let id = organisation["id"].as_str().unwrap();
    let (host, _) = house.somebody("host", id).await;
    let mut body = initiative();
    body["organisations"] = json!([id]);
    let carried = admin.makes("initiatives", body.clone()).await;
    assert_eq!(listed(&host, "").await, [carried["id"].clone()]);
    assert_eq!(host.edits(&carried, json!({"title": "Ours"})).await["title"], "Ours");
    host.makes("initiatives", body.clone()).await;

    let stranger = house.host().await;
    let refused = stranger.post("/v1/initiatives", body).await;
    assert_eq!(sorted(&refused), [("#/organisations/0".to_owned(), "unknown_reference".to_owned())]);
}

#[tokio::test]
async fn lists_are_filtered_and_walked() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let theme = moderator.makes("themes", json!({"labels": {"en": "Seeds"}})).await;
    let mut made = Vec::new();
    for country in ["SS", "KE", "SS"] {
        let mut body = initiative();
        body["country"] = country.into();
        body["themes"] = if country == "KE" { json!([theme["id"]]) } else { json!([]) };
        made.insert(0, host.makes("initiatives", body).await);
        house.advance(std::time::Duration::from_millis(2));
    }
    moderator.does("publish", &made[0]).await;
    assert_eq!(listed(&host, "?country=SS").await, [made[0]["id"].clone(), made[2]["id"].clone()]);
    assert_eq!(listed(&host, "?country=SS&status=draft").await, [made[2]["id"].clone()]);
    let about = format!("?theme={}", theme["id"].as_str().unwrap());
    assert_eq!(listed(&host, &about).await, [made[1]["id"].clone()]);

    let page = moderator.get("/v1/initiatives?limit=2").await;
    assert!(page.header("link").contains("rel=\"next\""));
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let rest = listed(&moderator, &format!("?limit=2&cursor={cursor}")).await;
    assert_eq!(rest, [made[2]["id"].clone()]);
    let elsewhere = moderator.get(&format!("/v1/initiatives?limit=2&country=SS&cursor={cursor}")).await;
    assert_eq!(elsewhere.status, 400);
}

/// Two organisations with a host each, and an initiative that both carry.
async fn carried_by_two(house: &House) -> (Actor<'_>, Actor<'_>, [Value; 2], Value) {
    let admin = house.admin().await;
    let mut groups = Vec::new();
    for name in ["One group", "Another group"] {
        groups.push(admin.makes("organisations", json!({"name": name, "kind": "grassroots_group"})).await);
    }
    let ids = [groups[0]["id"].clone(), groups[1]["id"].clone()];
    let (one, _) = house.somebody("host", ids[0].as_str().unwrap()).await;
    let (other, _) = house.somebody("host", ids[1].as_str().unwrap()).await;
    let mut body = initiative();
    body["organisations"] = json!(ids);
    let shared = admin.makes("initiatives", body).await;
    (one, other, ids, shared)
}

#[tokio::test]
async fn what_names_an_event_is_not_the_business_of_all_who_carry_its_initiative() {
    let house = House::open().await;
    let (one, other, _, shared) = carried_by_two(&house).await;
    let mut event = crate::events::past();
    (event["visibility"], event["risk"]) = (json!("private"), json!("high"));
    let event = one.makes("events", event).await;
    let quote = json!({"event": event["id"], "initiative": shared["id"], "text": "We meet at night", "language": "en"});
    let quote = one.makes("quotes", quote).await;
    let story = json!({"event": event["id"], "initiative": shared["id"], "kind": "video", "title": "The night",
        "url": "https://example.org/v", "language": "en"});
    let story = one.makes("stories", story).await;
    for record in [&quote, &story] {
        let path = address(record);
        assert_eq!(one.get(path).await.status, 200);
        assert_eq!(other.get(path).await.status, 404);
        assert_eq!(other.patch_version(path, "\"1\"", json!({"language": "es"})).await.status, 404);
        assert_eq!(other.post(&format!("{path}/withdraw"), json!({})).await.status, 404);
        assert_eq!(other.delete(path).await.status, 404);
    }
    for list in ["/v1/quotes", "/v1/stories"] {
        assert_eq!(other.get(list).await.json()["items"], json!([]), "{list}");
    }
    let said = json!({"initiative": shared["id"], "text": "We keep seeds", "language": "en"});
    let said = one.makes("quotes", said).await;
    assert_eq!(
        other.get(address(&said)).await.status,
        200,
        "it names the initiative that both carry, and no event"
    );
}

#[tokio::test]
async fn nobody_takes_another_organisation_off_an_initiative() {
    let house = House::open().await;
    let (one, other, ids, shared) = carried_by_two(&house).await;
    let path = address(&shared);
    for left in [json!([ids[1]]), json!([])] {
        assert_eq!(other.patch(path, json!({"organisations": left})).await.status, 403);
    }
    assert_eq!(other.delete(path).await.status, 403);
    assert_eq!(one.get(path).await.json()["organisations"], json!(ids));
    let left = other.edits(&shared, json!({"organisations": [ids[0]]})).await;
    assert_eq!(left["organisations"], json!([ids[0]]), "itself it may");
    assert_eq!(other.get(path).await.status, 404);
    let moderator = house.moderator().await;
    assert_eq!(
        moderator.edits(&shared, json!({"organisations": [ids[1]]})).await["organisations"],
        json!([ids[1]])
    );
    assert_eq!(other.delete(path).await.status, 204);
}
