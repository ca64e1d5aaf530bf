//! Watches end at once, and stay ended.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::{AMINA, DAY, MINE, arrived, confirmed, mine, open, published};
use crate::house::mailbox::{Mailbox, Manner};
use crate::house::{Answer, House, answer, mistyped};

/// What a mail program does (RFC 8058).
async fn one_click(house: &House, url: &str) -> Answer {
    let path = url.strip_prefix("https://campaign.example.org").unwrap();
    let form = house.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
    answer(form.body("List-Unsubscribe=One-Click")).await
}

#[tokio::test]
async fn one_click_ends_a_watch_at_once_and_nothing_of_it_is_kept() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = open(&mailbox.address()).await;
    let host = house.host().await;
    let token = confirmed(&house, &mailbox, AMINA, json!({"countries": ["SS"]})).await;
    let other = confirmed(&house, &mailbox, "other@example.org", json!({})).await;
    published(&host, "Dialogue on seeds", "SS").await;
    house.advance(Duration::from_secs(DAY));
    house.run_jobs().await;
    let letters = arrived(&mailbox);
    let letter = letters.iter().find(|letter| letter.header("to") == AMINA).unwrap();
    let url = letter.header("list-unsubscribe").trim_matches(['<', '>']).to_owned();
    let path = url.strip_prefix("https://campaign.example.org").unwrap();
    assert_eq!(house.get(path).await.status, 405, "programs that look at every link end nothing");
    assert_eq!(mine(&house, &token, Method::GET, MINE, None).await.status, 200);
    let wrong = mistyped(&url, url.len() - 2);
    assert_eq!(one_click(&house, &wrong).await.status, 404);
    for _ in 0..2 {
        let ended = one_click(&house, &url).await;
        assert_eq!(ended.status, 204, "{}", ended.text());
    }
    assert_eq!(mine(&house, &token, Method::GET, MINE, None).await.status, 401);
    assert_eq!(mine(&house, &other, Method::GET, MINE, None).await.status, 200);
    assert_eq!(house.count("SELECT count(*) AS n FROM watch").await, 1);
    let host = house.sign_in(&host.id, &host.email).await;
    published(&host, "Dialogue on rain", "SS").await;
    house.advance(Duration::from_secs(DAY));
    house.run_jobs().await;
    assert!(arrived(&mailbox).iter().all(|letter| letter.header("to") == "other@example.org"));
}

#[tokio::test]
async fn no_older_copy_of_the_database_brings_back_who_ended_it() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = open(&mailbox.address()).await;
    let token = confirmed(&house, &mailbox, AMINA, json!({})).await;
    let kept =
        "CREATE TABLE kept_watch AS SELECT * FROM watch; CREATE TABLE kept_key AS SELECT * FROM data_key";
    house.sql(kept).await;
    assert_eq!(mine(&house, &token, Method::DELETE, MINE, None).await.status, 204);
    assert_eq!(mine(&house, &token, Method::DELETE, MINE, None).await.status, 401);
    assert!(house.file("erasures.ndjson").contains("\"watch\""));
    let back = "INSERT INTO watch SELECT * FROM kept_watch; DELETE FROM data_key; INSERT INTO data_key SELECT * FROM kept_key; \
                DROP TABLE kept_watch; DROP TABLE kept_key";
    house.sql(back).await;
    assert_eq!(mine(&house, &token, Method::GET, MINE, None).await.status, 200, "as if the copy were there");
    let opened = house.solidarity(&["publish", "rebuild"]).await;
    assert!(opened.stderr.contains("erased again"), "{}", opened.stderr);
    opened.done();
    assert_eq!(mine(&house, &token, Method::GET, MINE, None).await.status, 401);
    assert_eq!(house.count("SELECT count(*) AS n FROM watch").await, 0);
}
