//! `/v1/registrations/mine/calendar.ics`, and the calendar of an account.

use std::time::Duration;

use api::config::settings::{PUBLIC_URL, RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Method;
use serde_json::{Value, json};

use super::{comer, desk, register, scheduled};
use crate::calendar_files::{CalendarFile, expected};
use crate::events::dialogue;
use crate::house::actors::Actor;
use crate::house::{Answer, House};
use crate::records::address;

const MINE: &str = "/v1/registrations/mine/calendar.ics";
const SECRETS: [&str; 6] = ["hidden hall", "secret-room", "Knock", "Yei", "LOCATION", "GEO"];

async fn open() -> House {
    let public = (&PUBLIC_URL, "https://campaign.example.org");
    House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false"), public]).await
}

fn when(house: &House, hours: i64) -> Value {
    let start = (house.now() + chrono::TimeDelta::hours(hours)).with_timezone(&chrono_tz::Africa::Juba);
    json!({"precision": "minute", "starts_local": start.format("%Y-%m-%dT%H:%M:%S").to_string(),
        "time_zone": "Africa/Juba", "duration_minutes": 60})
}

async fn mine(house: &House, token: &str, query: &str) -> Answer {
    house.with_token(token, Method::GET, &format!("{MINE}{query}"), None).await
}

#[tokio::test]
async fn a_registration_is_a_file_that_newer_ones_replace() {
    let house = open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 1})).await;
    let (amina, _) = register(&house, &event, comer("ally")).await;
    let (bo, _) = register(&house, &event, comer("ally")).await;
    let file = async |token: &str| CalendarFile::of(&mine(&house, token, "").await);
    let waits = file(&bo.token).await;
    assert_eq!(waits.event().value("STATUS"), ":TENTATIVE");
    waits.leave("mine-1", &[expected(&event, "TENTATIVE")]);
    let has_seat = file(&amina.token).await;
    assert_eq!(has_seat.event().value("STATUS"), ":CONFIRMED");
    assert_eq!(has_seat.event().value("URL"), ":https://campaign.example.org/registration");
    assert_eq!(amina.post("cancel").await.status, 200);
    assert_eq!(file(&amina.token).await.event().value("STATUS"), ":CANCELLED");
    let moved_up = file(&bo.token).await;
    assert!(moved_up.event().sequence() > waits.event().sequence());
    moved_up.leave_after("mine-2", "mine-1", &[expected(&event, "CONFIRMED")]);
    let moved = json!({"when": {"precision": "minute", "starts_local": "2099-04-01T09:00:00", "time_zone": "Africa/Juba", "duration_minutes": 90}});
    let moved = host.post(&format!("{}/reschedule", address(&event)), moved).await.json();
    let after = file(&bo.token).await;
    after.leave_after("mine-3", "mine-2", &[expected(&moved, "CONFIRMED")]);
    let cancelled = host.does("cancel", &event).await;
    let last = file(&bo.token).await;
    last.leave_after("mine-4", "mine-3", &[expected(&cancelled, "CANCELLED")]);
    for file in [waits, moved_up, after, last] {
        for secret in SECRETS {
            assert!(!file.text().contains(secret), "{secret}");
        }
    }
    let answer = mine(&house, &bo.token, "").await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let again = house.request(Method::GET, MINE).bearer_auth(&bo.token);
    let again = crate::house::answer(again.header("if-none-match", answer.header("etag"))).await;
    assert_eq!(again.status, 304);
    assert_eq!(house.get(MINE).await.status, 401);
    assert_eq!(mine(&house, &host.token, "").await.status, 401);
    assert_eq!(mine(&house, &bo.token, "?venue=yes").await.code(), "invalid_parameter");
}

#[tokio::test]
async fn the_place_is_in_a_file_only_for_who_asks_for_it_when_it_is_told() {
    let house = open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 1, "when": when(&house, 30)})).await;
    let (amina, _) = register(&house, &event, comer("ally")).await;
    let (bo, _) = register(&house, &event, comer("ally")).await;
    let told = "?with_venue=true";
    assert_eq!(mine(&house, &amina.token, told).await.status, 403, "too early");
    house.advance(Duration::from_secs(7 * 3600));
    assert_eq!(mine(&house, &bo.token, told).await.status, 403, "without a seat");
    let file = CalendarFile::of(&mine(&house, &amina.token, told).await);
    assert_eq!(file.event().value("LOCATION"), ";LANGUAGE=en:The hidden hall");
    assert_eq!(
        file.event().value("DESCRIPTION"),
        ";LANGUAGE=en:https://meet.example.org/secret-room\\nKnock twice"
    );
    let noted = "SELECT count(*) AS n FROM audit_entry WHERE action = 'read' AND record_kind = 'event'";
    assert_eq!(house.count(noted).await, 1);
    assert!(
        !mine(&house, &amina.token, "").await.text().contains("hidden hall"),
        "not unless it is asked for"
    );
    let host = house.sign_in(&host.id, &host.email).await;
    host.edits(&event, json!({"risk": "high"})).await;
    assert_eq!(mine(&house, &amina.token, told).await.status, 403);
    let file = CalendarFile::of(&mine(&house, &amina.token, "").await);
    assert_eq!((file.titles(), file.text().contains("Juba")), (vec!["Event"], false));
    house.advance(Duration::from_secs(72 * 3600));
    assert_eq!(mine(&house, &amina.token, told).await.status, 403, "too late");
}

/// Makes the address of somebody's calendar.
async fn feed(actor: &Actor<'_>) -> String {
    let made = actor.post("/v1/me/calendar-feed", json!({})).await;
    assert_eq!((made.status, made.header("location")), (201, "/v1/me/calendar-feed"), "{}", made.text());
    let made = made.json();
    let path = made["path"].as_str().unwrap().to_owned();
    assert_eq!(made["url"], format!("https://campaign.example.org{path}"));
    path
}

async fn titles(house: &House, path: &str) -> Vec<String> {
    let file = CalendarFile::of(&house.get(path).await);
    let mut titles: Vec<String> = file.titles().into_iter().map(str::to_owned).collect();
    titles.sort();
    titles
}

fn called(title: &str) -> Value {
    let mut body = dialogue();
    (body["title"], body["registration"]) = (json!(title), json!("open"));
    body
}

#[tokio::test]
async fn an_account_has_what_it_hosts_helps_at_and_registered_for() {
    let house = open().await;
    let admin = house.admin().await;
    let organisation = admin.makes("organisations", json!({"kind": "ngo", "name": "Seeds"})).await;
    let (member, person) = house.somebody("member", organisation["id"].as_str().unwrap()).await;
    let host = house.host().await;
    let mut helped = called("Helped at");
    helped["facilitators"] = json!([person["id"]]);
    let helped = admin.makes("events", helped).await;
    let mut hosted = called("Hosted");
    hosted["hosts"] = json!([organisation["id"]]);
    let hosted = admin.makes("events", hosted).await;
    let registered = host.makes("events", called("Registered for")).await;
    let other = host.makes("events", called("Nobody else's")).await;
    for event in [&registered, &other] {
        host.does("schedule", event).await;
    }
    assert_eq!(member.post(&desk(&registered), comer("ally")).await.status, 201);
    let path = feed(&member).await;
    assert_eq!(titles(&house, &path).await, ["Registered for"], "drafts are not for who cannot edit them");
    for event in [&helped, &hosted] {
        admin.does("schedule", event).await;
    }
    assert_eq!(titles(&house, &path).await, ["Helped at", "Hosted", "Registered for"]);
    let of_host = feed(&host).await;
    assert_eq!(titles(&house, &of_host).await, ["Nobody else's", "Registered for"]);
    let answer = house.get(&path).await;
    let file = CalendarFile::of(&answer);
    for secret in SECRETS {
        assert!(!file.text().contains(secret), "{secret}");
    }
    assert_eq!((answer.header("cache-control"), file.value("X-WR-CALNAME")), ("no-store", ":Events"));
    let [helped, hosted, registered] =
        [&helped, &hosted, &registered].map(|event| expected(event, "CONFIRMED"));
    file.leave("account-1", &[helped, hosted, registered]);
    let same = house.get_with(&path, &[("if-none-match", answer.header("etag"))]).await;
    assert_eq!(same.status, 304);
    let mine = member.get("/v1/me/registrations").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(member.post(&format!("/v1/me/registrations/{mine}/cancel"), json!({})).await.status, 200);
    assert_eq!(titles(&house, &path).await, ["Helped at", "Hosted"]);
}

#[tokio::test]
async fn the_address_of_a_calendar_ends_when_another_is_made_or_it_is_taken_back() {
    let house = open().await;
    let (host, admin) = (house.host().await, house.admin().await);
    let event = host.makes("events", dialogue()).await;
    let first = feed(&host).await;
    let draft = CalendarFile::of(&house.get(&first).await);
    assert_eq!(draft.event().value("STATUS"), ":TENTATIVE", "one's own draft: {event}");
    let second = feed(&host).await;
    assert_eq!((house.get(&first).await.status, house.get(&second).await.status), (404, 200));
    let secret = second.trim_start_matches("/v1/calendars/").trim_end_matches(".ics");
    for table in ["calendar_feed", "audit_entry", "idempotent_answer"] {
        assert!(!house.dump(table).await.contains(secret), "{table}");
    }
    let suspended = admin.post(&format!("/v1/accounts/{}/suspend", host.id), json!({})).await;
    assert_eq!(suspended.status, 200, "{}", suspended.text());
    assert_eq!(house.get(&second).await.status, 404);
    let restored = admin.post(&format!("/v1/accounts/{}/restore", host.id), json!({})).await;
    assert_eq!(restored.status, 200, "{}", restored.text());
    assert_eq!(house.get(&second).await.status, 200);
    let host = house.sign_in(&host.id, &host.email).await;
    for _ in 0..2 {
        assert_eq!(host.delete("/v1/me/calendar-feed").await.status, 204);
    }
    assert_eq!(house.get(&second).await.status, 404);
    assert_eq!(house.get("/v1/calendars/sol_cf_AAAA.ics").await.status, 404);
    assert_eq!(house.post("/v1/me/calendar-feed", json!({})).await.status, 401);
}
