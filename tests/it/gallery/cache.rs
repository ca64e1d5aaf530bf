//! Kept answers: the same as fresh ones, made once, and gone when what they show is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use futures_util::future::join_all;
use serde_json::json;

use crate::bundle::{Bundle, event, quote};
use crate::house::House;
use crate::house::database::Database;
use crate::house::program::{self, Server};

/// Nobody reads the log of these servers, which would fill up with a line for every request.
const QUIET: &[(&str, &str)] =
    &[("SOLIDARITY_RATE_LIMITS", "off"), ("SOLIDARITY_LOG", "warn,api::command=info")];
const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];

fn unpacked(encoding: &str, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding {
        "br" => brotli::BrotliDecompress(&mut &*body, &mut plain).unwrap(),
        "gzip" => drop(std::io::copy(&mut GzDecoder::new(body), &mut plain).unwrap()),
        _ => plain.extend(body),
    }
    plain
}

#[tokio::test]
async fn a_kept_answer_is_the_fresh_one_in_every_packing() {
    let house = House::with_samples().await;
    let path = "/v1/gallery/events?limit=5&lang=es";
    let fresh = house.get(path).await;
    assert_eq!(fresh.status, 200);
    for round in 0..2 {
        for (asked, packed) in [("identity", ""), ("gzip", "gzip"), ("br", "br"), ("gzip, br;q=0.2", "gzip")]
        {
            let answer = house.get_with(path, &[("accept-encoding", asked)]).await;
            assert_eq!((answer.status, answer.header("content-encoding")), (200, packed), "{round} {asked}");
            assert_eq!(unpacked(packed, &answer.body), fresh.body, "{round} {asked}");
            assert_eq!(answer.header("vary"), "Accept, Accept-Encoding, Accept-Language");
            for name in ["etag", "content-type", "content-language", "link", "cache-control"] {
                assert_eq!(answer.header(name), fresh.header(name), "{name}");
            }
            assert_ne!(answer.header("x-request-id"), fresh.header("x-request-id"));
        }
    }
    let known = house.get_with(path, &[("if-none-match", fresh.header("etag"))]).await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    assert_eq!(known.header("etag"), fresh.header("etag"));
    assert_eq!(known.header("content-language"), fresh.header("content-language"));
    let head = house.head(path).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), fresh.body.len().to_string());
}

#[tokio::test]
async fn readers_of_different_languages_have_different_answers() {
    let house = House::with_samples().await;
    for _ in 0..2 {
        for language in ["en", "es"] {
            let countries = house.get_with("/v1/gallery/countries", &[("accept-language", language)]).await;
            assert_eq!(countries.header("content-language"), language);
        }
        // The parameter wins, whatever the header says.
        let both = house.get_with("/v1/gallery/countries?lang=fr", &[("accept-language", "es")]).await;
        assert_eq!(both.header("content-language"), "fr");
        let disguised = house.get_with("/v1/gallery/countries?l%61ng=fr", &[("accept-language", "es")]).await;
        assert_eq!(disguised.header("content-language"), "fr");
    }
}

#[tokio::test]
async fn what_another_process_changes_is_seen_without_being_told() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let variables = program::variables(&database, folder.path(), QUIET);
    let mut server = Server::start(&variables, SERVE);
    let address = server.address();
    let total = async || -> serde_json::Value {
        reqwest::get(format!("{address}/v1/gallery")).await.unwrap().json().await.unwrap()
    };
    let file = folder.path().join("bundle");
    for (bundle, events) in [(Bundle::of([event("e")]), 1), (Bundle::of([event("e"), event("f")]), 2)] {
        let before = total().await;
        assert_eq!(total().await, before);
        std::fs::write(&file, bundle.text()).unwrap();
        program::run(&variables, &["import", file.to_str().unwrap()]).await.done();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(total().await["totals"]["events"], events);
    }
}

#[tokio::test]
async fn nobody_reads_a_withdrawn_quote_a_second_later_from_any_process() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let variables = program::variables(&database, folder.path(), QUIET);
    let bundle = Bundle::of([event("e"), quote("q", "e"), quote("other", "e")]);
    let import = async |bundle: &Bundle| {
        let file = folder.path().join("bundle");
        std::fs::write(&file, bundle.text()).unwrap();
        program::run(&variables, &["import", file.to_str().unwrap()]).await.done();
    };
    import(&bundle).await;
    let mut servers = [Server::start(&variables, SERVE), Server::start(&variables, SERVE)];
    let addresses = [servers[0].address(), servers[1].address()];
    let client = reqwest::Client::new();
    let list = format!("{}/v1/gallery/quotes", addresses[0]);
    let quotes: serde_json::Value = client.get(list).send().await.unwrap().json().await.unwrap();
    let quotes = quotes["items"].as_array().unwrap();
    let id =
        quotes.iter().find(|q| q["text"] == "Sample words q").unwrap()["id"].as_str().unwrap().to_owned();
    let paths = [
        format!("/v1/gallery/quotes/{id}"),
        "/v1/gallery/quotes".to_owned(),
        "/v1/gallery/countries/SS".to_owned(),
        "/v1/gallery/search?q=words".to_owned(),
    ];

    let (withdrawn, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let reads = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let readers = (0..200).map(|number| {
        let url = format!("{}{}", addresses[number % 2], paths[number / 2 % paths.len()]);
        let (client, withdrawn, done, reads) =
            (client.clone(), withdrawn.clone(), done.clone(), reads.clone());
        tokio::spawn(async move {
            while !done.load(Ordering::Relaxed) {
                let after = withdrawn.load(Ordering::SeqCst);
                let text = client.get(&url).send().await.unwrap().text().await.unwrap();
                assert!(!(after && text.contains("Sample words q")), "{url}: {text}");
                reads[usize::from(after)].fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    let enough = async |which: usize, number: usize| {
        let begun = Instant::now();
        let from = reads[which].load(Ordering::Relaxed);
        while reads[which].load(Ordering::Relaxed) < from + number {
            assert!(begun.elapsed() < Duration::from_secs(60), "the readers have stopped");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    enough(0, 1000).await;
    import(&bundle.without("q", "consent")).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    withdrawn.store(true, Ordering::SeqCst);
    enough(1, 1000).await;
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
}

#[tokio::test]
async fn what_many_ask_for_at_once_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let variables = program::variables(&database, folder.path(), QUIET);
    let mut server = Server::start(&variables, &[SERVE, &["--metrics-listen", "127.0.0.1:0"]].concat());
    let (address, metrics) = (server.address(), server.metrics());
    let client = reqwest::Client::new();
    let asked = (0..60).map(|_| client.get(format!("{address}/v1/gallery/outcomes")).send());
    let bodies =
        join_all(asked).await.into_iter().map(|answer| async { answer.unwrap().text().await.unwrap() });
    let bodies = join_all(bodies).await;
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    let told = reqwest::get(&metrics).await.unwrap().text().await.unwrap();
    let count = |result: &str| {
        let line = format!("gallery_cache_requests_total{{result=\"{result}\"}} ");
        told.lines().find_map(|l| l.strip_prefix(&line)).map_or(0, |n| n.parse::<u32>().unwrap())
    };
    let counts = ["made", "hit", "waited", "passed"].map(count);
    assert_eq!(counts.iter().sum::<u32>(), 60, "{told}");
    assert!(counts[0] <= 1, "{counts:?}");
}

#[tokio::test]
async fn what_is_over_is_no_longer_upcoming() {
    let house = House::open().await;
    let start = house.now() + Duration::from_secs(3600);
    let when = json!({
        "precision": "minute", "time_zone": "UTC", "duration_minutes": 60,
        "starts_local": start.format("%Y-%m-%dT%H:%M:00").to_string(),
    });
    let bundle = Bundle::of([event("e")]).with("e", "when", when).with("e", "status", json!("scheduled"));
    house.import(&bundle).await.applied();
    let path = "/v1/gallery/events?upcoming=true";
    assert_eq!(house.items(path).await.len(), 1);
    assert_eq!(house.items(path).await.len(), 1);
    house.advance(Duration::from_secs(2 * 3600));
    assert!(house.items(path).await.is_empty());
}

#[tokio::test]
async fn a_house_without_a_cache_answers_the_same() {
    let house = House::open_with(&[
        (&api::config::settings::RATE_LIMITS, "off"),
        (&api::config::settings::CACHE_MIB, "0"),
    ])
    .await;
    house.import(&Bundle::samples()).await.applied();
    let answer = house.get_with("/v1/gallery/events", &[("accept-encoding", "br")]).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (200, "br"));
    let differs_by: Vec<_> = answer.headers.get_all("vary").iter().map(|v| v.to_str().unwrap()).collect();
    let differs_by = differs_by.join(", ").to_lowercase();
    assert!(differs_by.contains("accept-encoding") && differs_by.contains("accept-language"), "{differs_by}");
}
