//! What may be sent.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::house::House;

/// What the server says to this before it hangs up.
async fn told(house: &House, head: String) -> String {
    let address = house.address.trim_start_matches("http://").to_owned();
    let told = tokio::task::spawn_blocking(move || {
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(head.as_bytes()).unwrap();
        let mut told = String::new();
        client.read_to_string(&mut told).unwrap();
        told
    });
    told.await.unwrap()
}

#[tokio::test]
async fn a_body_of_more_than_a_mebibyte_is_refused_before_it_is_sent() {
    let house = House::open().await;
    for method in ["GET", "POST"] {
        let length = 1024 * 1024 + 1;
        let head = format!("{method} /v1/gallery HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
        let told = told(&house, head).await;
        assert!(told.starts_with("HTTP/1.1 413 ") && told.contains("application/problem+json"), "{told}");
        assert!(told.contains("\"code\":\"content_too_large\""), "{told}");
    }
}

#[tokio::test]
async fn a_body_of_a_mebibyte_does_not_disturb() {
    let house = House::open().await;
    let client = reqwest::Client::new();
    let address = format!("{}/v1/gallery", house.address);
    let answer = client.get(&address).body(vec![b' '; 1024 * 1024]).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(client.post(&address).body("{}").send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn a_json_body_is_read_up_to_the_limit_that_is_told() {
    let house = House::open().await;
    let long = serde_json::json!({"email": "x".repeat(900 * 1024), "password": "y"});
    let answer = house.post("/v1/sessions", long).await;
    assert_eq!((answer.status, answer.json()["errors"][0]["code"].as_str()), (422, Some("too_long")));
}

#[tokio::test]
async fn a_body_of_many_values_is_refused_before_each_of_them_is() {
    let house = House::open().await;
    let links = serde_json::json!({"initiative": {"links": vec![1; 300_000]}});
    let members: serde_json::Map<_, _> = (0..60_000).map(|n| (n.to_string(), 1.into())).collect();
    for body in [links, members.into()] {
        let answer = house.post("/v1/submissions", body).await;
        assert_eq!((answer.status, &*answer.code()), (400, "invalid_json"));
        assert_eq!(answer.json()["errors"][0]["code"], "too_many_values");
    }
    let members: serde_json::Map<_, _> = (0..9_000).map(|n| (n.to_string(), 1.into())).collect();
    let answer = house.post("/v1/submissions", members.into()).await;
    assert_eq!(answer.status, 422);
    assert!(answer.json()["errors"].as_array().unwrap().len() <= 50);
}
