//! Forms that everybody may send have a small allowance of their own.

use api::config::settings::{FORM_LIMITS, RATE_LIMITS, REQUIRE_TOTP, TRUSTED_PROXIES};
use reqwest::Method;

use super::newcomer;
use crate::house::{Answer, House, answer};

async fn send(house: &House, from: &str) -> Answer {
    let request = house.request(Method::POST, "/v1/submissions").header("x-forwarded-for", from);
    answer(request.json(&newcomer())).await
}

#[tokio::test]
async fn forms_are_counted_by_network_and_all_together() {
    let settings = [(&FORM_LIMITS, "2/h, 3/h"), (&TRUSTED_PROXIES, "127.0.0.1"), (&REQUIRE_TOTP, "false")];
    let house = House::open_with(&settings).await;
    let first = send(&house, "192.0.2.1").await;
    assert_eq!(first.status, 201);
    assert!(first.header("ratelimit").contains("\"form\";r=1;t=1800"), "{}", first.header("ratelimit"));
    assert!(
        first.header("ratelimit-policy").contains("\"form\";q=2;w=3600"),
        "{}",
        first.header("ratelimit-policy")
    );
    assert_eq!(send(&house, "192.0.2.1").await.status, 201);
    let refused = send(&house, "192.0.2.1").await;
    assert_eq!((refused.status, &*refused.code()), (429, "too_many_requests"));
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=1800).contains(&wait), "{wait}");
    assert_eq!(send(&house, "2001:db8::1").await.status, 201, "another network");
    let refused = send(&house, "198.51.100.1").await;
    assert_eq!((refused.status, &*refused.code()), (429, "too_many_requests"), "all together");
    let read = house.get_with("/v1/gallery", &[("x-forwarded-for", "192.0.2.1")]).await;
    assert_eq!((read.status, read.header("ratelimit").contains("form")), (200, false), "reads are not forms");
}

#[tokio::test]
async fn without_limits_forms_are_not_counted_either() {
    let house = House::open_with(&[(&FORM_LIMITS, "1/h, 1/h"), (&RATE_LIMITS, "off")]).await;
    for _ in 0..3 {
        let answer = house.post("/v1/submissions", newcomer()).await;
        assert_eq!((answer.status, answer.header("ratelimit")), (201, ""));
    }
}
