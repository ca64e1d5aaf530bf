//! Withdrawing under load, with the token that the speaker has: a second later nobody reads it, in no process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::brakes;
use crate::house::House;
use crate::house::program::Server;

const READERS: usize = 200;
const WORDS: &str = "We buried the seeds";

#[tokio::test]
async fn what_a_speaker_withdraws_two_hundred_readers_of_two_processes_do_not_read_a_second_later() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = brakes::held(&host).await;
    let said = json!({"event": event["id"], "text": WORDS, "language": "en",
        "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}});
    let quote = host.makes("quotes", said).await;
    moderator.does("approve", &quote).await;
    let quiet = [("SOLIDARITY_RATE_LIMITS", "off"), ("SOLIDARITY_LOG", "warn,api::command=info")];
    let mut other =
        Server::start(&house.variables(&quiet), &["serve", "--listen", "127.0.0.1:0", "--no-worker"]);
    let addresses = [house.address.clone(), other.address()];
    let id = quote["id"].as_str().unwrap();
    let paths = [
        format!("/v1/gallery/quotes/{id}"),
        "/v1/gallery/quotes".to_owned(),
        "/v1/gallery/countries/SS".to_owned(),
        "/v1/gallery/search?q=buried".to_owned(),
        "/v1/gallery/changes?limit=100".to_owned(),
    ];
    let (withdrawn, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let reads = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let found = Arc::new(AtomicUsize::new(0));
    let client = reqwest::Client::new();
    let readers = (0..READERS).map(|number| {
        let url = format!("{}{}", addresses[number % 2], paths[number / 2 % paths.len()]);
        let (client, withdrawn, done) = (client.clone(), withdrawn.clone(), done.clone());
        let (reads, found) = (reads.clone(), found.clone());
        tokio::spawn(async move {
            while !done.load(Ordering::Relaxed) {
                let after = withdrawn.load(Ordering::SeqCst);
                let text = client.get(&url).send().await.unwrap().text().await.unwrap();
                assert!(!(after && text.contains(WORDS)), "{url}: {text}");
                found.fetch_add(usize::from(text.contains(WORDS)), Ordering::Relaxed);
                reads[usize::from(after)].fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    let enough = async |which: usize| {
        while reads[which].load(Ordering::Relaxed) < 1000
            && readers.iter().all(|reader| !reader.is_finished())
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    enough(0).await;
    assert!(found.load(Ordering::Relaxed) > 500, "it was there before");
    let token = quote["manage_token"].as_str().unwrap();
    let withdraw = "/v1/consents/mine/withdraw";
    let answer = house.with_token(token, Method::POST, withdraw, Some(json!({}))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    tokio::time::sleep(Duration::from_secs(1)).await;
    withdrawn.store(true, Ordering::SeqCst);
    enough(1).await;
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
}
