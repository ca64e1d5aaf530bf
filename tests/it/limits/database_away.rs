//! The database stops answering, or is gone, and comes back. Only PostgreSQL can be away: SQLite is a file of our own.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Client, Response};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::house::database::Database;
use crate::house::program::{self, Server};

/// Stands between the service and its database, and can stop passing anything on.
struct Line {
    address: SocketAddr,
    flows: watch::Sender<bool>,
    calls: Arc<Mutex<Vec<AbortHandle>>>,
}

impl Line {
    async fn to(host: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (flows, watched) = watch::channel(true);
        let calls = Arc::<Mutex<Vec<AbortHandle>>>::default();
        let noted = calls.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (host, watched) = (host.clone(), watched.clone());
                let call = tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(host).await else { return };
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    tokio::join!(pass(near_in, far_out, watched.clone()), pass(far_in, near_out, watched));
                });
                noted.lock().unwrap().push(call.abort_handle());
            }
        });
        Self { address, flows, calls }
    }

    fn cut(&self) {
        self.calls.lock().unwrap().drain(..).for_each(|call| call.abort());
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut flows: watch::Receiver<bool>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if flows.wait_for(|flows| *flows).await.is_err() || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

/// What an answer differs by that came from the cache.
const VARY_OF_WHAT_IS_KEPT: &str = "Accept, Accept-Encoding, Accept-Language";

/// A server whose database is behind a line; none on SQLite.
async fn behind_a_line(
    database: &Database,
    folder: &std::path::Path,
    further: &[(&str, &str)],
) -> Option<(Server, String, Line)> {
    let mut url = url::Url::parse(database.url()).unwrap();
    if url.scheme() == "sqlite" {
        return None;
    }
    let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let line = Line::to(host).await;
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(line.address.port())).unwrap();
    let further = [&[("DATABASE_URL", url.as_str()), ("SOLIDARITY_RATE_LIMITS", "off")], further].concat();
    let variables = program::variables(database, folder, &further);
    let start = move || {
        let mut server = Server::start(&variables, &["serve", "--listen", "127.0.0.1:0"]);
        let address = server.address();
        (server, address)
    };
    // The line has to be served while the server starts.
    let (server, address) = tokio::task::spawn_blocking(start).await.unwrap();
    Some((server, address, line))
}

async fn get(client: &Client, address: &str, path: &str) -> Response {
    client.get(format!("{address}{path}")).timeout(Duration::from_secs(20)).send().await.unwrap()
}

/// Asks until it is answered.
async fn comes_back(client: &Client, address: &str) {
    let begun = Instant::now();
    for path in ["/v1/gallery", "/readyz"] {
        while get(client, address, path).await.status() != 200 {
            assert!(begun.elapsed() < Duration::from_secs(60), "{path} does not come back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn while_the_database_does_not_answer_everybody_is_told_to_come_again_and_then_all_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let Some((server, address, line)) = behind_a_line(&database, folder.path(), &[]).await else { return };
    let client = Client::new();
    assert_eq!(get(&client, &address, "/v1/gallery").await.status(), 200);

    line.flows.send_replace(false);
    // More than there are connections and places.
    let asked = (0..100).map(|_| get(&client, &address, "/v1/gallery/stories"));
    for answer in join_all(asked).await {
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "2"));
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        let problem: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "unavailable");
    }
    assert_eq!(get(&client, &address, "/readyz").await.status(), 503);
    let item = |id| json!({"id": id, "method": "POST", "path": "/v1/manage-links", "body": {"email": "a@example.org"}});
    let items = [item(api::ids::v4()), item(api::ids::v4())];
    let batch =
        client.post(format!("{address}/v1/batch")).json(&json!({"items": items})).send().await.unwrap();
    let verdicts: serde_json::Value = batch.json().await.unwrap();
    for (item, verdict) in items.iter().zip(verdicts["items"].as_array().unwrap()) {
        assert_eq!((&verdict["id"], &verdict["status"]), (&item["id"], &json!(503)));
        assert_eq!((&verdict["retry_after"], &verdict["body"]["code"]), (&json!(2), &json!("unavailable")));
    }
    let kept = get(&client, &address, "/v1/gallery").await;
    assert_eq!(kept.status(), 503, "what is kept may have been withdrawn meanwhile");
    for path in ["/livez", "/v1/countries", "/v1/languages", "/openapi.json"] {
        assert_eq!(get(&client, &address, path).await.status(), 200, "{path} needs no database");
    }
    line.flows.send_replace(true);
    comes_back(&client, &address).await;
    drop(server);
}

#[tokio::test]
async fn a_database_that_was_restarted_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let Some((server, address, line)) = behind_a_line(&database, folder.path(), &[]).await else { return };
    let client = Client::new();
    assert_eq!(get(&client, &address, "/v1/gallery").await.status(), 200);
    line.cut();
    line.flows.send_replace(false);
    let answer = get(&client, &address, "/v1/gallery/stories").await;
    assert_eq!((answer.status().as_u16(), answer.headers().contains_key("retry-after")), (503, true));
    line.cut();
    line.flows.send_replace(true);
    comes_back(&client, &address).await;
    drop(server);
}

#[tokio::test]
async fn who_says_that_nobody_else_writes_is_served_what_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let further = [("SOLIDARITY_CACHE_TRUST_MS", "60000")];
    let Some((server, address, line)) = behind_a_line(&database, folder.path(), &further).await else {
        return;
    };
    let client = Client::new();
    while get(&client, &address, "/v1/gallery").await.headers().get("vary").unwrap() != VARY_OF_WHAT_IS_KEPT {
    }
    line.flows.send_replace(false);
    assert_eq!(get(&client, &address, "/v1/gallery/stories").await.status(), 503);
    assert_eq!(get(&client, &address, "/v1/gallery").await.status(), 200);
    line.flows.send_replace(true);
    comes_back(&client, &address).await;
    drop(server);
}
