//! Processes that are killed while they erase.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::bundle::{Bundle, event, quote};
use crate::house::House;
use crate::house::program::Server;

const PEOPLE: usize = 60;
const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0", "--no-worker"];
const QUIET: &[(&str, &str)] =
    &[("SOLIDARITY_RATE_LIMITS", "off"), ("SOLIDARITY_REQUIRE_TOTP", "false"), ("SOLIDARITY_LOG", "info")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_erases_people_whole_or_not_at_all_and_forgets_no_promise() {
    let house = House::open().await;
    let people = (0..PEOPLE).map(|n| json!({"type": "person", "id": format!("p{n}"), "display_name": format!("Sample {n}"), "role": "ally"}));
    let words = (0..PEOPLE).map(|n| {
        let mut said = quote(&format!("q{n}"), "e");
        said["person"] = json!(format!("p{n}"));
        said
    });
    house.import(&Bundle::of(people.chain([event("e")]).chain(words))).await.applied();
    let admin = house.admin().await;
    let page: Value = admin.get("/v1/people?limit=100").await.json();
    let ids: Vec<String> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| person["id"].as_str().unwrap().to_owned())
        .collect();
    let mut server = Server::start(&house.variables(QUIET), SERVE);
    let address = server.address();
    let (client, answered) = (reqwest::Client::new(), AtomicUsize::new(0));
    let calls = ids.iter().map(|id| {
        let (client, answered, address, token) = (&client, &answered, &address, &admin.token);
        async move {
            let request = client.delete(format!("{address}/v1/people/{id}")).bearer_auth(token);
            let status = request.send().await.ok()?.status().as_u16();
            assert_eq!(status, 204);
            answered.fetch_add(1, Ordering::Relaxed);
            Some(id.clone())
        }
    });
    let kill = async {
        while answered.load(Ordering::Relaxed) < 15 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        server.signal("KILL");
    };
    let calls =
        stream::iter(calls).buffer_unordered(6).filter_map(std::future::ready).collect::<BTreeSet<String>>();
    let (promised, ()) = tokio::join!(calls, kill);
    drop(server);

    let left = async || {
        let rows = house.rows("SELECT id FROM person").await;
        rows.iter()
            .map(|row| row.try_get::<uuid::Uuid>("", "id").unwrap().to_string())
            .collect::<BTreeSet<_>>()
    };
    let half = "SELECT count(*) AS n FROM quote q WHERE (q.person_id IS NULL) <> (q.status = 'withdrawn')";
    assert_eq!(house.count(half).await, 0);
    assert!(promised.len() >= 15 && promised.is_disjoint(&left().await));
    let erased = house.count("SELECT count(*) AS n FROM erasure").await;
    assert_eq!(erased as usize, PEOPLE - left().await.len());
    // Whoever was to be erased when it died, is when the next one starts; the promised ones are in the ledger all.
    house.solidarity(&["publish", "rebuild"]).await.done();
    let ledger = house.file("erasures.ndjson");
    assert!(promised.iter().all(|id| ledger.contains(id)));
    assert!(left().await.iter().all(|id| !ledger.contains(id)));
    let told = house.count("SELECT count(*) AS n FROM outbox_fact WHERE kind = 'person_erased'").await;
    assert_eq!(told, house.count("SELECT count(*) AS n FROM erasure").await, "each once");
    let public = house.items("/v1/gallery/quotes?limit=100").await.len();
    assert_eq!(public, left().await.len());
}
