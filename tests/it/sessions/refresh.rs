//! Staying signed in.

use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{Answer, House, mistyped};

async fn refresh(house: &House, token: &str) -> Answer {
    house.post("/v1/sessions/refresh", json!({"refresh_token": token})).await
}

fn text(tokens: &Value, name: &str) -> String {
    tokens[name].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_refresh_gives_the_next_tokens_and_the_old_one_has_had_its_day() {
    let house = House::open().await;
    let amina = house.host().await;
    let answer = refresh(&house, &amina.refresh_token).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.text());
    let first = answer.json();
    assert_ne!(text(&first, "refresh_token"), amina.refresh_token);
    let second = refresh(&house, &text(&first, "refresh_token")).await;
    assert_eq!(second.status, 200);
    // The first one is two steps back: somebody has a copy of it.
    assert_eq!(refresh(&house, &amina.refresh_token).await.status, 401);
    assert_eq!(
        refresh(&house, &text(&second.json(), "refresh_token")).await.status,
        401,
        "the session has ended"
    );
    assert_eq!(amina.get("/v1/me").await.status, 401);
}

#[tokio::test]
async fn a_lost_answer_can_be_had_again_for_a_minute_as_long_as_the_next_token_is_unused() {
    let house = House::open().await;
    let amina = house.host().await;
    let first = refresh(&house, &amina.refresh_token).await.json();
    house.advance(Duration::from_secs(59));
    let again = refresh(&house, &amina.refresh_token).await;
    assert_eq!(again.status, 200, "{}", again.text());
    assert_eq!(text(&again.json(), "refresh_token"), text(&first, "refresh_token"), "the same successor");
    house.advance(Duration::from_secs(2));
    assert_eq!(refresh(&house, &amina.refresh_token).await.status, 401, "after more than a minute");
    assert_eq!(
        refresh(&house, &text(&first, "refresh_token")).await.status,
        401,
        "and the session has ended"
    );
}

#[tokio::test]
async fn of_two_refreshes_at_once_both_get_the_same_next_token() {
    let house = House::open().await;
    let amina = house.host().await;
    let answers = futures_util::future::join_all((0..6).map(|_| refresh(&house, &amina.refresh_token))).await;
    let tokens: std::collections::BTreeSet<_> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer.status, 200, "{}", answer.text());
            text(&answer.json(), "refresh_token")
        })
        .collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(refresh(&house, tokens.first().unwrap()).await.status, 200);
}

#[tokio::test]
async fn an_old_token_is_recognised_however_long_ago_it_was_used() {
    let house = House::open().await;
    let amina = house.host().await;
    let mut token = amina.refresh_token.clone();
    for _ in 0..5 {
        house.advance(Duration::from_secs(600));
        token = text(&refresh(&house, &token).await.json(), "refresh_token");
    }
    assert_eq!(refresh(&house, &amina.refresh_token).await.status, 401);
    assert_eq!(refresh(&house, &token).await.status, 401);
    assert_eq!(house.count("SELECT count(*) AS n FROM session").await, 0);
}

#[tokio::test]
async fn a_token_that_was_never_given_out_ends_nothing() {
    let house = House::open().await;
    let amina = house.host().await;
    let typo = mistyped(&amina.refresh_token, amina.refresh_token.len() - 1);
    for token in [&*typo, "sol_rt_", "x", &amina.token[..100]] {
        assert_eq!(refresh(&house, token).await.status, 401, "{token}");
    }
    assert_eq!(refresh(&house, &amina.refresh_token).await.status, 200);
}

#[tokio::test]
async fn a_session_ends_by_itself_when_it_is_not_refreshed_for_a_fortnight() {
    let house = House::open().await;
    let (amina, bo) = (house.host().await, house.host().await);
    house.advance(Duration::from_secs(13 * 86_400));
    let token = text(&refresh(&house, &amina.refresh_token).await.json(), "refresh_token");
    house.advance(Duration::from_secs(2 * 86_400));
    assert_eq!(refresh(&house, &bo.refresh_token).await.status, 401);
    assert_eq!(refresh(&house, &token).await.status, 200);
}
