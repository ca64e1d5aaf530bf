//! Reading from pages of other origins.

use reqwest::Method;

use crate::house::House;

const ORIGIN: (&str, &str) = ("origin", "https://front.example");

#[tokio::test]
async fn every_page_may_read_answers_and_problems_without_credentials() {
    let house = House::open().await;
    for (path, status) in [("/v1/gallery", 200), ("/v1/gallery/events?limit=0", 400), ("/nowhere", 404)] {
        let answer = house.get_with(path, &[ORIGIN]).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, "*"));
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let exposed = answer.header("access-control-expose-headers");
        for name in ["ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"] {
            assert!(exposed.split(", ").any(|one| one == name), "{name} is not in {exposed}");
        }
    }
}

#[tokio::test]
async fn a_browser_that_asks_first_is_told_what_it_may_and_for_how_long() {
    let house = House::open().await;
    let asking = [
        ORIGIN,
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "if-none-match"),
    ];
    let answer = house.send_with(Method::OPTIONS, "/v1/gallery", &asking).await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD");
    assert!(answer.header("access-control-allow-headers").contains("If-None-Match"));
    assert_eq!(answer.header("access-control-max-age"), "86400");
    assert_eq!(house.send_with(Method::OPTIONS, "/nowhere", &asking).await.status, 404);
    let plain = house.send_with(Method::OPTIONS, "/v1/gallery", &[]).await;
    assert_eq!((plain.status, plain.header("access-control-max-age")), (204, ""));
}

#[tokio::test]
async fn pages_of_other_origins_may_send_forms_and_follow_them_and_nothing_else() {
    let house = House::open().await;
    let asking = [
        ORIGIN,
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization"),
    ];
    for (path, status) in
        [("/v1/submissions", 204), ("/v1/submissions/mine", 204), ("/v1/submissions/mine/withdraw", 204)]
    {
        let answer = house.send_with(Method::OPTIONS, path, &asking).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, "*"), "{path}");
        assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD, POST, PATCH");
        assert!(answer.header("access-control-allow-headers").contains("Idempotency-Key"));
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    for path in [
        "/v1/me",
        "/v1/submissions/01890a5d-ac96-774b-bcce-b302099a8057",
        "/v1/submissions/01890a5d-ac96-774b-bcce-b302099a8057/approve",
    ] {
        assert_eq!(
            house.send_with(Method::OPTIONS, path, &asking).await.header("access-control-allow-origin"),
            "",
            "{path}"
        );
    }
}
