//! Withdrawing wins, whatever happens at the same time.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::{MINE, held, public, said, token};
use crate::house::{House, answer};
use crate::records::address;

#[tokio::test]
async fn withdrawing_against_approving_and_editing_ends_withdrawn() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = held(&host).await;
    for round in 0..4 {
        let text = format!("Sorghum words {round}");
        let quote = host.makes("quotes", said(&event, &text)).await;
        let (token, path) = (token(&quote), address(&quote));
        let (approve, anew) = (format!("{path}/approve"), format!("{path}/consents"));
        let approved = moderator.post(&approve, json!({}));
        let edited = moderator.patch_version(path, "*", json!({"text": format!("{text} edited")}));
        let narrowed = house.narrowed(&token, json!({"level": "anonymous"}));
        let renewed = house.renewed(&host.token, &anew, json!({"method": "written"}));
        let (withdrawn, approved, edited, narrowed, renewed) =
            tokio::join!(house.withdrawn(&token), approved, edited, narrowed, renewed);
        assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
        assert!([200, 409].contains(&approved.status), "{}", approved.text());
        assert!([200, 409].contains(&edited.status), "{}", edited.text());
        assert!([200, 409, 412].contains(&narrowed.status), "{}", narrowed.text());
        assert!([201, 409].contains(&renewed.status), "{}", renewed.text());
        let record = host.get(path).await.json();
        assert_eq!((&record["status"], &record["text"]), (&json!("withdrawn"), &json!("")));
        assert!([404, 410].contains(&house.gallery(&quote).await.status));
        assert_eq!(house.mine(&token).await.json()["state"], "withdrawn");
    }
    assert!(house.items("/v1/gallery/quotes").await.is_empty());
    assert_eq!(house.count("SELECT count(*) AS n FROM consent WHERE withdrawn_at IS NULL").await, 0);
    for table in ["quote", "revision", "gallery_document", "gallery_search"] {
        assert!(!house.dump(table).await.to_lowercase().contains("sorghum"), "{table}");
    }
    let facts = "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'quote_withdrawn'";
    assert_eq!((house.count(facts).await, house.count("SELECT count(*) AS n FROM withdrawal").await), (4, 4));
}

#[tokio::test]
async fn of_ten_who_withdraw_at_once_one_does_and_all_are_told_that_it_is_done() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let (quote, token) = public(&host, &moderator, "We keep the seeds").await;
    let all = (0..10).map(|n| {
        let request = house.request(Method::POST, &format!("{MINE}/withdraw")).bearer_auth(&token);
        answer(if n % 2 == 0 { request.header("idempotency-key", "a-key") } else { request })
    });
    for done in join_all(all).await {
        assert_eq!((done.status, &done.json()["state"]), (200, &json!("withdrawn")), "{}", done.text());
    }
    assert_eq!(house.gallery(&quote).await.status, 410);
    let facts = "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'quote_withdrawn'";
    assert_eq!(house.count(facts).await, 1);
}
