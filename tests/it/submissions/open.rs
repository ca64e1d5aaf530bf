//! Sending the form.

use reqwest::Method;
use serde_json::{Value, json};

use super::{newcomer, newcomer_with, submit};
use crate::house::{House, answer};

#[tokio::test]
async fn the_answer_has_a_token_once_and_no_way_to_be_kept() {
    let house = House::open().await;
    let sent = house.post("/v1/submissions", newcomer()).await;
    assert_eq!((sent.status, sent.header("location")), (201, "/v1/submissions/mine"));
    assert_eq!((sent.header("cache-control"), sent.header("etag")), ("no-store", "\"1\""));
    let json = sent.json();
    let names: Vec<_> = json.as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "status", "tracking_token"]);
    assert!(json["tracking_token"].as_str().unwrap().starts_with("sol_mt_"));
    // Known or not, an address is answered alike.
    let again = house.post("/v1/submissions", newcomer()).await;
    assert_eq!(again.status, 201);
    assert_eq!(again.json()["status"], json["status"]);
}

#[tokio::test]
async fn the_smallest_form_is_enough() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let body = json!({
        "initiative": {"title": "Seeds", "summary": "We keep seeds.", "country": "ZM", "language": "en"},
        "submitter": {"name": "A", "role": "activist"}
    });
    let submission = submit(&house, body).await;
    assert_eq!(amina.get(&submission.at("")).await.json()["submitter"]["has_email"], false);
    assert_eq!(amina.post(&submission.at("approve"), json!({})).await.status, 200);
    let gallery = submission.read().await["gallery"].as_str().unwrap().to_owned();
    assert_eq!(house.get(&gallery).await.json()["organisations"], json!([]));
}

#[tokio::test]
async fn all_faults_are_told_at_once_and_nothing_is_repeated() {
    let house = House::open().await;
    let body = newcomer_with(json!({
        "initiative": {"title": "", "country": "mx", "x": 1, "links": ["ftp://a.example"]},
        "submitter": {"email": "marker", "name": null},
        "message": "\u{0}"
    }));
    let refused = house.post("/v1/submissions", body).await;
    assert_eq!((refused.status, &*refused.code()), (422, "invalid_body"));
    let mut faults: Vec<String> = refused.faults().into_iter().map(|(pointer, _)| pointer).collect();
    faults.sort();
    let wanted = [
        "#/initiative/country",
        "#/initiative/links/0",
        "#/initiative/title",
        "#/initiative/x",
        "#/message",
        "#/submitter/email",
        "#/submitter/name",
    ];
    assert_eq!(faults, wanted, "{}", refused.text());
    assert!(!refused.text().contains("marker"));
    for (patch, pointer, code) in [
        (json!({"country": "ZZ"}), "#/initiative/country", "unknown_country"),
        (json!({"title": "\u{200b}\u{2060}"}), "#/initiative/title", "hidden_characters"),
        (json!({"url": "https://me:secret@example.org/"}), "#/initiative/url", "invalid_format"),
        (
            json!({"themes": ["01890a5d-ac96-774b-bcce-b302099a8057"]}),
            "#/initiative/themes/0",
            "unknown_reference",
        ),
        (json!({"place": {"locality": "Elsewhere"}}), "#/initiative/locality", "contradiction"),
    ] {
        let refused = house.post("/v1/submissions", newcomer_with(json!({"initiative": patch}))).await;
        assert_eq!(refused.faults(), [(pointer.to_owned(), code.to_owned())], "{}", refused.text());
    }
    assert_eq!(house.count("SELECT count(*) AS n FROM submission").await, 0);
}

#[tokio::test]
async fn every_script_arrives_as_it_was_sent() {
    let house = House::open().await;
    let titles = [
        "تضامن السودان — معًا",
        "आदिवासी बीज",
        "\u{200f}שלום\u{200e} abc",
        "Ñandutí e\u{301} ﬁ 𝒮",
        "👩‍🌾 Ubuntu",
    ];
    for title in titles {
        let submission = submit(&house, newcomer_with(json!({"initiative": {"title": title}}))).await;
        assert_eq!(submission.read().await["initiative"]["title"], title);
    }
    for body in [r#"{"initiative":{"title":"\ud800"}}"#, r#"{"initiative":{},"initiative":{}}"#, "{"] {
        let request =
            house.request(Method::POST, "/v1/submissions").header("content-type", "application/json");
        let refused = answer(request.body(body)).await;
        assert_eq!((refused.status, &*refused.code()), (400, "invalid_json"), "{body}");
    }
}

#[tokio::test]
async fn a_form_that_is_sent_again_with_its_key_is_one_submission_with_one_token() {
    let house = House::open().await;
    let send = async |key: &str, body: Value| {
        let request = house.request(Method::POST, "/v1/submissions").header("idempotency-key", key);
        answer(request.json(&body)).await
    };
    let key = "0b5c3c0e-6d0f-4a51-9f0b-3f1e2d7c9a84";
    let first = send(key, newcomer()).await;
    let second = send(key, newcomer()).await;
    assert_eq!((first.status, second.status, second.header("idempotent-replayed")), (201, 201, "true"));
    assert_eq!(first.json(), second.json());
    assert_eq!(send(key, newcomer_with(json!({"message": "other"}))).await.status, 422);
    assert_eq!(send("weak", newcomer()).await.status, 400);
    assert_eq!(house.count("SELECT count(*) AS n FROM submission").await, 1);
}
