//! What the service tells of itself.

use std::net::TcpListener;

use crate::house::database::Database;
use crate::house::program::{self, Server};

const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];

#[tokio::test]
async fn requests_are_counted_by_route_and_nothing_about_clients_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let variables = program::variables(&database, folder.path(), &[("SOLIDARITY_RATE_LIMITS", "7/h")]);
    let arguments = [SERVE, &["--metrics-listen", "127.0.0.1:0"]].concat();
    let mut server = Server::start(&variables, &arguments);
    let address = server.address();
    let metrics = server.metrics();
    let id = api::ids::v4();
    let client = reqwest::Client::new();
    let get = async |path: &str| client.get(format!("{address}{path}")).send().await.unwrap().status();
    assert_eq!(get("/v1/gallery?lang=es").await, 200);
    assert_eq!(get(&format!("/v1/gallery/events/{id}")).await, 404);
    assert_eq!(get("/secret-path").await, 404);
    let invented = client.request("SECRET".parse().unwrap(), format!("{address}/v1/gallery"));
    assert_eq!(invented.send().await.unwrap().status(), 405);
    let large = client.get(format!("{address}/v1/gallery")).body(vec![0; 1024 * 1024 + 1]);
    // It may be refused while it is still being sent.
    let _ = large.send().await;
    let item = serde_json::json!({"id": id, "method": "POST", "path": "/v1/reports", "body": {}});
    let batch = client.post(format!("{address}/v1/batch")).json(&serde_json::json!({"items": [item]}));
    assert_eq!(batch.send().await.unwrap().status(), 200);
    while get("/v1/countries").await != 429 {}

    let told = reqwest::get(&metrics).await.unwrap();
    assert!(told.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    let told = told.text().await.unwrap();
    for line in [
        "http_requests_total{method=\"GET\",route=\"/v1/gallery\",status=\"2xx\"} 1",
        "http_requests_total{method=\"GET\",route=\"/v1/gallery/events/{id}\",status=\"4xx\"} 1",
        "http_requests_total{method=\"GET\",route=\"none\",status=\"4xx\"} 1",
        "http_requests_total{method=\"other\",route=\"/v1/gallery\",status=\"4xx\"} 1",
        "http_requests_total{method=\"POST\",route=\"/v1/batch\",status=\"2xx\"} 1",
        "http_requests_total{method=\"POST\",route=\"/v1/reports\",status=\"4xx\"} 1",
        "http_requests_rejected_total{reason=\"rate\"} 1",
        "http_requests_rejected_total{reason=\"body_size\"} 1",
        "http_requests_in_flight 0",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}\n{told}");
    }
    for part in [
        "http_request_duration_seconds_bucket{method=\"GET\",route=\"/v1/gallery\",le=\"0.25\"}",
        "database_connections{pool=\"gallery\",state=\"idle\"}",
        "database_connections{pool=\"private\",state=\"idle\"}",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    for nothing in ["127.0.0.1", "secret", "SECRET", "lang", &id.to_string()] {
        assert!(!told.contains(nothing), "{nothing}\n{told}");
    }
    assert_eq!(get("/metrics").await, 429, "the world is not told: it is counted as any other address");
    let elsewhere = metrics.replace("/metrics", "/v1/gallery");
    assert_eq!(reqwest::get(elsewhere).await.unwrap().status(), 404);
    server.signal("TERM");
    assert_eq!(server.outcome().code, Some(0));
}

#[tokio::test]
async fn a_port_for_metrics_that_is_taken_is_told_with_its_setting() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::empty(folder.path()).await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let variables = program::variables(&database, folder.path(), &[("SOLIDARITY_METRICS_LISTEN", &address)]);
    let outcome = program::run(&variables, SERVE).await;
    assert_eq!(outcome.code, Some(1));
    let told = format!(
        "cannot listen for metrics on {address}, as metrics_listen (variable SOLIDARITY_METRICS_LISTEN)"
    );
    assert!(outcome.stderr.contains(&told), "{}", outcome.stderr);
}
