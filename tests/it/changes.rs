//! `/v1/changes`: whoever only follows it ends with what the lists say.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::events::{dialogue, past};
use crate::house::House;
use crate::house::actors::Actor;
use crate::keys::{key, organisation};
use crate::records::address;
use crate::series::weekly;

const READING: [&str; 9] = [
    "changes:read",
    "events:read",
    "events:write",
    "registrations:read",
    "registrations:write",
    "outcomes:read",
    "quotes:read",
    "quotes:write",
    "initiatives:read",
];
const LISTS: [&str; 8] =
    ["organisations", "people", "initiatives", "series", "events", "outcomes", "quotes", "stories"];
const DAY: Duration = Duration::from_secs(86_400);

/// Identifiers with their versions.
type Records = BTreeMap<String, i64>;

/// A copy kept by following the feed; all that it remembers from page to page is a cursor.
#[derive(Clone, Default)]
struct Copy {
    records: Records,
    kinds: BTreeSet<String>,
    cursor: Option<String>,
    last: i64,
}

impl Copy {
    /// Reads on to the end, a few at a time.
    async fn follow(&mut self, reader: &Actor<'_>) {
        loop {
            let cursor = self.cursor.as_ref().map(|c| format!("&cursor={c}")).unwrap_or_default();
            let page = reader.get(&format!("/v1/changes?limit=7{cursor}")).await;
            assert_eq!((page.status, page.header("cache-control")), (200, "no-store"), "{}", page.text());
            let (more, page) = (!page.header("link").is_empty(), page.json());
            self.cursor = Some(page["next_cursor"].as_str().expect("always a cursor").to_owned());
            let changes = page["items"].as_array().unwrap();
            for change in changes {
                let seq = change["seq"].as_i64().unwrap();
                assert!(seq > self.last, "in order");
                self.last = seq;
                self.kinds.insert(change["kind"].as_str().unwrap().to_owned());
                let id = change["id"].as_str().unwrap().to_owned();
                match change["op"].as_str().unwrap() {
                    "upsert" => self.records.insert(id, change["version"].as_i64().unwrap()),
                    "delete" => self.records.remove(&id),
                    other => panic!("{other}"),
                };
            }
            if changes.is_empty() && !more {
                return;
            }
        }
    }
}

/// What the lists say, and who registered for the events that are in them.
async fn listed(reader: &Actor<'_>) -> Records {
    let mut all = Records::new();
    for list in LISTS {
        for item in every(reader, &format!("/v1/{list}")).await {
            all.insert(item["id"].as_str().unwrap().to_owned(), item["version"].as_i64().expect(list));
            if list == "events" {
                let registered = every(reader, &format!("{}/registrations", address(&item))).await;
                all.extend(registered.iter().map(|one| {
                    (one["id"].as_str().unwrap().to_owned(), one["version"].as_i64().expect("a version"))
                }));
            }
        }
    }
    all
}

async fn every(reader: &Actor<'_>, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = reader.get(&format!("{path}?limit=100{cursor}")).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        let page = page.json();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

#[tokio::test]
async fn it_tells_of_what_becomes_and_ceases_to_be_the_organisations_own() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (one, two) = (organisation(&admin, "One").await, organisation(&admin, "Two").await);
    let (ours, theirs) = (key(&admin, &one, &READING).await, key(&admin, &two, &READING).await);
    let (partner, other) = (house.with_key(&ours), house.with_key(&theirs));

    // What was there before it first asked.
    let mut event = past();
    event["hosts"] = json!([one["id"]]);
    let event = admin.makes("events", event).await;
    let outcome = json!({"event": event["id"], "kind": "finding", "text": "Seeds last", "language": "en"});
    let outcome = admin.makes("outcomes", outcome).await;
    let quote = json!({"event": event["id"], "text": "We keep the seeds", "language": "en", "attribution": {"level": "anonymous"},
        "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}});
    let quote = partner.makes("quotes", quote).await;
    let person = partner.makes("people", json!({"display_name": "Amina", "role": "activist"})).await;
    let series = partner.makes("series", weekly(&house)).await;
    let mut open = dialogue();
    open["registration"] = json!("open");
    let open = partner.makes("events", open).await;
    partner.does("submit", &open).await;
    house.moderator().await.does("schedule", &open).await;
    let body = json!({"display_name": "Kofi", "role": "activist", "consents": [{"purpose": "participate", "method": "written",
        "text_version": "1", "language": "en", "given_at": "2024-01-01T09:00:00Z", "given_by": "Desk"}]});
    let registered = partner.post(&format!("{}/registrations", address(&open)), body).await;
    assert_eq!(registered.status, 201, "{}", registered.text());
    let (mut copy, mut elsewhere) = (Copy::default(), Copy::default());
    copy.follow(&partner).await;
    assert_eq!(copy.records, listed(&partner).await);
    assert!(
        [&one, &event, &outcome, &quote, &person, &series].iter().all(|r| copy.records.contains_key(id(r)))
    );
    elsewhere.follow(&other).await;
    assert_eq!(elsewhere.records, Records::from([(id(&two).to_owned(), 1)]), "nothing of others");

    // An edit, and what is no edit.
    admin.edits(&event, json!({"title": "Of seeds"})).await;
    admin.edits(&event, json!({"title": "Of seeds"})).await;
    let before = copy.last;
    copy.follow(&partner).await;
    assert_eq!(copy.last, before + 1, "one change");
    // The event changes hands, and with it what came from it, but for what the partner recorded itself.
    admin.edits(&event, json!({"hosts": [two["id"]]})).await;
    copy.follow(&partner).await;
    elsewhere.follow(&other).await;
    assert_eq!(copy.records, listed(&partner).await);
    assert!(!copy.records.contains_key(id(&event)) && !copy.records.contains_key(id(&outcome)));
    assert!(copy.records.contains_key(id(&quote)));
    assert_eq!(elsewhere.records, listed(&other).await);
    assert!([&event, &outcome, &quote].iter().all(|record| elsewhere.records.contains_key(id(record))));
    // Withdrawn and removed.
    partner.does("withdraw", &quote).await;
    assert_eq!(admin.delete(address(&outcome)).await.status, 204);
    for (copy, reader) in [(&mut copy, &partner), (&mut elsewhere, &other)] {
        copy.follow(reader).await;
        assert_eq!(copy.records, listed(reader).await);
    }
    assert!(!elsewhere.records.contains_key(id(&outcome)));

    // Scopes, and who may at all.
    let narrow = key(&admin, &one, &["changes:read", "events:read"]).await;
    let narrow = house.with_key(&narrow);
    let mut events = Copy::default();
    events.follow(&narrow).await;
    assert_eq!(events.kinds, BTreeSet::from(["event".to_owned(), "series".to_owned()]));
    let cursor = copy.cursor.as_ref().unwrap();
    for (reader, cursor) in [(&narrow, cursor), (&other, cursor), (&admin, cursor)] {
        let refused = reader.get(&format!("/v1/changes?cursor={cursor}")).await;
        assert_eq!((refused.status, &*refused.code()), (410, "cursor_too_old"), "{}", refused.text());
    }
    assert_eq!(partner.get("/v1/changes?cursor=AAAAAAAAAAAA").await.status, 400);
    let blind = key(&admin, &one, &["events:read"]).await;
    assert_eq!(house.with_key(&blind).get("/v1/changes").await.code(), "insufficient_scope");
    assert_eq!(house.host().await.get("/v1/changes").await.status, 403);
    assert_eq!(house.get("/v1/changes").await.status, 401);
    // The staff is told of everything, newcomers' requests included.
    let asked = json!({"initiative": {"title": "Seeds", "summary": "We keep seeds.", "country": "SS", "language": "en"},
        "submitter": {"name": "Amina", "role": "activist"}});
    assert_eq!(house.post("/v1/submissions", asked).await.status, 201);
    let mut staff = Copy::default();
    staff.follow(&house.moderator().await).await;
    assert!(staff.kinds.contains("submission") && staff.kinds.contains("registration"), "{:?}", staff.kinds);
    assert!(copy.records.iter().all(|(id, version)| staff.records.get(id) == Some(version)));
}

#[tokio::test]
async fn a_reader_misses_nothing_while_many_write() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (one, two) = (organisation(&admin, "One").await, organisation(&admin, "Two").await);
    let given = key(&admin, &one, &READING).await;
    let partner = house.with_key(&given);
    let mut copy = Copy::default();
    copy.follow(&partner).await;
    let writers = (0..6).map(|writer| {
        let (admin, partner, one, two) = (&admin, &partner, &one, &two);
        async move {
            for round in 0..4 {
                let mut body = past();
                body["hosts"] = json!([if round % 2 == 0 { &one["id"] } else { &two["id"] }]);
                let event = admin.makes("events", body).await;
                let outcome = json!({"event": event["id"], "kind": "need", "text": format!("{writer}"), "language": "en"});
                let outcome = admin.makes("outcomes", outcome).await;
                let own = partner.makes("events", dialogue()).await;
                partner.edits(&own, json!({"title": format!("Round {round}")})).await;
                match (writer + round) % 3 {
                    0 => drop(admin.edits(&event, json!({"hosts": [one["id"], two["id"]]})).await),
                    1 => drop(admin.edits(&event, json!({"hosts": [two["id"]]})).await),
                    _ => assert_eq!(admin.delete(address(&outcome)).await.status, 204),
                }
                if round == 2 {
                    assert_eq!(partner.delete(address(&own)).await.status, 204);
                }
            }
        }
    });
    let writing = join_all(writers);
    let done = Cell::new(false);
    // Killed after every page: whoever goes on has a copy that is not written yet, and the cursor that belongs to it.
    let following = async {
        while !done.get() {
            let mut killed = copy.clone();
            killed.follow(&partner).await;
            copy.follow(&partner).await;
        }
    };
    let writing = async {
        writing.await;
        done.set(true);
    };
    join(writing, following).await;
    copy.follow(&partner).await;
    assert_eq!(copy.records, listed(&partner).await);
    assert_eq!(copy.records.keys().filter(|id| *id != self::id(&one)).count(), copy.records.len() - 1);
    let mut late = Copy::default();
    late.follow(&partner).await;
    assert_eq!(late.records, copy.records, "whoever begins now comes to the same");
}

#[tokio::test]
async fn deletions_are_told_for_ninety_days_and_silent_readers_forgotten() {
    let house = House::open().await;
    let admin = house.admin().await;
    let one = organisation(&admin, "One").await;
    let given = key(&admin, &one, &READING).await;
    let partner = house.with_key(&given);
    let mut copy = Copy::default();
    let event = partner.makes("events", dialogue()).await;
    copy.follow(&partner).await;
    let mut behind = copy.clone();
    assert_eq!(partner.delete(address(&event)).await.status, 204);
    copy.follow(&partner).await;
    // The organisation goes on reading, and so is not forgotten itself.
    house.advance(DAY * 60);
    copy.follow(&partner).await;
    house.advance(DAY * 31);
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM change_entry WHERE gone").await, 0);
    copy.follow(&partner).await;
    let refused = partner.get(&format!("/v1/changes?cursor={}", behind.cursor.as_ref().unwrap())).await;
    assert_eq!((refused.status, &*refused.code()), (410, "cursor_too_old"), "{}", refused.text());
    behind = Copy::default();
    behind.follow(&partner).await;
    assert_eq!((&behind.records, &copy.records), (&listed(&partner).await, &behind.records));

    house.advance(DAY * 91);
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM change_reader").await, 0);
    let refused = partner.get(&format!("/v1/changes?cursor={}", copy.cursor.as_ref().unwrap())).await;
    assert_eq!(refused.code(), "cursor_too_old");
}
