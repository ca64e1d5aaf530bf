//! What admins do with accounts, and what others may not.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn accounts_are_listed_without_addresses_and_read_with_them() {
    let house = House::open().await;
    let admin = house.admin().await;
    let mut ids: BTreeSet<String> = [admin.id.clone()].into();
    for n in 0..4 {
        ids.insert(house.account(&format!("member{n}@example.org"), "member").await);
    }
    let (mut seen, mut path) = (Vec::new(), "/v1/accounts?limit=2".to_owned());
    loop {
        let page = admin.get(&path).await;
        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"), "{}", page.text());
        assert!(!page.text().contains("@example.org"));
        let page = page.json();
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/accounts?limit=2&cursor={cursor}");
    }
    assert_eq!(seen.len(), 5);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), ids);
    let one = admin.get(&format!("/v1/accounts/{}", admin.id)).await;
    assert_eq!((one.json()["email"].as_str(), one.header("etag")), (Some(&*admin.email), "\"1\""));
    let absent = admin.get("/v1/accounts/00000000-0000-4000-8000-000000000000").await;
    assert_eq!((absent.status, &*absent.code()), (404, "not_found"));
    assert_eq!(admin.get("/v1/accounts/me").await.status, 404);
    assert_eq!(admin.get("/v1/accounts?limit=0").await.status, 400);
}

#[tokio::test]
async fn a_suspended_account_is_out_at_once_and_can_be_restored() {
    let house = House::open().await;
    let (admin, amina) = (house.admin().await, house.host().await);
    let address = format!("/v1/accounts/{}", amina.id);
    assert_eq!(amina.get("/v1/me").await.status, 200);
    let suspended = admin.post(&format!("{address}/suspend"), json!({})).await;
    assert_eq!(
        (suspended.status, suspended.json()["state"].as_str()),
        (200, Some("suspended")),
        "{}",
        suspended.text()
    );
    assert_eq!(amina.get("/v1/me").await.status, 401);
    let refresh = house.post("/v1/sessions/refresh", json!({"refresh_token": amina.refresh_token})).await;
    assert_eq!(refresh.status, 401);
    let again = admin.post(&format!("{address}/suspend"), json!({})).await;
    assert_eq!((again.code(), again.json()["allowed"].clone()), ("wrong_state".into(), json!(["restore"])));
    let restored = admin.send(reqwest::Method::POST, &format!("{address}/restore"), None).await;
    assert_eq!((restored.status, restored.json()["state"].as_str()), (200, Some("active")));
    assert_eq!(amina.get("/v1/me").await.status, 401, "its sessions have ended");
    assert_eq!(house.sign_in(&amina.id, &amina.email).await.get("/v1/me").await.status, 200);
    assert_eq!(
        admin.post(&format!("{address}/restore"), json!({})).await.json()["allowed"],
        json!(["suspend"])
    );
}

#[tokio::test]
async fn what_another_process_suspends_is_out_within_five_seconds() {
    let house = House::open().await;
    let amina = house.host().await;
    assert_eq!(amina.get("/v1/me").await.status, 200);
    house.sql("UPDATE account SET state = 'suspended'").await;
    house.advance(Duration::from_secs(5));
    assert_eq!(amina.get("/v1/me").await.status, 401);
}

#[tokio::test]
async fn a_new_role_holds_from_the_next_sign_in() {
    let house = House::open().await;
    let (admin, amina) = (house.admin().await, house.host().await);
    let address = format!("/v1/accounts/{}", amina.id);
    let changed = admin.patch(&address, json!({"role": "admin"})).await;
    assert_eq!((changed.status, changed.json()["role"].as_str()), (200, Some("admin")), "{}", changed.text());
    assert_eq!(amina.get("/v1/me").await.status, 401);
    let amina = house.sign_in(&amina.id, &amina.email).await;
    assert_eq!(amina.get("/v1/accounts").await.status, 200);
    assert_eq!(
        admin.patch(&address, json!({"role": "king"})).await.faults(),
        [("#/role".into(), "not_one_of".into())]
    );
}

#[tokio::test]
async fn nobody_takes_away_the_last_admin() {
    let house = House::open().await;
    let admin = house.admin().await;
    house.account("invited@example.org", "moderator").await;
    let address = format!("/v1/accounts/{}", admin.id);
    let suspend = admin.post(&format!("{address}/suspend"), json!({})).await;
    assert_eq!((suspend.status, &*suspend.code()), (409, "conflict"));
    assert_eq!(admin.patch(&address, json!({"role": "host"})).await.status, 409);
    // Two who take each other's role away at the same time: one is left.
    let other = house.admin().await;
    let (mine, theirs) = (format!("{address}/suspend"), format!("/v1/accounts/{}/suspend", other.id));
    let (one, two) = tokio::join!(admin.post(&theirs, json!({})), other.post(&mine, json!({})));
    let statuses = BTreeSet::from([one.status, two.status]);
    assert!(statuses == BTreeSet::from([200, 409]) || statuses == BTreeSet::from([200, 401]), "{statuses:?}");
    let left = "SELECT count(*) AS n FROM account WHERE role = 'admin' AND state = 'active'";
    assert_eq!(house.count(left).await, 1);
}

#[tokio::test]
async fn the_command_line_makes_accounts_and_prints_a_token_where_there_is_no_password() {
    let house = House::open().await;
    let create = async |further: &[&str], input: &str| {
        let arguments =
            [&["account", "create", "--email", "amina@example.org", "--role", "host"], further].concat();
        house.solidarity_reading(&arguments, input).await
    };
    let weak = create(&["--password-stdin"], "password\n").await;
    assert_eq!(weak.code, Some(1));
    assert!(weak.stderr.contains("at least 15 characters"), "{}", weak.stderr);
    let made = create(&["--json", "--display-name", "Amina"], "").await.done();
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let token = made["token"].as_str().unwrap();
    let body = json!({"token": token, "password": "marigold tractor seventeen fog"});
    let accepted = house.post("/v1/invitations/accept", body).await;
    assert_eq!((accepted.status, accepted.json()["display_name"].as_str()), (200, Some("Amina")));
    let twice = create(&[], "").await;
    assert_eq!(twice.code, Some(1));
    assert!(twice.stderr.contains("There is an account with this e-mail address"), "{}", twice.stderr);
    let wrong = house.solidarity(&["account", "create", "--email", "x", "--role", "host"]).await;
    assert_eq!(wrong.code, Some(1));
    let wrong = house.solidarity(&["account", "create", "--email", "x@example.org", "--role", "king"]).await;
    assert_eq!(wrong.code, Some(2));
}
