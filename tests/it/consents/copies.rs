//! A copy of the database from before something was allowed no longer.

use serde_json::json;

use super::{ledger, public, token};
use crate::house::House;
use crate::records::address;

#[tokio::test]
async fn an_older_copy_allows_no_more_than_was_allowed_last() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let (quote, speaker) = public(&host, &moderator, "We keep the seeds").await;
    let person = host.makes("people", json!({"display_name": "Amina", "role": "activist"})).await;
    let line = json!({"purpose": "publish_name", "method": "written"});
    let named = host.post(&ledger(&person), line).await;
    assert_eq!(named.status, 201, "{}", named.text());
    house.sql("CREATE TABLE kept_quote AS SELECT * FROM quote; CREATE TABLE kept_consent AS SELECT * FROM consent").await;

    assert_eq!(house.narrowed(&speaker, json!({"level": "anonymous"})).await.status, 200);
    assert_eq!(house.withdrawn(&token(&named.json())).await.status, 200);
    let back = "DELETE FROM consent_token; DELETE FROM consent; DELETE FROM quote; INSERT INTO quote SELECT * FROM kept_quote; \
                INSERT INTO consent SELECT * FROM kept_consent; DROP TABLE kept_quote; DROP TABLE kept_consent";
    house.sql(back).await;
    house.solidarity(&["publish", "rebuild"]).await.done();

    assert_eq!(house.gallery(&quote).await.status, 410, "the pseudonym would be back");
    assert_eq!(host.get(address(&quote)).await.json()["published"], false);
    let rows = host.get(&ledger(&person)).await.json();
    assert_eq!(rows["items"][0]["state"], "withdrawn", "{rows}");
}
