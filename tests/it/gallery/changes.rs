//! `/v1/gallery/changes`: a reader who only follows it ends with what the server has.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::bundle::{Bundle, event, quote};
use crate::house::House;

/// A copy kept by following the feed.
#[derive(Default)]
struct Mirror {
    items: BTreeMap<String, Value>,
    cursor: Option<String>,
    last: i64,
}

impl Mirror {
    /// Reads on to the end, a few at a time.
    async fn follow(&mut self, house: &House) {
        loop {
            let cursor = self.cursor.as_ref().map(|c| format!("&cursor={c}")).unwrap_or_default();
            let page = house.get(&format!("/v1/gallery/changes?limit=7{cursor}")).await.json();
            self.cursor = Some(page["next_cursor"].as_str().expect("always a cursor").to_owned());
            let changes = page["items"].as_array().unwrap();
            for change in changes {
                let seq = change["seq"].as_i64().unwrap();
                assert!(seq > self.last, "in order");
                self.last = seq;
                let id = change["id"].as_str().unwrap().to_owned();
                match change["op"].as_str().unwrap() {
                    "upsert" => {
                        assert_eq!(change["item"]["id"], change["id"]);
                        self.items.insert(id, change["item"].clone());
                    }
                    "delete" => {
                        assert!(change.get("item").is_none());
                        self.items.remove(&id);
                    }
                    other => panic!("{other}"),
                }
            }
            if changes.is_empty() {
                return;
            }
        }
    }
}

/// Everything the server lists that feeds may carry.
async fn listed(house: &House) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for list in ["events", "initiatives", "quotes", "outcomes", "stories"] {
        for item in house.items(&format!("/v1/gallery/{list}?limit=100")).await {
            all.insert(item["id"].as_str().unwrap().to_owned(), item);
        }
    }
    all
}

#[tokio::test]
async fn a_mirror_is_in_step_after_every_change() {
    let house = House::open().await;
    let mut mirror = Mirror::default();
    mirror.follow(&house).await;
    assert!(mirror.items.is_empty());
    let first = Bundle::of(
        (0..20)
            .map(|i| event(&format!("e{i}")))
            .chain((0..20).map(|i| quote(&format!("q{i}"), &format!("e{i}")))),
    );
    let steps = [
        first.clone(),
        first.clone().without("q3", "consent").with("e4", "title", json!("Renamed")),
        first.clone().with("e5", "visibility", json!("private")).with("e6", "risk", json!("severe")),
        first.clone().with("q7", "status", json!("withdrawn")),
        first,
    ];
    for bundle in steps {
        house.import(&bundle).await.applied();
        mirror.follow(&house).await;
        assert_eq!(mirror.items, listed(&house).await);
    }
}

#[tokio::test]
async fn a_mirror_misses_nothing_while_several_write_at_once() {
    let house = House::open().await;
    let imports = (0..4).map(|source| {
        let mut bundle = Bundle::of((0..30).map(|i| event(&format!("e{i}"))));
        bundle.0[0]["source"] = json!(format!("source-{source}"));
        let house = &house;
        async move { house.import(&bundle).await.applied() }
    });
    let writing = futures_util::future::join_all(imports);
    let mut mirror = Mirror::default();
    let done = std::cell::Cell::new(false);
    let following = async {
        while !done.get() {
            mirror.follow(&house).await;
        }
    };
    let writing = async {
        writing.await;
        done.set(true);
    };
    futures_util::future::join(writing, following).await;
    mirror.follow(&house).await;
    assert_eq!(mirror.items.len(), 120);
    assert_eq!(mirror.items, listed(&house).await);
}

#[tokio::test]
async fn a_cursor_from_before_what_is_told_no_longer_is_refused() {
    let house = House::open().await;
    let bundle = Bundle::of([event("e0"), event("e1")]);
    house.import(&bundle).await.applied();
    let mut mirror = Mirror::default();
    mirror.follow(&house).await;
    let gone = mirror.items.values().find(|item| item["title"] == bundle.0[1]["title"]).unwrap();
    let gone = gone["links"]["self"].as_str().unwrap().to_owned();
    let behind = format!("/v1/gallery/changes?cursor={}", mirror.cursor.as_ref().unwrap());
    house.import(&bundle.with("e0", "visibility", json!("private"))).await.applied();
    mirror.follow(&house).await;
    assert_eq!(house.get(&behind).await.json()["items"][0]["op"], "delete");
    house.advance(std::time::Duration::from_secs(401 * 86_400));
    house.run_jobs().await;
    house.sql("UPDATE gallery_clock SET switched = switched + 1").await;
    let refused = house.get(&behind).await;
    assert_eq!((refused.status, &*refused.code()), (410, "cursor_too_old"), "{}", refused.text());
    mirror.follow(&house).await;
    let mut anew = Mirror::default();
    anew.follow(&house).await;
    assert_eq!((&anew.items, &mirror.items), (&listed(&house).await, &anew.items));
    assert_eq!(house.get(&gone).await.status, 410, "its address still says so");
}
