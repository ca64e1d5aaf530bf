//! Forms that everybody may send have a small allowance of their own.

use api::config::settings::{FORM_LIMITS, RATE_LIMITS, REQUIRE_TOTP, TRUSTED_PROXIES};
use reqwest::Method;
use serde_json::json;

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

/// A form from this network, sent by somebody signed in or by a stranger.
async fn form(house: &House, path: &str, from: &str, by: Option<&str>) -> u16 {
    let request = house.request(Method::POST, path).header("x-forwarded-for", from).json(&json!({}));
    answer(match by {
        Some(token) => request.bearer_auth(token),
        None => request,
    })
    .await
    .status
}

const SUBMIT: &str = "/v1/submissions";
const COMPARE: &str = "/v1/submissions/duplicates";
const REGISTER: &str = "/v1/events/00000000-0000-4000-8000-000000000000/registrations";

#[tokio::test]
async fn a_flood_of_one_form_shuts_no_other() {
    let settings = [(&FORM_LIMITS, "2/h, 8/h"), (&TRUSTED_PROXIES, "127.0.0.1"), (&REQUIRE_TOTP, "false")];
    let house = House::open_with(&settings).await;
    for n in 0..8 {
        assert_eq!(form(&house, COMPARE, &format!("198.51.{n}.1"), None).await, 422);
    }
    assert_eq!(form(&house, COMPARE, "192.0.2.1", None).await, 429, "all together");
    for open in [SUBMIT, REGISTER] {
        assert_eq!(form(&house, open, "192.0.2.1", None).await, 422, "{open}");
    }
}

#[tokio::test]
async fn one_wider_network_does_not_take_what_is_for_all() {
    let settings = [(&FORM_LIMITS, "2/h, 8/h"), (&TRUSTED_PROXIES, "127.0.0.1"), (&REQUIRE_TOTP, "false")];
    let house = House::open_with(&settings).await;
    let flood = async |prefix: &str| {
        let mut passed = 0;
        for n in 0..12 {
            let from =
                if prefix.contains(':') { format!("{prefix}:{n:x}::1") } else { format!("{prefix}.{n}") };
            passed += usize::from(form(&house, REGISTER, &from, None).await == 422);
        }
        passed
    };
    assert_eq!(flood("2001:db8:1").await, 2);
    assert_eq!(flood("203.0.113").await, 2);
    assert_eq!(form(&house, REGISTER, "192.0.2.1", None).await, 422, "a newcomer from elsewhere");
}

#[tokio::test]
async fn hosts_are_no_strangers_and_their_network_is_known() {
    let settings = [(&FORM_LIMITS, "2/h, 4/h"), (&TRUSTED_PROXIES, "127.0.0.1"), (&REQUIRE_TOTP, "false")];
    let house = House::open_with(&settings).await;
    let (host, member) = (house.host().await, house.member().await);
    for _ in 0..4 {
        assert_eq!(form(&house, REGISTER, "192.0.2.1", Some(&host.token)).await, 422);
    }
    assert_eq!(form(&house, REGISTER, "192.0.2.1", Some(&host.token)).await, 429, "hosts have an end too");
    for n in 0..4 {
        assert_eq!(form(&house, REGISTER, &format!("198.51.{n}.1"), None).await, 422);
    }
    assert_eq!(form(&house, REGISTER, "203.0.113.1", None).await, 429, "all strangers together");
    assert_eq!(
        form(&house, REGISTER, "203.0.113.2", Some("nonsense")).await,
        429,
        "a token that opens nothing"
    );
    assert_eq!(form(&house, REGISTER, "192.0.2.1", None).await, 422, "somebody signed in came from there");
    assert_eq!(form(&house, REGISTER, "192.0.2.1", Some(&member.token)).await, 422);
    assert_eq!(
        form(&house, REGISTER, "192.0.2.1", Some(&member.token)).await,
        429,
        "members are counted like others"
    );
}
