//! The service's own addresses, and what holds for all of them.

use reqwest::Method;

use crate::house::{Answer, House};

#[track_caller]
fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!((body["code"].as_str(), body["status"].as_u64()), (Some(code), Some(status.into())));
    assert_eq!(body["instance"], format!("urn:uuid:{}", answer.header("x-request-id")));
    assert_eq!(body["type"], format!("/problems/{code}"));
}

#[tokio::test]
async fn a_living_process_says_so() {
    let house = House::open().await;
    let answer = house.get("/livez").await;
    assert_eq!((answer.status, answer.json()), (200, serde_json::json!({"status": "ok"})));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    house.run_jobs().await;
}

#[tokio::test]
async fn an_unknown_address_is_a_problem() {
    let house = House::open().await;
    for path in ["/nowhere", "/v1", "/v1/nowhere", "/livez/x", "/%00", "/v1//nowhere"] {
        is_problem(&house.get(path).await, 404, "not_found");
    }
}

#[tokio::test]
async fn another_method_learns_which_are_allowed() {
    let house = House::open().await;
    let refused = house.send(Method::DELETE, "/livez").await;
    is_problem(&refused, 405, "method_not_allowed");
    assert_eq!(refused.header("allow"), "GET, HEAD, OPTIONS");
    let asked = house.send(Method::OPTIONS, "/livez").await;
    assert_eq!((asked.status, asked.header("allow")), (204, "GET, HEAD, OPTIONS"));
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let house = House::open().await;
    for path in ["/livez", "/openapi.json", "/nowhere"] {
        let (get, head) = (house.get(path).await, house.head(path).await);
        assert_eq!(head.status, get.status);
        assert_eq!(head.header("content-length"), get.header("content-length"));
        assert!(head.body.is_empty() && !get.body.is_empty());
    }
}

#[tokio::test]
async fn an_address_with_a_trailing_slash_is_another_one() {
    let house = House::open().await;
    is_problem(&house.get("/livez/").await, 404, "not_found");
    is_problem(&house.get("/openapi.json/").await, 404, "not_found");
}

#[tokio::test]
async fn the_documentation_is_a_page_of_this_server() {
    let house = House::open().await;
    let moved = house.get("/docs").await;
    assert_eq!((moved.status, moved.header("location")), (308, "/docs/"));
    let page = house.get("/docs/").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'; script-src 'self';") && !policy.contains("http"),
        "{policy}"
    );
}

#[tokio::test]
async fn an_answer_that_has_not_changed_is_not_sent_again() {
    let house = House::open().await;
    let first = house.get("/openapi.json").await;
    let again = house.get_with("/openapi.json", &[("if-none-match", first.header("etag"))]).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
}
