//! Taking back what an import brought.

use serde_json::{Value, json};

use super::{event, file, import, partner, record, verdicts};
use crate::house::House;
use crate::records::address;

#[tokio::test]
async fn undoing_removes_what_an_import_brought_and_nobody_touched() {
    let house = House::open().await;
    let (admin, moderator) = (house.admin().await, house.moderator().await);
    let (_, desk) = partner(&house, &admin).await;
    import(&house, &desk, "", file([event("before")])).await;
    let quote = json!({"type": "quote", "id": "q", "event": "e2", "text": "Seeds", "person": "p",
        "consent": {"purpose": "publish_quote", "method": "written"}});
    let person = json!({"type": "person", "id": "p", "display_name": "Amina", "role": "ally",
        "consents": [{"purpose": "publish_name", "method": "written"}]});
    let mut titled = event("before");
    titled["title"] = json!("Grain");
    let sent = file([titled, person, event("e1"), event("e2"), event("e3"), quote]);
    let told = import(&house, &desk, "", sent.clone()).await;
    let brought = verdicts(&desk, &told, "").await;
    let held = record(&desk, "events", &brought, "e1").await;
    moderator.edits(&held, json!({"title": "Our seeds"})).await;
    let of_e3 = record(&desk, "events", &brought, "e3").await["id"].clone();
    moderator
        .makes("outcomes", json!({"event": of_e3, "kind": "need", "text": "Water", "language": "en"}))
        .await;

    let asked = desk.post(&format!("{}/undo", address(&told)), json!({})).await;
    assert_eq!(
        (asked.status, asked.json()["undo"]["status"].as_str()),
        (202, Some("queued")),
        "{}",
        asked.text()
    );
    house.run_jobs().await;
    let undone: Value = desk.get(address(&told)).await.json();
    assert_eq!(undone["undo"], json!({"status": "done", "removed": 3, "left": 2}));
    let list = desk.get(&format!("{}/undo", address(&told))).await;
    let list: Vec<Value> = list.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let left: Vec<_> =
        list.iter().map(|one| (one["id"].as_str().unwrap(), one["left_because"].as_str())).collect();
    assert_eq!(
        left,
        [("q", None), ("e3", Some("in_use")), ("e2", None), ("e1", Some("touched")), ("p", None)]
    );
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await, 3);
    assert_eq!(house.count("SELECT count(*) AS n FROM consent").await, 0);
    assert_eq!(house.count("SELECT count(*) AS n FROM person").await, 0);
    let twice = desk.post(&format!("{}/undo", address(&told)), json!({})).await;
    assert_eq!((twice.status, &*twice.code()), (409, "wrong_state"));

    // Its ids are free again; what was left is what it was.
    let again = import(&house, &desk, "?mode=partial", sent).await;
    let counts = json!({"created": 3, "updated": 0, "unchanged": 3, "conflict": 0, "gone": 0, "failed": 0});
    assert_eq!(again["verdicts"], counts);
    let none = import(&house, &desk, "?dry_run=true", file([event("x")])).await;
    assert_eq!(desk.post(&format!("{}/undo", address(&none)), json!({})).await.status, 409);
}
