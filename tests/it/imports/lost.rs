//! Lines that are cut, and workers that are killed.

use std::io::{Read as _, Write as _};

use serde_json::{Value, json};

use super::{event, file, import, partner, send};
use crate::house::House;
use crate::house::program::Server;

/// Enough to be killed in the middle of it.
const MANY: usize = 1500;

#[tokio::test]
async fn of_a_file_whose_line_is_cut_nothing_stays() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (_, desk) = partner(&house, &admin).await;
    let host = house.address.strip_prefix("http://").unwrap().to_owned();
    let (head, token) = (file([event("e")]), desk.token.clone());
    // It says that more will come, and hangs up.
    let cut = tokio::task::spawn_blocking(move || {
        let mut line = std::net::TcpStream::connect(&host).unwrap();
        let length = 10 * head.len();
        write!(
            line,
            "POST /v1/imports HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
            content-type: application/x-ndjson\r\ncontent-length: {length}\r\n\r\n{head}"
        )
        .unwrap();
        line.shutdown(std::net::Shutdown::Write).unwrap();
        let mut said = String::new();
        let _ = line.read_to_string(&mut said);
    });
    cut.await.unwrap();
    while house.count("SELECT count(*) AS n FROM bulk_import").await > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(house.count("SELECT count(*) AS n FROM bulk_import_chunk").await, 0);
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await, 0);
    assert_eq!(import(&house, &desk, "", file([event("e")])).await["verdicts"]["created"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_killed_is_followed_by_one_that_goes_on_and_makes_no_double() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (_, desk) = partner(&house, &admin).await;
    let lines = (0..MANY).map(|n| match n % 100 {
        99 => json!({"type": "event", "id": format!("e{n}")}),
        _ => event(&format!("e{n}")),
    });
    let sent = send(&house, &desk, "?mode=partial", file(lines)).await;
    assert_eq!(sent.status, 202, "{}", sent.text());
    let state = async || -> Value { desk.get(sent.header("location")).await.json() };
    let variables = house.variables(&[("SOLIDARITY_LOG", "info")]);
    for lines in [1, 500] {
        let worker = Server::start(&variables, &["work"]);
        while state().await["lines"].as_u64().unwrap() < lines {
            tokio::task::yield_now().await;
        }
        // It is killed.
        drop(worker);
        house.sql("UPDATE bulk_import SET due_at = created_at").await;
    }
    let _worker = Server::start(&variables, &["work"]);
    while state().await["status"] != "done" {
        tokio::task::yield_now().await;
    }
    let done = state().await;
    let wanted = (Some(MANY as u64 * 99 / 100), Some(MANY as u64 / 100));
    assert_eq!((done["verdicts"]["created"].as_u64(), done["verdicts"]["failed"].as_u64()), wanted);
    assert_eq!(house.count("SELECT count(*) AS n FROM event").await as u64, MANY as u64 * 99 / 100);
    assert_eq!(house.count("SELECT count(*) AS n FROM origin").await as u64, MANY as u64 * 99 / 100);
    assert_eq!(super::verdicts(&desk, &done, "").await.len(), MANY);
}
