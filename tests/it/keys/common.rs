//! How often a key may ask where several processes answer.

use std::time::Duration;

use api::config::settings::{KEY_LIMITS, RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Client;

use super::{key, organisation, secret};
use crate::house::program::Server;
use crate::house::{Answer, House, answer};

/// What is left to the key, as an answer tells.
fn left(answer: &Answer) -> u32 {
    let told = answer.header("ratelimit").split("\"key\";r=").nth(1).expect("it tells");
    told.split(';').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn processes_on_one_postgresql_give_out_a_keys_allowance_in_common() {
    let settings = [(&RATE_LIMITS, "1000/h"), (&KEY_LIMITS, "40/h"), (&REQUIRE_TOTP, "false")];
    let house = House::open_with(&settings).await;
    let admin = house.admin().await;
    let group = organisation(&admin, "Sample group").await;
    let desk = key(&admin, &group, &["events:read"]).await;
    let further = [("SOLIDARITY_RATE_LIMITS", "1000/h"), ("SOLIDARITY_KEY_LIMITS", "40/h")];
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--no-worker"];
    let mut server = Server::start(&house.variables(&further), &arguments);
    let (url, client) = (server.address(), Client::new());
    let elsewhere =
        async || answer(client.get(format!("{url}/v1/events")).header("x-api-key", secret(&desk))).await;
    assert_eq!(left(&elsewhere().await), 39);
    for _ in 0..20 {
        assert_eq!(house.with_key(&desk).get("/v1/events").await.status, 200);
    }
    let in_common = house.is_postgres();
    let (mut asked, most) = (1, if in_common { 15 } else { 4 });
    // Within a second or so the other process has heard.
    let heard = loop {
        let now = left(&elsewhere().await);
        asked += 1;
        if now == 20 - asked || asked == most {
            break now;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    };
    assert_eq!(heard, if in_common { 20 - asked } else { 40 - asked }, "after {asked}");
    if in_common {
        while asked < 20 {
            assert_eq!(elsewhere().await.status, 200);
            asked += 1;
        }
        assert_eq!(elsewhere().await.status, 429, "forty are forty, wherever they are asked for");
    }
    server.signal("TERM");
    server.outcome();
}
