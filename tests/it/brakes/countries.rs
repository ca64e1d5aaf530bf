//! `/v1/countries/{code}/risk`: raised by one and at once, lowered by two.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{held, of_event, proposes};
use crate::events::{dialogue, past};
use crate::house::House;
use crate::house::actors::Actor;
use crate::house::program::Server;
use crate::initiatives::initiative;
use crate::records::address;

async fn raise(who: &Actor<'_>, risk: &str) -> u16 {
    let body = json!({"risk": risk, "reason": "Arrests"});
    who.send(Method::PUT, "/v1/countries/SS/risk", Some(body)).await.status
}

/// An initiative of this country that is on the map.
async fn on_the_map(host: &Actor<'_>, moderator: &Actor<'_>, country: Value) -> Value {
    let mut body = initiative();
    body["country"] = country;
    let made = host.makes("initiatives", body).await;
    moderator.does("publish", &made).await
}

#[tokio::test]
async fn what_is_finer_than_a_raised_risk_lets_it_is_hidden_at_once_and_comes_back_coarser() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = held(&host).await;
    let [quote, outcome, story] = of_event(&host, &moderator, &event).await;
    let here = on_the_map(&host, &moderator, json!("SS")).await;
    let mut body = past();
    body["place"]["country"] = json!("KE");
    body["initiative"] = here["id"].clone();
    let abroad = host.makes("events", body).await;
    let abroad = host.does("schedule", &abroad).await;
    let mut body = past();
    body["public_precision"] = json!("hidden");
    let hides = host.makes("events", body).await;
    let hides = host.does("schedule", &hides).await;
    let other = on_the_map(&host, &moderator, json!("KE")).await;
    let untouched = house.gallery(&other).await;

    assert_eq!(raise(&host, "high").await, 403);
    assert_eq!(raise(&moderator, "high").await, 200);
    // Before any worker has looked at it.
    for record in [&event, &quote, &outcome, &story, &here] {
        assert_eq!(house.gallery(record).await.status, 404, "{}", address(record));
    }
    assert_eq!(house.gallery(&hides).await.status, 410, "what hides its country is rendered at once");
    assert_eq!(house.gallery(&abroad).await.json()["initiative"]["title"], "Seeds of the Nile");
    let totals = house.get("/v1/gallery").await.json()["totals"].clone();
    assert_eq!(
        (&totals["events"], &totals["quotes"], &totals["initiatives"]),
        (&json!(1), &json!(0), &json!(1))
    );
    assert!(house.items("/v1/gallery/changes?limit=100").await.iter().all(|change| {
        change["op"] == "delete" || change["id"] == abroad["id"] || change["id"] == other["id"]
    }));
    let cursor = house.get("/v1/gallery/changes?limit=100").await.json()["next_cursor"].clone();

    house.run_jobs().await;
    let seen = host.get(address(&event)).await.json();
    assert_eq!(seen["withheld_because"], json!(["risk_upcoming"]), "it is recorded as scheduled");
    assert_eq!(house.gallery(&here).await.json()["place"]["precision"], "region");
    assert_eq!(house.gallery(&quote).await.status, 410);
    let fed =
        house.items(&format!("/v1/gallery/changes?limit=100&cursor={}", cursor.as_str().unwrap())).await;
    assert!(fed.iter().any(|change| change["id"] == here["id"] && change["op"] == "upsert"), "{fed:?}");
    assert!(fed.iter().any(|change| change["id"] == quote["id"] && change["op"] == "delete"), "{fed:?}");
    let unmoved = house.gallery(&other).await;
    assert_eq!((unmoved.header("etag"), &unmoved.body), (untouched.header("etag"), &untouched.body));
    host.does("complete", &event).await;
    house.advance(Duration::from_secs(50 * 86_400));
    house.run_jobs().await;
    let public = house.gallery(&event).await.json();
    assert_eq!(
        (&public["when"]["precision"], &public["place"]["precision"]),
        (&json!("month"), &json!("region"))
    );

    let admin = house.sign_in(&moderator.id, &moderator.email).await;
    assert_eq!(raise(&admin, "severe").await, 200);
    house.run_jobs().await;
    for record in [&event, &here, &story] {
        assert_eq!(house.gallery(record).await.status, 404, "{}", address(record));
    }
    assert_eq!(house.gallery(&abroad).await.json()["initiative"], Value::Null);
}

#[tokio::test]
async fn lowering_it_takes_a_second_person_and_everything_comes_back() {
    let house = House::open().await;
    let (host, moderator, admin) = (house.host().await, house.moderator().await, house.admin().await);
    let event = held(&host).await;
    let [quote, ..] = of_event(&host, &moderator, &event).await;
    let before = house.gallery(&event).await.json();
    assert_eq!(raise(&moderator, "severe").await, 200);
    house.run_jobs().await;

    let lower = json!({"risk": "low", "reason": "Calm"});
    let put =
        async |who: &Actor<'_>| who.send(Method::PUT, "/v1/countries/SS/risk", Some(lower.clone())).await;
    let proposed = put(&admin).await;
    assert_eq!(proposed.status, 202, "{}", proposed.text());
    let proposal = proposed.json();
    assert_eq!(proposal["changes"], json!([{"member": "risk", "from": "severe", "to": "low"}]));
    assert_eq!(proposed.header("location"), address(&proposal));
    assert_eq!(put(&admin).await.json()["id"], proposal["id"], "the same is not proposed twice");
    assert_eq!(moderator.get("/v1/countries/SS/risk").await.json()["risk"], "severe");
    let draft = host.makes("events", dialogue()).await;
    let schedule = format!("{}/schedule", address(&draft));
    assert_eq!(host.post(&schedule, json!({})).await.status, 403, "what is risky a moderator schedules");
    moderator.does("schedule", &draft).await;
    let moved = host.patch(address(&draft), json!({"place": {"country": "KE"}})).await;
    assert_eq!((moved.status, moved.code().as_str()), (409, "conflict"), "that would lower it alone");
    assert_eq!(admin.post(&format!("{}/approve", address(&proposal)), json!({})).await.status, 403);

    let staff = moderator.get("/v1/countries").await;
    assert_eq!(staff.header("cache-control"), "no-store");
    let of = |answer: &crate::house::Answer| {
        let items = answer.json()["items"].as_array().unwrap().clone();
        items.into_iter().find(|country| country["code"] == "SS").unwrap()["risk"].clone()
    };
    assert_eq!(of(&staff), "severe");
    assert_eq!(
        (of(&host.get("/v1/countries").await), of(&house.get("/v1/countries").await)),
        (Value::Null, Value::Null)
    );

    house.admin().await.does("approve", &proposal).await;
    house.run_jobs().await;
    let after = house.gallery(&event).await.json();
    assert_eq!((&after["place"], &after["when"]), (&before["place"], &before["when"]));
    assert_eq!(house.gallery(&quote).await.status, 200);
    assert_eq!(moderator.get("/v1/countries/SS/risk").await.json()["risk"], "low");
    assert_eq!(moderator.get("/v1/countries/XX/risk").await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_published_while_the_risk_is_raised_is_not_finer_than_it_lets() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let mut drafts = Vec::new();
    for _ in 0..6 {
        let mut body = dialogue();
        body["when"] = json!({"precision": "day", "date": "2021-06-12"});
        drafts.push(host.makes("events", body).await);
    }
    let mut server = Server::start(
        &house.variables(&[("SOLIDARITY_RATE_LIMITS", "off"), ("SOLIDARITY_LOG", "warn,api::command=info")]),
        &["serve", "--listen", "127.0.0.1:0", "--no-worker"],
    );
    let there = server.address();
    let schedules =
        futures_util::future::join_all(drafts.iter().map(|draft| moderator.does("schedule", draft)));
    let (_, raised) = tokio::join!(schedules, raise(&moderator, "severe"));
    assert_eq!(raised, 200);
    for draft in &drafts {
        assert_eq!(house.gallery(draft).await.status, 404);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let elsewhere = reqwest::get(format!("{there}/v1/gallery/events")).await.unwrap().text().await.unwrap();
    assert!(!elsewhere.contains("seeds"), "{elsewhere}");
    house.run_jobs().await;
    for draft in &drafts {
        assert_eq!(house.gallery(draft).await.status, 404);
    }
    let lives = "SELECT count(*) AS n FROM gallery_document WHERE withdrawn_at IS NULL";
    assert_eq!(house.count(lives).await, 0);
}

#[tokio::test]
async fn two_who_raise_it_at_once_both_succeed() {
    let house = House::open().await;
    let (one, other) = (house.moderator().await, house.admin().await);
    let (high, severe) = tokio::join!(raise(&one, "high"), raise(&other, "severe"));
    assert!(severe == 200 && matches!(high, 200 | 202), "{high} {severe}");
    assert_eq!(one.get("/v1/countries/SS/risk").await.json()["risk"], "severe");
    let unknown = json!({"risk": "high", "reason": " "});
    assert_eq!(one.send(Method::PUT, "/v1/countries/SS/risk", Some(unknown)).await.status, 422);
    let _ = proposes(
        &one,
        json!({"subject": "country", "country": "SS", "changes": {"risk": "low"}, "reason": "Calm"}),
    )
    .await;
}

#[tokio::test]
async fn where_it_becomes_severe_nobody_is_told_what_was_withdrawn_there() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = held(&host).await;
    let [quote, outcome, story] = of_event(&host, &moderator, &event).await;
    let here = on_the_map(&host, &moderator, json!("SS")).await;
    let other = on_the_map(&host, &moderator, json!("KE")).await;
    for record in [&quote, &outcome, &story] {
        host.does("withdraw", record).await;
    }
    for record in [&here, &other] {
        moderator.does("archive", record).await;
    }
    host.does("lockdown", &event).await;
    let gone = [&event, &quote, &outcome, &story, &here];
    for record in gone {
        assert_eq!(house.gallery(record).await.status, 410, "{}", address(record));
    }
    assert!(house.get("/v1/gallery/events.ics").await.text().contains("CANCELLED"));
    let feed = house.get("/v1/gallery/changes?limit=100").await;
    assert_eq!(raise(&moderator, "severe").await, 200);
    for rebuilt in [false, true] {
        if rebuilt {
            house.run_jobs().await;
            assert_eq!(house.rebuild().await, (0, 0));
        }
        for record in gone {
            assert_eq!(house.gallery(record).await.status, 404, "{} {rebuilt}", address(record));
        }
        assert_eq!(house.gallery(&other).await.status, 410);
        assert!(!house.get("/v1/gallery/events.ics").await.text().contains("CANCELLED"));
        assert_eq!(house.get("/v1/gallery/changes?limit=100").await.body, feed.body, "it was told before");
    }
}
