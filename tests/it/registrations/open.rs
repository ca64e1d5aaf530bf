//! Registering, by anyone.

use serde_json::{Value, json};

use super::{comer, desk, received, register, scheduled};
use crate::house::House;

#[tokio::test]
async fn anybody_registers_with_a_pseudonym_and_no_contact() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 1})).await;
    let body = json!({"display_name": " Amina ", "role": "activist", "language": "FR", "access_needs": "A ramp",
        "consents": [{"purpose": "participate", "text_version": "2"}, {"purpose": "record_session"}]});
    let (amina, answer) = register(&house, &event, body).await;
    assert_eq!((&answer["status"], &answer["role"]), (&json!("confirmed"), &json!("activist")));
    assert_eq!((&answer["display_name"], &answer["language"]), (&json!("Amina"), &json!("fr")));
    assert_eq!((&answer["access_needs"], &answer["has_email"]), (&json!("A ramp"), &json!(false)));
    assert_eq!(answer["check_in_code"].as_str().unwrap().len(), 8);
    assert_eq!(uuid::Uuid::parse_str(&amina.id).unwrap().get_version_num(), 4, "it does not tell when");
    let mut purposes: Vec<&str> =
        answer["consents"].as_array().unwrap().iter().map(|c| c["purpose"].as_str().unwrap()).collect();
    purposes.sort_unstable();
    assert_eq!(purposes, ["participate", "record_session"]);
    let (_, waits) = register(&house, &event, comer("donor")).await;
    assert_eq!((&waits["status"], &waits["check_in_code"]), (&json!("waitlisted"), &Value::Null));
    assert_eq!(amina.read().await["allowed"], json!(["edit", "cancel"]));
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_one_registration() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 5})).await;
    let send = async || {
        let request = house.request(reqwest::Method::POST, &desk(&event));
        let request = request.header("idempotency-key", "Zq3kT0xW9bL2mV7cR5nY1pQ8");
        crate::house::answer(request.json(&comer("ally"))).await
    };
    let (first, again) = (send().await, send().await);
    assert_eq!((first.status, again.status, first.json()), (201, 201, again.json()));
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(house.count("SELECT count(*) AS n FROM registration").await, 1);
}

#[tokio::test]
async fn only_what_is_open_and_ahead_takes_registrations() {
    let house = House::open().await;
    let host = house.host().await;
    let refused = async |event: &Value| {
        let answer = house.post(&desk(event), comer("ally")).await;
        (answer.status, answer.code())
    };
    let mut draft = crate::events::dialogue();
    draft["registration"] = json!("open");
    let not_found = (404, "not_found".to_owned());
    assert_eq!(refused(&host.makes("events", draft).await).await, not_found, "a draft");
    let private = scheduled(&host, json!({"visibility": "private"})).await;
    assert_eq!(refused(&private).await, not_found, "a private one");
    let nothing = json!({"id": "00000000-0000-4000-8000-000000000000"});
    assert_eq!(refused(&nothing).await, not_found);

    let closed = (409, "registration_closed".to_owned());
    assert_eq!(refused(&scheduled(&host, json!({"registration": "closed"})).await).await, closed);
    assert_eq!(refused(&scheduled(&host, json!({"registration": "by_invitation"})).await).await, closed);
    let over = scheduled(&host, json!({"when": {"precision": "day", "date": "2021-06-12"}})).await;
    assert_eq!(refused(&over).await, closed);
    let soon = scheduled(&host, json!({"registration_closes_at": "2020-01-01T00:00:00Z"})).await;
    assert_eq!(refused(&soon).await, closed);
    let cancelled = scheduled(&host, json!({})).await;
    host.does("cancel", &cancelled).await;
    assert_eq!(refused(&cancelled).await, closed);
    let unlisted = scheduled(&host, json!({"visibility": "unlisted"})).await;
    assert_eq!(refused(&unlisted).await.0, 201, "who has its address may come");

    // Its host enters people all the same; others' hosts do not.
    let entered = host.post(&desk(&private), comer("activist")).await;
    assert_eq!((entered.status, &entered.json()["registration"]["status"]), (201, &json!("confirmed")));
    assert_eq!(house.host().await.post(&desk(&private), comer("activist")).await.status, 404);
}

#[tokio::test]
async fn a_host_decides_where_they_want_to() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 1, "registration": "by_approval"})).await;
    let (amina, answer) = register(&house, &event, comer("activist")).await;
    let (bo, _) = register(&house, &event, comer("donor")).await;
    let (cleo, _) = register(&house, &event, comer("ally")).await;
    assert_eq!(answer["status"], "pending");
    let decide = async |whose: &super::Registered<'_>, verb: &str| {
        let answer = host.post(&whose.at(verb), json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["status"].clone()
    };
    assert_eq!(decide(&bo, "confirm").await, "confirmed");
    assert_eq!(decide(&amina, "confirm").await, "waitlisted");
    assert_eq!(decide(&cleo, "decline").await, "declined");
    let early = host.post(&amina.at("confirm"), json!({})).await;
    assert_eq!((early.status, &*early.code()), (409, "conflict"), "there is no seat");
    let again = host.post(&cleo.at("decline"), json!({})).await;
    assert_eq!((again.status, &*again.code(), &again.json()["allowed"]), (409, "wrong_state", &json!([])));
    assert_eq!(decide(&bo, "cancel").await, "cancelled");
    assert_eq!(amina.status().await, "confirmed", "in the same moment");
}

#[tokio::test]
async fn what_no_schema_says_is_refused() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({})).await;
    let settings = format!("/v1/events/{}/registration-settings", event["id"].as_str().unwrap());
    let asks = json!({"offers": false, "questions": [{"id": "meals", "text": "What do you eat?", "required": true}]});
    let put = host.send(reqwest::Method::PUT, &settings, Some(asks)).await;
    assert_eq!((put.status, &put.json()["questions"][0]["id"]), (200, &json!("meals")));
    let item = house.gallery(&event).await.json();
    assert_eq!(item["registration_questions"][0]["text"], "What do you eat?");

    let body = json!({"display_name": "A", "role": "king", "x": 1});
    let faults = crate::records::sorted(&house.post(&desk(&event), body).await);
    assert_eq!(faults.len(), 2, "{faults:?}");
    let mut body = comer("ally");
    body["consents"] = json!([{"purpose": "contact"}, {"purpose": "contact"}, {"purpose": "publish_quote"}]);
    body["language"] = json!("english-speaking");
    let faults = crate::records::sorted(&house.post(&desk(&event), body).await);
    let codes: Vec<&str> = faults.iter().map(|(_, code)| &**code).collect();
    assert!(codes.contains(&"repeated") && codes.contains(&"out_of_range"), "{faults:?}");
    let mut body = comer("ally");
    body["answers"] = json!({"shoes": "42"});
    let faults = crate::records::sorted(&house.post(&desk(&event), body.clone()).await);
    let wanted = [("#/answers/meals", "required"), ("#/answers/shoes", "unknown_reference")];
    assert_eq!(faults, wanted.map(|(at, code)| (at.to_owned(), code.to_owned())));
    body["answers"] = json!({"meals": "Everything"});
    let (_, answer) = register(&house, &event, body).await;
    assert_eq!(answer["answers"]["meals"], "Everything");
    let twice = json!({"offers": true, "questions": [{"id": "a", "text": "?"}, {"id": "a", "text": "?"}]});
    let refused = host.send(reqwest::Method::PUT, &settings, Some(twice)).await;
    assert_eq!(refused.faults(), [("#/questions/1/id".to_owned(), "repeated".to_owned())]);
}

#[tokio::test]
async fn a_member_registers_once_with_their_account() {
    let house = House::open().await;
    let (host, member) = (house.host().await, house.member().await);
    let event = scheduled(&host, json!({})).await;
    let answer = member.post(&desk(&event), comer("activist")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let (registered, _) = received(&house, &answer);
    let again = member.post(&desk(&event), comer("activist")).await;
    assert_eq!((again.status, &*again.code()), (409, "conflict"));
    assert_eq!(registered.post("cancel").await.status, 200);
    let (anew, _) = received(&house, &member.post(&desk(&event), comer("activist")).await);
    let first = member.get("/v1/me/registrations?limit=1").await.json();
    let next = format!("/v1/me/registrations?limit=1&cursor={}", first["next_cursor"].as_str().unwrap());
    let mut own =
        [&first, &member.get(&next).await.json()].map(|page| page["items"][0]["status"].to_string());
    own.sort_unstable();
    assert_eq!(own, ["\"cancelled\"", "\"confirmed\""]);
    let cancel = format!("/v1/me/registrations/{}/cancel", anew.id);
    assert_eq!(house.member().await.post(&cancel, json!({})).await.status, 404, "another one's");
    assert_eq!(member.post(&cancel, json!({})).await.json()["status"], "cancelled");
    let accept = member.post(&cancel.replace("cancel", "accept"), json!({})).await;
    assert_eq!((accept.status, &*accept.code()), (409, "wrong_state"));
}
