//! Facilitators, interpreters and note takers.

use serde_json::{Value, json};

use super::dialogue;
use crate::house::House;
use crate::records::{address, sorted};

#[tokio::test]
async fn those_who_help_are_named_and_never_public() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = admin.makes("organisations", json!({"name": "Interpreters' circle", "kind": "ngo"})).await;
    let person = json!({"display_name": "Amina Facilitator", "role": "activist"});
    let person = admin.makes("people", person).await;
    let consent = json!({"person": person["id"], "purpose": "publish_name", "scope": ["gallery", "feeds"], "method": "written", "level": "name"});
    let _ = admin.post("/v1/consents", consent).await;
    let mut body = dialogue();
    body["facilitators"] = json!([person["id"]]);
    body["interpreters"] = json!([group["id"], person["id"]]);
    body["note_takers"] = json!([person["id"]]);
    let event = admin.makes("events", body).await;
    assert_eq!(event["facilitators"], json!([person["id"]]));
    assert_eq!(
        event["interpreters"],
        json!([group["id"], person["id"]]),
        "in the order in which they were given"
    );
    admin.does("schedule", &event).await;
    let public = house.gallery(&event).await;
    assert_eq!(public.status, 200);
    for word in
        ["Amina", "circle", "facilitators", person["id"].as_str().unwrap(), group["id"].as_str().unwrap()]
    {
        assert!(!public.text().contains(word), "{word}");
    }
    let edited = admin.edits(&event, json!({"note_takers": null})).await;
    assert_eq!((&edited["note_takers"], &edited["facilitators"]), (&json!([]), &json!([person["id"]])));
    let refused = admin.patch(address(&event), json!({"interpreters": [event["id"]]})).await;
    assert_eq!(sorted(&refused), [("#/interpreters/0".to_owned(), "wrong_reference".to_owned())]);

    let exported = house.export().await;
    let line: Value = exported
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|line| line["type"] == "event")
        .unwrap();
    assert_eq!((&line["facilitators"], &line["note_takers"]), (&json!([person["id"]]), &Value::Null));
    let refused = admin.delete(address(&group)).await;
    assert_eq!(refused.status, 409, "it is referred to");
    let draft = admin.makes("events", {
        let mut body = dialogue();
        body["facilitators"] = json!([person["id"]]);
        body
    });
    assert_eq!(admin.delete(address(&draft.await)).await.status, 204);
}

#[tokio::test]
async fn whoever_helps_does_not_own_the_event_and_its_host_knows_them() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = admin.makes("organisations", json!({"name": "Sample group", "kind": "ngo"})).await;
    let id = group["id"].as_str().unwrap();
    let (host, hosting) = house.somebody("host", id).await;
    let (helper, helping) = house.somebody("host", id).await;
    let mut body = dialogue();
    body["hosts"] = json!([hosting["id"]]);
    body["facilitators"] = json!([helping["id"]]);
    let event = admin.makes("events", body).await;
    assert_eq!(helper.get(address(&event)).await.status, 404);
    assert_eq!(host.get(address(&helping)).await.status, 200);
    assert_eq!(helper.get(address(&hosting)).await.status, 404);
    let edited = host.edits(&event, json!({"interpreters": [helping["id"]]})).await;
    assert_eq!(edited["interpreters"], json!([helping["id"]]));
}
