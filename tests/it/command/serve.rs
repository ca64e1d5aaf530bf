//! `solidarity serve` and `solidarity demo`: starting, working and stopping.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use ::entity::kinds::RecordKind;
use ::entity::publication_due;
use api::clock::{Clock as _, SystemClock};
use sea_orm::{EntityTrait as _, PaginatorTrait as _, Set};

use crate::house::database::Database;
use crate::house::program::{self, Server};

const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];

async fn is_alive(address: &str) -> bool {
    reqwest::get(format!("{address}/livez")).await.unwrap().status() == 200
}

#[tokio::test]
async fn processes_that_start_at_once_on_an_empty_database_all_come_up() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::empty(folder.path()).await;
    let variables = program::variables(&database, &folder.path().join("data"), &[]);
    let mut servers = [(); 3].map(|()| Server::start(&variables, SERVE));
    for server in &mut servers {
        assert!(is_alive(&server.address()).await);
    }
    for server in servers {
        server.signal("TERM");
        assert_eq!(server.outcome().code, Some(0));
    }
}

#[tokio::test]
async fn a_signal_stops_it_promptly_though_a_client_stays_connected() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    for signal in ["TERM", "INT"] {
        let variables = program::variables(&database, folder.path(), &[]);
        let mut server = Server::start(&variables, SERVE);
        let address = server.address();
        let client = reqwest::Client::new();
        assert_eq!(client.get(format!("{address}/livez")).send().await.unwrap().status(), 200);
        let begun = Instant::now();
        server.signal(signal);
        let outcome = server.outcome();
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert!(begun.elapsed() < Duration::from_secs(4), "it took {:?}", begun.elapsed());
        assert!(outcome.stdout.is_empty() && outcome.stderr.trim_end().ends_with("stopped"), "{outcome:?}");
        assert!(client.get(format!("{address}/livez")).send().await.is_err());
    }
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let mut server = Server::start(&program::variables(&database, folder.path(), &[]), SERVE);
    let address = server.address();
    // Half a request: the server waits a while for the rest.
    let mut client = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    client.write_all(b"GET /livez HTTP/1.1\r\n").unwrap();
    assert!(is_alive(&address).await);
    server.signal("TERM");
    server.heard("stopping");
    let begun = Instant::now();
    server.signal("TERM");
    let outcome = server.outcome();
    assert!(begun.elapsed() < Duration::from_secs(1), "it took {:?}", begun.elapsed());
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    assert!(outcome.stderr.ends_with("error: told twice to stop: ended at once\n"), "{}", outcome.stderr);
}

#[tokio::test]
async fn the_document_names_the_public_address() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let variables = program::variables(&database, folder.path(), &[]);
    let arguments = [SERVE, &["--public-url", "https://gallery.example.org/api/"]].concat();
    let mut server = Server::start(&variables, &arguments);
    let document = reqwest::get(format!("{}/openapi.json", server.address())).await.unwrap();
    let document: serde_json::Value = document.json().await.unwrap();
    assert_eq!(document["servers"][0]["url"], "https://gallery.example.org/api");
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_with_its_setting() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::empty(folder.path()).await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let variables =
        program::variables(&database, &folder.path().join("data"), &[("SOLIDARITY_LISTEN", &address)]);
    let outcome = program::run(&variables, &["serve"]).await;
    assert_eq!(outcome.code, Some(1));
    let told = format!("error: cannot listen on {address}, as listen (variable SOLIDARITY_LISTEN) says: ");
    assert!(outcome.stderr.starts_with(&told), "{}", outcome.stderr);
    assert!(!folder.path().join("data").exists(), "it did something before it knew that it can listen");
}

#[tokio::test]
async fn a_server_does_what_is_due_unless_it_is_told_not_to() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let db = database.connect().await;
    let due = publication_due::ActiveModel {
        record_id: Set(api::ids::v4()),
        kind: Set(RecordKind::Event),
        due_at: Set(SystemClock.now()),
    };
    publication_due::Entity::insert(due).exec_without_returning(&db).await.unwrap();
    let left = async || publication_due::Entity::find().count(&db).await.unwrap();
    let variables = program::variables(&database, folder.path(), &[]);

    let mut idle = Server::start(&variables, &[SERVE, &["--no-worker"]].concat());
    idle.address();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(left().await, 1);

    let mut working = Server::start(&variables, SERVE);
    working.address();
    let begun = Instant::now();
    while left().await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "what is due is still there");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    db.close().await.unwrap();
}

#[tokio::test]
async fn logs_can_be_read_by_programs_and_say_nothing_about_clients() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let variables = program::variables(&database, folder.path(), &[]);
    let mut server = Server::start(&variables, &[SERVE, &["--log-format", "json"]].concat());
    let request = reqwest::Client::new().get(format!("{}/livez?secret=1", server.address()));
    assert_eq!(request.header("user-agent", "secret").send().await.unwrap().status(), 400);
    server.signal("TERM");
    let outcome = server.outcome();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(!outcome.stderr.contains("secret"), "{}", outcome.stderr);
    let lines: Vec<serde_json::Value> =
        outcome.stderr.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let closed = lines.iter().find(|line| line["message"] == "close").expect("a line for the request");
    assert_eq!((&closed["span"]["route"], &closed["span"]["status"]), (&"/livez".into(), &400.into()));
}

#[tokio::test]
async fn the_demo_says_what_to_try_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    // What is configured for the real service has no business in it.
    let nowhere = "postgres://nobody:hunter2@127.0.0.1:1/none".to_owned();
    let variables = BTreeMap::from([("TMPDIR".to_owned(), path), ("DATABASE_URL".to_owned(), nowhere)]);
    let mut demo = Server::start(&variables, &["demo", "--listen", "127.0.0.1:0"]);
    let address = demo.address();
    assert!(is_alive(&address).await);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let calls = ["/v1/gallery", "/v1/gallery/countries/KE", "/v1/gallery/search?q=circles"];
    for call in calls {
        let answer = reqwest::get(format!("{address}{call}")).await.unwrap();
        assert_eq!(answer.status(), 200, "{call}");
        assert!(answer.text().await.unwrap().contains("ample"), "{call} shows no samples");
    }
    demo.signal("INT");
    let outcome = demo.outcome();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    for call in calls {
        assert!(outcome.stdout.contains(&format!("curl -s '{address}{call}'")), "{}", outcome.stdout);
    }
    assert!(
        outcome.stdout.contains("invented sample") && outcome.stdout.contains(&format!("{address}/docs"))
    );
    assert!(outcome.stdout.contains("-H 'X-API-Key: sol_live_"), "{}", outcome.stdout);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
