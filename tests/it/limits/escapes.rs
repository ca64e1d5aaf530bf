//! Addresses with an escape in their path are none of ours, whatever they would mean.

use reqwest::Method;
use serde_json::json;

use crate::house::{House, answer};
use crate::submissions::newcomer;

#[tokio::test]
async fn nothing_is_found_by_an_escaped_path() {
    let house = House::open().await;
    let member = house.member().await;
    for path in [
        "/v1/%67allery",
        "/v1/countr%69es",
        "/%76%31/gallery",
        "/livez%2f",
        "/%6civez",
        "/v1/gallery/countries/S%53",
    ] {
        let refused = house.get(path).await;
        assert_eq!((refused.status, &*refused.code()), (404, "not_found"), "{path}");
    }
    let refused = member.get("/%761/me").await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (404, ""));
    assert_eq!(member.get("/v1/me").await.status, 200);
    for path in ["/v1/%73ubmissions", "/v1/submissions/%64uplicates"] {
        let request = house.request(Method::POST, path).json(&newcomer());
        assert_eq!(answer(request).await.status, 404, "{path}");
    }
    assert_eq!(house.count("SELECT count(*) AS n FROM submission").await, 0);
    assert_eq!(house.get("/v1/gallery/search?q=%73eeds").await.status, 200, "a query may be escaped");
    let twice = async |path: &str| {
        let request =
            house.request(Method::POST, path).header("idempotency-key", "0123456789abcdef0123456789abcdef");
        answer(
            request
                .json(&json!({"initiative": newcomer()["initiative"], "submitter": newcomer()["submitter"]})),
        )
        .await
        .status
    };
    assert_eq!((twice("/v1/submissions").await, twice("/v1/submission%73").await), (201, 404));
}
