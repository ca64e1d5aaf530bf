//! `/v1/audit-log`

use std::time::Duration;

use api::audit::{Action, By, Entry, Kind};
use serde_json::Value;
use uuid::Uuid;

use crate::house::House;

fn account(id: &str) -> By {
    By::Account(id.parse().unwrap())
}

#[tokio::test]
async fn admins_read_all_of_it_moderators_their_own_and_others_nothing() {
    let house = House::open().await;
    let (admin, moderator) = (house.admin().await, house.moderator().await);
    let record = Uuid::from_u128(7);
    house
        .note(Entry::new(account(&admin.id), Action::Suspend).on(Kind::Account, record).fields(["state"]))
        .await;
    house.advance(Duration::from_secs(1));
    house.note(Entry::new(account(&moderator.id), Action::Approve).on(Kind::Submission, record)).await;
    house.note(Entry::new(By::System, Action::Create)).await;
    let count = |answer: &Value| answer["items"].as_array().unwrap().len();
    let whole = admin.get(&format!("/v1/audit-log?record={record}")).await;
    assert_eq!((whole.status, whole.header("cache-control")), (200, "no-store"), "{}", whole.text());
    let whole = whole.json();
    assert_eq!(count(&whole), 2);
    let entry = &whole["items"][1];
    assert_eq!((&entry["actor"]["kind"], &entry["actor"]["id"]), (&"account".into(), &(*admin.id).into()));
    assert_eq!((&entry["action"], &entry["record"]["kind"]), (&"suspend".into(), &"account".into()));
    assert_eq!((&entry["fields"][0], &entry["request_id"]), (&"state".into(), &Value::Null));

    let own = moderator.get("/v1/audit-log").await.json();
    assert!(own["items"].as_array().unwrap().iter().all(|entry| entry["actor"]["id"] == *moderator.id));
    assert_eq!(count(&moderator.get(&format!("/v1/audit-log?record={record}")).await.json()), 1);
    let others = moderator.get(&format!("/v1/audit-log?actor={}", admin.id)).await;
    assert_eq!((others.status, count(&others.json())), (200, 0));
    assert_eq!(count(&admin.get("/v1/audit-log?action=approve,reject").await.json()), 1);
    assert_eq!(count(&admin.get("/v1/audit-log?action=approve&kind=account").await.json()), 0);

    for path in ["/v1/audit-log", "/v1/audit-log/verify"] {
        assert_eq!(house.get(path).await.status, 401, "{path}");
        assert_eq!(house.host().await.get(path).await.status, 403, "{path}");
        assert_eq!(house.member().await.get(path).await.status, 403, "{path}");
    }
    assert_eq!(moderator.get("/v1/audit-log/verify").await.status, 403);
}

#[tokio::test]
async fn it_is_read_page_by_page_and_strangers_to_it_are_refused() {
    let house = House::open().await;
    let admin = house.admin().await;
    let record = Uuid::from_u128(9);
    for _ in 0..5 {
        house.note(Entry::new(By::System, Action::Update).on(Kind::Event, record)).await;
        house.advance(Duration::from_secs(1));
    }
    let address = format!("/v1/audit-log?record={record}&limit=2");
    let (mut seen, mut path) = (Vec::new(), address.clone());
    loop {
        let page = admin.get(&path).await.json();
        let at = |entry: &Value| entry["at"].as_str().unwrap().to_owned();
        seen.extend(page["items"].as_array().unwrap().iter().map(at));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{address}&cursor={cursor}");
        assert_eq!(
            admin.get(&format!("/v1/audit-log?limit=2&cursor={cursor}")).await.status,
            400,
            "other filters"
        );
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|one, next| one > next));
    let until = &seen[1];
    let earlier = admin.get(&format!("/v1/audit-log?record={record}&until={until}")).await.json();
    assert_eq!(earlier["items"].as_array().unwrap().len(), 3);
    for wrong in ["action=explode", "kind=secret", "record=7", "from=yesterday", "unknown=1", "limit=0"] {
        assert_eq!(admin.get(&format!("/v1/audit-log?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn an_admin_learns_whether_it_is_what_it_was() {
    let house = House::open().await;
    let admin = house.admin().await;
    for _ in 0..3 {
        house.note(Entry::new(By::System, Action::Update)).await;
    }
    let before = admin.get("/v1/audit-log/verify").await.json();
    assert_eq!(before["intact"], true);
    assert!(before["unlinked"].as_u64().unwrap() >= 3);
    house.run_jobs().await;
    let linked = admin.get("/v1/audit-log/verify").await.json();
    assert_eq!((&linked["intact"], &linked["unlinked"]), (&true.into(), &0.into()));
    house.sql(house.untriggered()).await;
    let first = "(SELECT entry_id FROM audit_link WHERE seq = 1)";
    house.sql(&format!("UPDATE audit_entry SET action = 'read' WHERE id = {first}")).await;
    let broken = admin.get("/v1/audit-log/verify").await.json();
    assert_eq!((&broken["intact"], &broken["linked"]), (&false.into(), &0.into()));
    assert_eq!((&broken["broken"]["seq"], &broken["broken"]["fault"]), (&1.into(), &"changed".into()));
}
