//! What identifiers tell, and in which order lists are without them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::events::past;
use crate::house::House;
use crate::initiatives::initiative;

/// The version of a UUID (RFC 9562 §4.2).
fn version(record: &Value) -> char {
    record["id"].as_str().unwrap().chars().nth(14).unwrap()
}

#[tokio::test]
async fn no_public_identifier_tells_when_it_was_made() {
    let house = House::open().await;
    let (host, admin) = (house.host().await, house.admin().await);
    let event = host.makes("events", past()).await;
    let outcome = json!({"event": event["id"], "kind": "need", "text": "Water", "language": "en"});
    let story = json!({"kind": "blog", "title": "Seeds", "url": "https://example.org/b", "language": "en"});
    let organisation = json!({"name": "Sample group", "kind": "grassroots_group"});
    let made = [
        host.makes("outcomes", outcome).await,
        host.makes("stories", story).await,
        host.makes("initiatives", initiative()).await,
        admin.makes("organisations", organisation).await,
        event,
    ];
    assert_eq!(made.each_ref().map(version), ['4'; 5]);
}

#[tokio::test]
async fn lists_are_in_the_order_in_which_records_were_made() {
    let house = House::open().await;
    let host = house.host().await;
    let mut made = Vec::new();
    for n in 0..12 {
        made.insert(0, host.makes("events", past()).await["id"].clone());
        // Some are made in one instant: they are neither skipped nor repeated.
        if n % 3 == 2 {
            house.advance(Duration::from_millis(1));
        }
    }
    let (mut listed, mut query) = (Vec::new(), "/v1/events?limit=5".to_owned());
    loop {
        let page = host.get(&query).await.json();
        listed.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("/v1/events?limit=5&cursor={cursor}");
    }
    assert_eq!(listed.len(), made.len());
    let texts = |ids: &[Value]| ids.iter().map(Value::to_string).collect::<BTreeSet<_>>();
    for (listed, made) in listed.chunks(3).zip(made.chunks(3)) {
        assert_eq!(texts(listed), texts(made));
    }
}
