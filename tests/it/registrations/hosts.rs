//! What hosts see, and who else does not.

use serde_json::{Value, json};

use super::{comer, desk, register, scheduled};
use crate::house::House;

#[tokio::test]
async fn a_host_sees_pseudonyms_in_the_order_of_arrival_and_others_see_nothing() {
    let house = House::open().await;
    let (host, stranger, moderator) = (house.host().await, house.host().await, house.moderator().await);
    let event = scheduled(&host, json!({"capacity": 2})).await;
    let mut people = Vec::new();
    for (name, role) in [("Amina", "activist"), ("Bo", "donor"), ("Cleo", "ally")] {
        let body = json!({"display_name": name, "role": role, "email": format!("{name}@example.org"), "access_needs": "A ramp"});
        people.push(register(&house, &event, body).await.0);
    }
    let list = host.get(&desk(&event)).await;
    assert!(!list.text().contains("example.org") && !list.text().contains("ramp"), "{}", list.text());
    let items = list.json()["items"].clone();
    let names: Vec<&str> =
        items.as_array().unwrap().iter().map(|i| i["display_name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Amina", "Bo", "Cleo"]);
    assert_eq!((&items[2]["status"], &items[2]["arrival"]), (&json!("waitlisted"), &json!(3)));
    let waiting = moderator.get(&format!("{}?status=waitlisted,pending&role=ally,donor", desk(&event))).await;
    assert_eq!(waiting.json()["items"].as_array().unwrap().len(), 1);
    let first = host.get(&format!("{}?limit=2", desk(&event))).await.json();
    let next = format!("{}?limit=2&cursor={}", desk(&event), first["next_cursor"].as_str().unwrap());
    let second = host.get(&next).await.json();
    assert_eq!((&second["items"][0]["display_name"], &second["next_cursor"]), (&json!("Cleo"), &Value::Null));

    let one = host.get(&people[0].at("")).await.json();
    assert_eq!((&one["access_needs"], &one["has_email"]), (&json!("A ramp"), &json!(true)));
    let read = "SELECT count(*) AS n FROM audit_entry WHERE action = 'read' AND record_kind = 'registration'";
    assert_eq!(house.count(read).await, 1);
    for path in [desk(&event), people[0].at("")] {
        assert_eq!(stranger.get(&path).await.status, 404, "{path}");
        assert_eq!(house.member().await.get(&path).await.status, 403, "{path}");
    }
    for verb in ["confirm", "decline", "cancel", "check-in", "mark-absent"] {
        assert_eq!(stranger.post(&people[0].at(verb), json!({})).await.status, 404, "{verb}");
    }
    let settings = format!("/v1/events/{}/registration-settings", event["id"].as_str().unwrap());
    let taken = host.get(&settings).await.json();
    assert_eq!(taken["taken"], json!({"activist": 1, "donor": 1, "ally": 0}));
    assert_eq!(stranger.get(&settings).await.status, 404);
}

#[tokio::test]
async fn a_contact_is_told_one_by_one_with_a_reason_that_stays() {
    let house = House::open().await;
    let (host, moderator, admin) = (house.host().await, house.moderator().await, house.admin().await);
    let event = scheduled(&host, json!({})).await;
    let mut body = comer("activist");
    body["email"] = json!("amina@example.org");
    let (amina, _) = register(&house, &event, body).await;
    let at = amina.at("contact");
    assert_eq!(host.post(&at, json!({})).await.faults()[0], ("#/reason".into(), "required".into()));
    assert_eq!(moderator.post(&at, json!({"reason": "Because"})).await.status, 403);
    assert_eq!(house.host().await.post(&at, json!({"reason": "Because"})).await.status, 404);
    let told = host.post(&at, json!({"reason": "The venue has changed"})).await.json();
    assert_eq!(told, json!({"email": "amina@example.org", "verified": false}));
    assert_eq!(admin.post(&at, json!({"reason": "She asked us to"})).await.status, 200);
    let one = moderator.get(&amina.at("")).await.json();
    assert_eq!(
        (&one["reveals"][0]["reason"], &one["reveals"][0]["by"]),
        (&json!("The venue has changed"), &json!(host.id))
    );
    assert_eq!(one["reveals"].as_array().unwrap().len(), 2);
    let noted =
        "SELECT count(*) AS n FROM audit_entry WHERE action = 'read' AND record_kind = 'registration'";
    assert_eq!(house.count(noted).await, 3);
    assert!(!house.dump("audit_entry").await.contains("The venue has changed"));
}
