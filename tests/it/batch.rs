//! `/v1/batch`: queues that were written offline.

use std::io::Write as _;
use std::net::TcpStream;

use api::config::settings::{FORM_LIMITS, RATE_LIMITS};
use futures_util::future::join;
use reqwest::Method;
use serde_json::{Value, json};

use crate::events::{dialogue, past};
use crate::house::actors::Actor;
use crate::house::{Answer, House, answer};
use crate::records::sorted;
use crate::registrations::{HOUR, comer, in_hours};

/// A strong id, which is a key.
fn id() -> String {
    api::ids::v4().to_string()
}

fn item(id: &str, method: &str, path: &str, body: Value) -> Value {
    json!({"id": id, "method": method, "path": path, "body": body})
}

fn person(id: &str) -> Value {
    item(id, "POST", "/v1/people", json!({"display_name": "Amina", "role": "activist"}))
}

fn report() -> Value {
    let body = json!({"kind": "event", "id": id(), "reason": "danger", "text": "They are looked for"});
    item(&id(), "POST", "/v1/reports", body)
}

fn verdicts(answer: &Answer) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

fn statuses(verdicts: &[Value]) -> Vec<u64> {
    verdicts.iter().map(|verdict| verdict["status"].as_u64().unwrap()).collect()
}

async fn send(actor: &Actor<'_>, items: &[Value]) -> Vec<Value> {
    verdicts(&actor.post("/v1/batch", json!({"items": items})).await)
}

#[tokio::test]
async fn a_queue_is_done_in_its_order_and_once_however_often_it_is_sent() {
    let house = House::open().await;
    let host = house.host().await;
    let soon = in_hours(&house, &host, 30, 5).await;
    house.advance(29 * HOUR);
    let host = house.sign_in(&host.id, &host.email).await;
    let mut checked_in = item("in", "POST", "/v1/registrations/{came#/registration/id}/check-in", json!({}));
    checked_in.as_object_mut().unwrap().remove("body");
    let mut scheduled = item("s", "POST", "/v1/events/{e}/schedule", json!({}));
    scheduled["if_match"] = json!("{e}");
    let mut edited = item("edit", "PATCH", "/v1/events/{e}", json!({"title": "Another name"}));
    edited["if_match"] = json!("{s}");
    let quote = json!({"event": {"$from": "e"}, "person": {"$from": "p"}, "text": "We keep the seeds", "language": "en",
        "attribution": {"level": "anonymous"}, "consent": {"purpose": "publish_quote", "method": "written"}});
    let queue = [
        person("p"),
        item("e", "POST", "/v1/events", past()),
        scheduled,
        item("q", "POST", "/v1/quotes", quote.clone()),
        edited,
        item(
            "came",
            "POST",
            &format!("/v1/events/{}/registrations", soon["id"].as_str().unwrap()),
            comer("ally"),
        ),
        checked_in,
    ];
    let first = send(&host, &queue).await;
    assert_eq!(statuses(&first), [201, 201, 200, 201, 200, 201, 200], "{first:#?}");
    for (item, verdict) in queue.iter().zip(&first) {
        assert_eq!((&verdict["id"], verdict.get("replayed")), (&item["id"], None));
    }
    let (event, said) = (&first[1]["body"], &first[3]["body"]);
    assert_eq!((&said["event"], &said["person"]), (&event["id"], &first[0]["body"]["id"]));
    assert_eq!(first[1]["location"], format!("/v1/events/{}", event["id"].as_str().unwrap()));
    assert_eq!((&first[1]["etag"], &first[4]["body"]["title"]), (&json!("\"1\""), &json!("Another name")));
    assert_eq!(first[6]["body"]["status"], "attended");
    assert!(first[3]["body"]["manage_token"].is_string(), "told once, and whenever it is asked again");

    // Whole, in part, and alone: nothing is done twice, and what is refused is what the edit was made on.
    let again = send(&host, &queue).await;
    assert_eq!(statuses(&again), [201, 201, 200, 201, 412, 201, 200], "{again:#?}");
    for place in [0, 1, 2, 3, 5, 6] {
        assert_eq!((&again[place]["replayed"], &again[place]["body"]), (&json!(true), &first[place]["body"]));
    }
    assert_eq!(send(&host, &[queue[0].clone(), queue[1].clone(), queue[3].clone()]).await[2]["body"], *said);
    let mut alone = quote;
    (alone["event"], alone["person"]) = (event["id"].clone(), first[0]["body"]["id"].clone());
    let alone = house.request(Method::POST, "/v1/quotes").bearer_auth(&host.token).json(&alone);
    let alone = answer(alone.header("idempotency-key", "q")).await;
    assert_eq!((alone.header("idempotent-replayed"), alone.json()), ("true", said.clone()));
    let other =
        send(&host, &[item("p", "POST", "/v1/people", json!({"display_name": "Bo", "role": "ally"}))]).await;
    assert_eq!(
        (&other[0]["status"], &other[0]["body"]["code"]),
        (&json!(422), &json!("idempotency_key_reused"))
    );
    for (table, rows) in [("person", 1), ("event", 2), ("quote", 1), ("registration", 1)] {
        assert_eq!(house.count(&format!("SELECT count(*) AS n FROM {table}")).await, rows, "{table}");
    }
}

#[tokio::test]
async fn two_of_the_same_and_lines_that_break_leave_one() {
    let house = House::open().await;
    let host = house.host().await;
    let made = async || house.count("SELECT count(*) AS n FROM person").await;
    let queue: Vec<Value> = (0..12).map(|_| person(&id())).collect();
    let (one, other) = join(send(&host, &queue), send(&host, &queue)).await;
    for (one, other) in one.iter().zip(&other) {
        assert_eq!((&one["status"], &one["body"]["id"]), (&other["status"], &other["body"]["id"]));
        assert_ne!(one.get("replayed").is_some(), other.get("replayed").is_some(), "one of them made it");
    }
    assert_eq!(made().await, 12);

    // Cut in the middle of what is sent, then before the answer.
    let queue: Vec<Value> = (0..40).map(|_| person(&id())).collect();
    let body = json!({"items": queue}).to_string();
    let head = format!(
        "POST /v1/batch HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        host.token,
        body.len()
    );
    for sent in [body.len() / 2, body.len()] {
        let mut client = TcpStream::connect(house.address.trim_start_matches("http://")).unwrap();
        client.write_all(head.as_bytes()).unwrap();
        client.write_all(&body.as_bytes()[..sent]).unwrap();
        drop(client);
        assert!(sent == body.len() || made().await == 12, "half a queue is none");
    }
    let (rest, all) = join(send(&host, &queue[20..]), send(&host, &queue)).await;
    assert!(statuses(&rest).into_iter().chain(statuses(&all)).all(|status| status == 201));
    assert_eq!(made().await, 52);
}

#[tokio::test]
async fn each_item_is_judged_by_its_own_credentials_and_a_refused_one_takes_along_only_what_refers_to_it() {
    let house = House::open().await;
    let (host, other) = (house.host().await, house.host().await);
    let event = other.makes("events", dialogue()).await;
    let theirs = format!("/v1/events/{}", event["id"].as_str().unwrap());
    let mut edit = item("edit", "PATCH", &theirs, json!({"title": "Mine"}));
    edit["if_match"] = json!("\"1\"");
    let mut by_them = edit.clone();
    (by_them["id"], by_them["authorization"]) = (json!("theirs"), json!(other.token));
    let mut forged = person("forged");
    forged["authorization"] = json!("sol_mt_AAAA");
    let queue = [
        edit,
        by_them,
        forged,
        item("bad", "POST", "/v1/people", json!({"display_name": ""})),
        item("about", "POST", "/v1/quotes", json!({"person": {"$from": "bad"}, "text": "x"})),
        item("on", "DELETE", "/v1/people/{about}", json!({})),
        item("none", "DELETE", "/v1/people/{p#/nothing}", json!({})),
        item("away", "POST", "/v1/nowhere", json!({})),
        item("get", "PUT", "/v1/people", json!({})),
    ];
    let queue: Vec<Value> = [person("p")].into_iter().chain(queue).collect();
    let told = send(&host, &queue).await;
    assert_eq!(statuses(&told), [201, 404, 200, 401, 422, 409, 409, 409, 404, 405], "{told:#?}");
    assert_eq!(told[2]["body"]["title"], "Mine");
    let pointer = &told[4]["body"]["errors"][0]["pointer"];
    assert!(pointer.as_str().unwrap().starts_with("#/"), "of the item's own body: {pointer}");
    for refused in &told[5..8] {
        assert_eq!(refused["body"]["code"], "earlier_item_failed");
        assert_eq!(refused["body"]["type"], "/problems/earlier_item_failed");
        assert!(refused["body"]["instance"].as_str().unwrap().starts_with("urn:uuid:"));
    }
    assert_eq!(house.count("SELECT count(*) AS n FROM person").await, 1);

    // Without credentials for the whole, tokens open what they open; an id is a key, and has to be a strong one.
    let in_days = in_hours(&house, &host, 90, 9).await;
    let desk = format!("/v1/events/{}/registrations", in_days["id"].as_str().unwrap());
    let (key, strong) = (id(), id());
    let mut mine = item(&strong, "POST", "/v1/registrations/mine/cancel", json!({}));
    mine["authorization"] = json!(format!("{{{key}#/manage_token}}"));
    let queue = [
        item("weak", "POST", &desk, comer("ally")),
        item(&key, "POST", &desk, comer("ally")),
        mine,
        person(&id()),
    ];
    let told = verdicts(&house.post("/v1/batch", json!({"items": queue})).await);
    assert_eq!(statuses(&told), [400, 201, 200, 401], "{told:#?}");
    assert_eq!(told[0]["body"]["errors"][0]["code"], "weak_key");
    let again = verdicts(&house.post("/v1/batch", json!({"items": queue})).await);
    assert_eq!((&again[1]["body"], &again[1]["replayed"]), (&told[1]["body"], &json!(true)));
    // A token that does not hold is refused item by item as well.
    let key = house.request(Method::POST, "/v1/batch").header("x-api-key", "sol_live_AAAA");
    assert_eq!(statuses(&verdicts(&answer(key.json(&json!({"items": [person("a")]}))).await)), [401]);
}

#[tokio::test]
async fn a_batch_with_a_fault_of_its_own_is_refused_whole() {
    let house = House::open().await;
    let host = house.host().await;
    let with = |member: &str, value: Value| {
        let mut changed = person("b");
        changed[member] = value;
        changed
    };
    for (second, pointer, code) in [
        (with("id", json!("a")), "#/items/1/id", "repeated_value"),
        (with("id", json!("")), "#/items/1/id", "invalid_format"),
        (with("id", json!("a b")), "#/items/1/id", "invalid_format"),
        (with("method", json!("GET")), "#/items/1/method", "not_one_of"),
        (with("more", json!(1)), "#/items/1/more", "unknown_field"),
        (with("body", json!([])), "#/items/1/body", "wrong_type"),
        (with("body", json!({"display_name": "A\u{0}"})), "#/items/1/body/display_name", "control_character"),
        (with("body", json!({"a": [{"$from": "b"}]})), "#/items/1/body/a/0", "unknown_item"),
        (with("body", json!({"a": {"$from": "a", "b": 1}})), "#/items/1/body/a", "unknown_item"),
        (with("if_match", json!("{c}")), "#/items/1/if_match", "unknown_item"),
        (with("authorization", json!("{a#}")), "#/items/1/authorization", "unknown_item"),
        (with("path", json!("/v1/people/{c}")), "#/items/1/path", "unknown_item"),
        (with("path", json!("/v1/people?x=1")), "#/items/1/path", "invalid_format"),
        (with("path", json!("/v1/%70eople")), "#/items/1/path", "invalid_format"),
        (with("path", json!("/v1/{a}")), "#/items/1/path", "invalid_format"),
        (with("path", json!("/livez")), "#/items/1/path", "invalid_format"),
        (with("path", json!("/v1/batch")), "#/items/1/path", "not_in_a_batch"),
        (with("path", json!("/v1/sessions")), "#/items/1/path", "not_in_a_batch"),
        (with("path", json!("/v1/sessions/refresh")), "#/items/1/path", "not_in_a_batch"),
        (with("path", json!("/v1/password-resets")), "#/items/1/path", "not_in_a_batch"),
        (with("path", json!("/v1/invitations/accept")), "#/items/1/path", "not_in_a_batch"),
        (with("path", json!("/v1/imports")), "#/items/1/path", "not_in_a_batch"),
        (with("path", json!("/v1/import-mappings/crm")), "#/items/1/path", "not_in_a_batch"),
        (with("path", json!("/v1/exports")), "#/items/1/path", "not_in_a_batch"),
    ] {
        let refused = host.post("/v1/batch", json!({"items": [person("a"), second]})).await;
        assert_eq!(sorted(&refused), [(pointer.to_owned(), code.to_owned())], "{second}");
    }
    for items in [json!([]), json!(vec![person("a"); 101])] {
        let refused = host.post("/v1/batch", json!({"items": items})).await;
        assert_eq!((refused.status, &*refused.faults()[0].0), (422, "#/items"));
    }
    assert_eq!(house.send(Method::POST, "/v1/batch").await.status, 422);
    assert_eq!(house.get("/v1/batch").await.status, 405);
    assert_eq!(house.count("SELECT count(*) AS n FROM person").await, 0, "nothing was done");
}

#[tokio::test]
async fn a_batch_is_no_way_round_an_allowance() {
    let house = House::open_with(&[(&RATE_LIMITS, "4/h")]).await;
    let queue: Vec<Value> = (0..5).map(|_| report()).collect();
    let told = verdicts(&house.post("/v1/batch", json!({"items": queue})).await);
    assert_eq!(statuses(&told), [202, 202, 202, 429, 429], "the batch itself is one");
    assert_eq!(told[3]["body"]["code"], "too_many_requests");
    assert!(told[3]["retry_after"].as_u64().is_some_and(|seconds| seconds > 0));
    assert_eq!(house.get("/v1/gallery").await.status, 429);

    let house = House::open_with(&[(&RATE_LIMITS, "1000/h"), (&FORM_LIMITS, "2/h, 100/h")]).await;
    let told = verdicts(&house.post("/v1/batch", json!({"items": queue})).await);
    assert_eq!(statuses(&told), [202, 202, 429, 429, 429]);
    assert_eq!(house.count("SELECT count(*) AS n FROM report").await, 2);
}
