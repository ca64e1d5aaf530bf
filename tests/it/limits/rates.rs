//! How often an address may ask.

use api::config::settings::{RATE_LIMITS, TRUSTED_PROXIES};

use crate::house::House;

#[tokio::test]
async fn answers_say_what_is_left_and_the_one_too_many_is_429() {
    let house = House::open_with(&[(&RATE_LIMITS, "2/h")]).await;
    for left in ["\"address\";r=1;t=1800", "\"address\";r=0;t=3600"] {
        let answer = house.get("/v1/gallery").await;
        assert_eq!((answer.status, answer.header("ratelimit")), (200, left));
        assert_eq!(answer.header("ratelimit-policy"), "\"address\";q=2;w=3600");
    }
    let refused = house.get("/v1/gallery").await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("too_many_requests")));
    assert!(refused.header("ratelimit").starts_with("\"address\";r=0;t="), "{:?}", refused.headers);
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=1800).contains(&wait), "{wait}");
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    for path in ["/livez", "/readyz"] {
        let answer = house.get(path).await;
        assert_eq!((answer.status, answer.header("ratelimit")), (200, ""), "{path} is not counted");
    }
}

#[tokio::test]
async fn without_limits_nothing_is_counted() {
    let house = House::open_with(&[(&RATE_LIMITS, "off")]).await;
    let answer = house.get("/v1/gallery").await;
    assert_eq!((answer.status, answer.header("ratelimit"), answer.header("ratelimit-policy")), (200, "", ""));
}

#[tokio::test]
async fn who_invents_an_address_is_counted_as_before() {
    let house = House::open_with(&[(&RATE_LIMITS, "1/h")]).await;
    assert_eq!(house.get_with("/v1/countries", &[("x-forwarded-for", "192.0.2.1")]).await.status, 200);
    assert_eq!(house.get_with("/v1/countries", &[("x-forwarded-for", "192.0.2.2")]).await.status, 429);
}

#[tokio::test]
async fn behind_a_trusted_proxy_every_client_has_its_own_allowance() {
    let house = House::open_with(&[(&RATE_LIMITS, "1/h"), (&TRUSTED_PROXIES, "127.0.0.0/8")]).await;
    for (header, value, status) in [
        ("x-forwarded-for", "192.0.2.1", 200),
        ("x-forwarded-for", "203.0.113.1, 192.0.2.1", 429),
        ("x-forwarded-for", "192.0.2.2", 200),
        ("forwarded", "for=192.0.2.2", 429),
        ("forwarded", "for=\"[2001:db8::1]:4711\"", 200),
        ("x-forwarded-for", "2001:db8::2", 429),
    ] {
        let answer = house.get_with("/v1/countries", &[(header, value)]).await;
        assert_eq!(answer.status, status, "{header}: {value}");
    }
}
