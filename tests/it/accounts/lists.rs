//! Which accounts an admin finds.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::house::{Actor, House};

/// The identifiers of a whole list, page by page.
async fn walked(admin: &Actor<'_>, query: &str) -> Vec<String> {
    let (mut found, mut path) = (Vec::new(), format!("/v1/accounts?{query}"));
    loop {
        let page = admin.get(&path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        assert!(!page.text().contains("@example.org"), "{path}: no list tells addresses");
        let page = page.json();
        found.extend(page["items"].as_array().unwrap().iter().map(|item| text(&item["id"])));
        let Some(cursor) = page["next_cursor"].as_str() else { return found };
        path = format!("/v1/accounts?{query}&cursor={cursor}");
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn invited(admin: &Actor<'_>, email: &str, name: &str) -> String {
    let body = json!({"email": email, "role": "host", "display_name": name});
    let answer = admin.post("/v1/accounts/invite", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    text(&answer.json()["account"]["id"])
}

fn set<'a>(ids: impl IntoIterator<Item = &'a String>) -> BTreeSet<String> {
    ids.into_iter().cloned().collect()
}

#[tokio::test]
async fn they_are_filtered_by_role_and_state_page_by_page() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (host, other, member) = (house.host().await, house.host().await, house.member().await);
    let waiting = invited(&admin, "waiting@example.org", "Waiting").await;
    let suspend = format!("/v1/accounts/{}/suspend", other.id);
    assert_eq!(admin.post(&suspend, json!({})).await.status, 200);
    for (query, wanted) in [
        ("role=host", set([&host.id, &other.id, &waiting])),
        ("role=member,admin", set([&member.id, &admin.id])),
        ("role=moderator", set([])),
        ("state=invited,suspended", set([&waiting, &other.id])),
        ("state=active&role=host", set([&host.id])),
    ] {
        for limit in [1, 2, 100] {
            let found = walked(&admin, &format!("{query}&limit={limit}")).await;
            assert_eq!((set(&found), found.len()), (wanted.clone(), wanted.len()), "{query}, {limit} a page");
        }
    }
    for query in ["role=king", "role=", "state=host", "q=", "organisation=x"] {
        assert_eq!(admin.get(&format!("/v1/accounts?{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn a_cursor_is_of_its_filters() {
    let house = House::open().await;
    let (admin, _, _) = (house.admin().await, house.host().await, house.host().await);
    let page = admin.get("/v1/accounts?role=host&limit=1").await;
    let cursor = text(&page.json()["next_cursor"]);
    assert!(page.header("link").contains("role=host"), "{}", page.header("link"));
    for query in ["limit=1", "role=member&limit=1", "role=host&state=active", "role=host&q=a"] {
        let refused = admin.get(&format!("/v1/accounts?{query}&cursor={cursor}")).await;
        assert_eq!(refused.status, 400, "{query}");
        assert_eq!(refused.json()["errors"][0]["code"], "invalid_cursor", "{query}");
    }
    assert_eq!(admin.get(&format!("/v1/accounts?role=host&cursor={cursor}")).await.status, 200);
}

#[tokio::test]
async fn they_are_found_by_a_part_of_the_name_and_by_nothing_but_the_whole_address() {
    let house = House::open().await;
    let admin = house.admin().await;
    let elise = invited(&admin, "garden@example.org", "Élise Okello").await;
    let elisa = invited(&admin, "orchard@example.org", "ELISA").await;
    let at = invited(&admin, "meadow@example.org", "sun@garden").await;
    for (query, wanted) in [
        ("q=elis", set([&elise, &elisa])),
        ("q=%C3%89LIS", set([&elise, &elisa])),
        ("q=okello", set([&elise])),
        ("q=elis&role=admin", set([])),
        ("q=garden", set([&at])),
        ("q=n%40garden", set([&at])),
        ("q=garden%40example.org", set([&elise])),
        ("q=+GARDEN%40Example.org", set([&elise])),
        ("q=garden%40example.org&state=active", set([])),
        ("q=arden%40example.org", set([])),
        ("q=garden%40example", set([])),
        ("q=garden%40example.or", set([])),
        ("q=example.org", set([])),
    ] {
        for limit in [1, 25] {
            let found = walked(&admin, &format!("{query}&limit={limit}")).await;
            assert_eq!((set(&found), found.len()), (wanted.clone(), wanted.len()), "{query}, {limit} a page");
        }
    }
    let read = "SELECT count(*) AS n FROM audit_entry WHERE action = 'read' AND record_kind = 'account'";
    assert_eq!(house.count(read).await, 4, "whose address was told is noted");
    assert!(!house.dump("audit_entry").await.contains("garden@example.org"));
}

#[tokio::test]
async fn they_are_found_by_the_organisation_of_their_person() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = admin.makes("organisations", json!({"name": "Sample group", "kind": "ngo"})).await;
    let empty = admin.makes("organisations", json!({"name": "Another group", "kind": "ngo"})).await;
    let (amina, _) = house.somebody("host", group["id"].as_str().unwrap()).await;
    let (bo, _) = house.somebody("member", group["id"].as_str().unwrap()).await;
    let (group, empty) = (text(&group["id"]), text(&empty["id"]));
    for (query, wanted) in [
        (format!("organisation={group}"), set([&amina.id, &bo.id])),
        (format!("organisation={group},{empty}&role=host"), set([&amina.id])),
        (format!("organisation={empty}"), set([])),
    ] {
        let found = walked(&admin, &format!("{query}&limit=1")).await;
        assert_eq!((set(&found), found.len()), (wanted.clone(), wanted.len()), "{query}");
    }
}
