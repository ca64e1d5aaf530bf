//! Signing in and out.

use std::time::Duration;

use api::config::settings::{PASSWORD_COST, RATE_LIMITS, REQUIRE_TOTP};
use serde_json::{Value, json};

use crate::house::{Actor, House};

async fn sign_in(house: &House, email: &str, password: &str) -> crate::house::Answer {
    house.post("/v1/sessions", json!({"email": email, "password": password})).await
}

/// A problem without the one member that differs each time.
fn without_instance(mut problem: Value) -> Value {
    problem.as_object_mut().unwrap().remove("instance");
    problem
}

#[tokio::test]
async fn the_right_password_gives_tokens_that_open_the_account() {
    let house = House::open().await;
    house.account("Amina@Example.org", "host").await;
    let answer = sign_in(&house, " amina@example.ORG", "marigold tractor seventeen fog").await;
    assert_eq!((answer.status, answer.header("cache-control")), (201, "no-store"), "{}", answer.text());
    let tokens = answer.json();
    assert_eq!(tokens["expires_in"], 600);
    assert!(tokens["refresh_token"].as_str().unwrap().starts_with("sol_rt_"));
    let token = tokens["access_token"].as_str().unwrap();
    let me = house.get_with("/v1/me", &[("authorization", &format!("Bearer {token}"))]).await;
    assert_eq!(me.status, 200, "{}", me.text());
    let me = me.json();
    assert_eq!(
        (&me["email"], &me["role"], &me["state"]),
        (&"Amina@Example.org".into(), &"host".into(), &"active".into())
    );
    let session = house.with_token(token, reqwest::Method::GET, "/v1/sessions", None).await.json();
    assert_eq!(
        answer.header("location"),
        format!("/v1/sessions/{}", session["items"][0]["id"].as_str().unwrap())
    );
}

#[tokio::test]
async fn unknown_accounts_and_wrong_passwords_answer_alike() {
    let house = House::open().await;
    let admin = house.admin().await;
    let invited = json!({"email": "invited@example.org", "role": "member", "display_name": "Invited"});
    assert_eq!(admin.post("/v1/accounts/invite", invited).await.status, 201);
    let suspended = house.member().await;
    assert_eq!(admin.post(&format!("/v1/accounts/{}/suspend", suspended.id), json!({})).await.status, 200);

    let wrong = sign_in(&house, &admin.email, "not the password at all").await;
    assert_eq!((wrong.status, &*wrong.code()), (401, "invalid_credentials"));
    assert!(wrong.header("www-authenticate").starts_with("Bearer "));
    let wanted = without_instance(wrong.json());
    for (email, password) in [
        ("nobody@example.org", "not the password at all"),
        ("no address at all", "x"),
        ("invited@example.org", "not the password at all"),
        (&*suspended.email, "marigold tractor seventeen fog"),
    ] {
        let answer = sign_in(&house, email, password).await;
        assert_eq!(answer.status, 401, "{email}");
        assert_eq!(without_instance(answer.json()), wanted, "{email}");
        let names = |answer: &crate::house::Answer| {
            let mut names: Vec<_> = answer.headers.keys().map(|name| name.to_string()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&answer), names(&wrong), "{email}");
    }
}

#[tokio::test]
async fn all_faults_of_a_body_are_told_and_nothing_of_it_is_repeated() {
    let house = House::open().await;
    let answer =
        house.post("/v1/sessions", json!({"email": "", "password": 5, "totp": "12", "x": "hunter2"})).await;
    assert_eq!((answer.status, &*answer.code()), (422, "invalid_body"));
    let mut faults = answer.faults();
    faults.sort();
    let wanted = [
        ("#/email", "too_short"),
        ("#/password", "wrong_type"),
        ("#/totp", "invalid_format"),
        ("#/x", "unknown_field"),
    ];
    assert_eq!(faults, wanted.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    assert!(!answer.text().contains("hunter2"));
    let form = house.request(reqwest::Method::POST, "/v1/sessions").body("email=a&password=b");
    let form = crate::house::answer(form.header("content-type", "application/x-www-form-urlencoded")).await;
    assert_eq!((form.status, &*form.code()), (415, "unsupported_media_type"));
}

#[tokio::test]
async fn two_hundred_wrong_passwords_do_not_lock_the_owner_out() {
    let house = House::open().await;
    let owner = house.host().await;
    for _ in 0..20 {
        let wrong = futures_util::future::join_all((0..10).map(|n| {
            let (house, email) = (&house, &owner.email);
            async move { sign_in(house, email, &format!("wrong password number {n}")).await }
        }));
        for answer in wrong.await {
            assert!([401, 429, 503].contains(&answer.status), "{}", answer.text());
        }
    }
    house.advance(Duration::from_secs(8));
    let answer = sign_in(&house, &owner.email, "marigold tractor seventeen fog").await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

#[tokio::test]
async fn how_many_wrong_passwords_are_free_does_not_tell_whether_there_is_an_account() {
    let house = House::open().await;
    let (owner, never_here) = (house.host().await, "never-here@example.org");
    house.account(never_here, "host").await;
    let mut told = Vec::new();
    for email in [owner.email.as_str(), never_here, "nobody@example.org"] {
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(sign_in(&house, email, "wrong password").await.status);
        }
        told.push(statuses);
    }
    assert_eq!((&told[0], &told[1]), (&told[2], &told[2]));
    assert!(told[0].contains(&401) && told[0].contains(&429), "{:?}", told[0]);
}

#[tokio::test]
async fn who_guesses_from_a_network_where_nobody_signed_in_has_to_wait_a_little_longer_each_time() {
    let house = House::open().await;
    house.account("amina@example.org", "host").await;
    let mut refused = 0;
    for _ in 0..30 {
        let answer = sign_in(&house, "amina@example.org", "wrong password").await;
        match answer.status {
            401 => assert_eq!(refused, 0, "none passes before its time"),
            429 => {
                refused += 1;
                let wait: u64 = answer.header("retry-after").parse().unwrap();
                assert!((1..=8).contains(&wait), "{wait}");
                assert_eq!(answer.code(), "too_many_requests");
            }
            _ => panic!("{}", answer.text()),
        }
    }
    assert!(refused > 20, "{refused}");
    house.advance(Duration::from_secs(8));
    assert_eq!(sign_in(&house, "amina@example.org", "marigold tractor seventeen fog").await.status, 201);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_and_other_peoples_are_not_there() {
    let house = House::open().await;
    let amina = house.host().await;
    let phone = house.sign_in(&amina.id, &amina.email).await;
    let bo = house.host().await;
    let list = |actor| async move {
        Actor::get(actor, "/v1/sessions").await.json()["items"].as_array().unwrap().clone()
    };
    let mine = list(&amina).await;
    assert_eq!(mine.len(), 2);
    assert_eq!(mine.iter().filter(|session| session["current"] == true).count(), 1);
    let other = mine.iter().find(|session| session["current"] == false).unwrap();
    let address = format!("/v1/sessions/{}", other["id"].as_str().unwrap());

    let stranger = bo.delete(&address).await;
    assert_eq!((stranger.status, &*stranger.code()), (404, "not_found"));
    assert_eq!(phone.get("/v1/me").await.status, 200);
    assert_eq!(amina.delete(&address).await.status, 204);
    let ended = phone.get("/v1/me").await;
    assert_eq!((ended.status, &*ended.code()), (401, "unauthenticated"));
    assert!(ended.header("www-authenticate").contains("error=\"invalid_token\""));
    assert_eq!(amina.delete(&address).await.status, 404);
    assert_eq!(amina.delete("/v1/sessions/no-uuid").await.status, 404);

    assert_eq!(amina.delete("/v1/sessions/current").await.status, 204);
    assert_eq!(amina.get("/v1/me").await.status, 401);
    let refreshed = house.post("/v1/sessions/refresh", json!({"refresh_token": amina.refresh_token})).await;
    assert_eq!((refreshed.status, &*refreshed.code()), (401, "invalid_credentials"));
    assert_eq!(list(&bo).await.len(), 1);
}

#[tokio::test]
async fn a_list_of_sessions_is_walked_page_by_page() {
    let house = House::open().await;
    let amina = house.host().await;
    for _ in 0..4 {
        house.sign_in(&amina.id, &amina.email).await;
    }
    let (mut seen, mut path) = (std::collections::BTreeSet::new(), "/v1/sessions?limit=2".to_owned());
    loop {
        let page = amina.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let json = page.json();
        seen.extend(
            json["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = json["next_cursor"].as_str() else { break };
        path = format!("/v1/sessions?limit=2&cursor={cursor}");
        assert_eq!(page.header("link"), format!("<{path}>; rel=\"next\""));
    }
    assert_eq!(seen.len(), 5);
}

#[tokio::test]
async fn a_password_whose_hash_has_become_too_cheap_is_hashed_anew() {
    let house = House::open_with(&[
        (&RATE_LIMITS, "off"),
        (&REQUIRE_TOTP, "false"),
        (&PASSWORD_COST, "m=19456,t=3,p=1"),
    ])
    .await;
    house.account("amina@example.org", "host").await;
    let cheap = "SELECT count(*) AS n FROM account WHERE password_hash LIKE '%m=8,t=1,p=1%'";
    assert_eq!(house.count(cheap).await, 1);
    for _ in 0..2 {
        assert_eq!(sign_in(&house, "amina@example.org", "marigold tractor seventeen fog").await.status, 201);
        assert_eq!(house.count(cheap).await, 0);
    }
}
