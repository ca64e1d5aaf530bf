//! `/v1/events/{id}/lockdown` and `/v1/lockdown`.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{all_of_it, held, of, of_event, proposes};
use crate::calendar_files::CalendarFile;
use crate::events::dialogue;
use crate::house::House;
use crate::house::actors::Actor;
use crate::house::program::Server;
use crate::records::address;

const QUIET: &[(&str, &str)] =
    &[("SOLIDARITY_RATE_LIMITS", "off"), ("SOLIDARITY_LOG", "warn,api::command=info")];
const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0", "--no-worker"];

/// An upcoming event that anybody may register for, begun in an hour.
async fn soon(house: &House, host: &Actor<'_>) -> Value {
    let start = (house.now() + Duration::from_secs(3600)).format("%Y-%m-%dT%H:%M:00").to_string();
    let mut body = dialogue();
    body["registration"] = json!("open");
    body["when"] =
        json!({"precision": "minute", "starts_local": start, "time_zone": "UTC", "duration_minutes": 60});
    let event = host.makes("events", body).await;
    host.does("schedule", &event).await
}

#[tokio::test]
async fn nothing_of_an_event_is_left_in_public_and_a_second_person_ends_it() {
    let house = House::open().await;
    let (host, moderator, admin) = (house.host().await, house.moderator().await, house.admin().await);
    let (event, other) = (held(&host).await, held(&moderator).await);
    let contributions = of_event(&host, &moderator, &event).await;
    let elsewhere = house.gallery(&other).await;
    let before = house.items("/v1/gallery/changes?limit=100").await.len();
    assert_eq!(before, 5);

    assert_eq!(
        house.host().await.post(&format!("{}/lockdown", address(&event)), json!({})).await.status,
        404
    );
    let locked = host.does("lockdown", &event).await;
    assert_eq!((&locked["published"], &locked["withheld_because"]), (&json!(false), &json!(["lockdown"])));
    assert!(locked["locked_down_at"].is_string());
    let again = host.post(&format!("{}/lockdown", address(&event)), json!({})).await;
    assert_eq!((again.status, again.code().as_str()), (409, "conflict"));
    for record in contributions.iter().chain([&event]) {
        assert_eq!(house.gallery(record).await.status, 410, "{}", address(record));
        let seen = host.get(address(record)).await.json();
        assert!(seen["withheld_because"].as_array().unwrap().contains(&json!("lockdown")), "{seen}");
    }
    let text = all_of_it(&house).await;
    for word in ["We keep", "Stores are", "A story", "meet.example"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    assert_eq!(house.get("/v1/gallery").await.json()["totals"]["events"], 1, "the other one stays");
    let unmoved = house.gallery(&other).await;
    assert_eq!((unmoved.header("etag"), &unmoved.body), (elsewhere.header("etag"), &elsewhere.body));

    // No edit ends it; the host proposes its end, and an admin decides.
    host.edits(&event, json!({"title": "Other words"})).await;
    assert!(
        house.export().await.matches("\"visibility\":\"public\"").count() == 1,
        "a file must not show it again"
    );
    let proposal = proposes(&host, of(&event, json!({"locked_down": false}))).await;
    assert_eq!(proposal["changes"], json!([{"member": "locked_down", "from": true, "to": false}]));
    assert_eq!(moderator.post(&format!("{}/approve", address(&proposal)), json!({})).await.status, 403);
    assert_eq!(house.gallery(&event).await.status, 410);
    assert_eq!(admin.does("approve", &proposal).await["status"], "approved");
    let free = host.get(address(&event)).await.json();
    assert_eq!((&free["locked_down_at"], &free["published"]), (&Value::Null, &json!(true)));
    for record in contributions.iter().chain([&event]) {
        assert_eq!(house.gallery(record).await.status, 200, "{}", address(record));
    }
}

#[tokio::test]
async fn those_who_registered_are_told_nothing_more_and_calendars_a_neutral_cancellation() {
    let house = House::open().await;
    let (host, admin) = (house.host().await, house.admin().await);
    let event = soon(&house, &host).await;
    let id = event["id"].as_str().unwrap();
    let desk = format!("/v1/events/{id}/registrations");
    let comer = json!({"display_name": "Amina", "role": "activist"});
    let token = house.post(&desk, comer.clone()).await.json()["manage_token"].as_str().unwrap().to_owned();
    let mine = async |path: &str| house.with_token(&token, Method::GET, path, None).await;
    let venue = format!("/v1/events/{id}/venue");
    assert_eq!(mine(&venue).await.status, 200);
    let public = format!("/v1/gallery/events/{id}.ics");
    let had = CalendarFile::of(&house.get(&public).await);

    host.does("lockdown", &event).await;
    assert_eq!(house.post(&desk, comer.clone()).await.status, 404, "for strangers it is not there");
    assert_eq!(host.post(&desk, comer).await.code(), "registration_closed");
    assert_eq!(mine(&venue).await.status, 403);
    assert_eq!(mine("/v1/registrations/mine/calendar.ics?with_venue=true").await.status, 403);
    for somebody in [&host, &admin] {
        assert_eq!(somebody.get(&venue).await.status, 403);
    }
    let files = [
        house.get(&public).await,
        house.get("/v1/gallery/events.ics").await,
        mine("/v1/registrations/mine/calendar.ics").await,
        host.get(&format!("{}/calendar.ics", address(&event))).await,
    ];
    for file in files {
        assert_eq!(file.status, 200, "{}", file.text());
        let stub = CalendarFile::of(&file);
        assert_eq!(stub.event().value("STATUS"), ":CANCELLED");
        assert_eq!(stub.event().value("UID"), had.event().value("UID"));
        for word in ["SUMMARY", "LOCATION", "DESCRIPTION", "URL:", "TZID", "seeds"] {
            assert!(!file.text().contains(word), "{word} in {}", file.text());
        }
    }
    assert!(CalendarFile::of(&house.get(&public).await).event().sequence() > had.event().sequence());
    let filtered = house.get("/v1/gallery/events.ics?country=KE").await;
    assert!(
        !filtered.text().contains("VEVENT"),
        "a reader of other events learns nothing: {}",
        filtered.text()
    );
    assert!(!all_of_it(&house).await.contains("seeds"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_who_register_meanwhile_come_before_it_or_not_at_all() {
    let house = House::open().await;
    let host = house.host().await;
    let event = soon(&house, &host).await;
    let desk = format!("/v1/events/{}/registrations", event["id"].as_str().unwrap());
    let comers = join_all((0..50).map(|_| {
        let (house, desk) = (&house, &desk);
        async move {
            loop {
                let answer = house.post(desk, json!({"display_name": "Amina", "role": "ally"})).await;
                if !matches!(answer.status, 409 | 503) || answer.code() == "registration_closed" {
                    return answer.status;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }));
    let (statuses, locked) = tokio::join!(comers, async {
        tokio::time::sleep(Duration::from_millis(60)).await;
        host.does("lockdown", &event).await
    });
    let taken = i64::try_from(statuses.iter().filter(|status| **status == 201).count()).unwrap();
    assert!(statuses.iter().all(|status| matches!(status, 201 | 404)), "{statuses:?}");
    let since = locked["locked_down_at"].as_str().unwrap();
    assert!(!since.is_empty());
    assert_eq!(house.count("SELECT count(*) AS n FROM registration").await, taken);
    assert_eq!(house.post(&desk, json!({"display_name": "Amina", "role": "ally"})).await.status, 404);
}

#[tokio::test]
async fn the_whole_gallery_is_empty_in_every_process_and_comes_back_as_it_was() {
    let house = House::open().await;
    let (host, moderator, admin, second) =
        (house.host().await, house.moderator().await, house.admin().await, house.admin().await);
    let event = held(&host).await;
    let upcoming = soon(&house, &host).await;
    let contributions = of_event(&host, &moderator, &event).await;
    let mut invited = dialogue();
    invited["registration"] = json!("by_invitation");
    let invited = host.makes("events", invited).await;
    host.does("schedule", &invited).await;
    let code = host.post(&format!("{}/invitations", address(&invited)), json!({"uses": 2})).await.json();
    let mut server = Server::start(&house.variables(QUIET), SERVE);
    let elsewhere = server.address();
    let there =
        async |path: &str| reqwest::get(format!("{elsewhere}{path}")).await.unwrap().text().await.unwrap();
    let before = all_of_it(&house).await;
    assert!(there("/v1/gallery/events").await.contains("Dialogue on seeds"));
    let cursor =
        house.get("/v1/gallery/changes?limit=2").await.json()["next_cursor"].as_str().unwrap().to_owned();

    for somebody in [&host, &moderator] {
        assert_eq!(somebody.post("/v1/lockdown", json!({})).await.status, 403);
    }
    assert_eq!(moderator.get("/v1/lockdown").await.json()["locked_down_at"], Value::Null);
    let locked = admin.post("/v1/lockdown", json!({})).await;
    assert_eq!(locked.status, 200, "{}", locked.text());
    assert_eq!(
        admin.post("/v1/lockdown", json!({})).await.json(),
        locked.json(),
        "once more changes nothing"
    );
    let empty = all_of_it(&house).await;
    for word in ["Dialogue", "We keep", "Stores are", "A story", "VEVENT", "South Sudan\",\"point"] {
        assert!(!empty.contains(word) || word.starts_with("South"), "{word} in {empty}");
    }
    assert_eq!(house.get("/v1/gallery").await.json()["totals"]["events"], 0);
    for record in contributions.iter().chain([&event]) {
        assert_eq!(house.gallery(record).await.status, 404);
    }
    let still = house.get(&format!("/v1/gallery/changes?cursor={cursor}")).await.json();
    assert_eq!(
        (&still["items"], &still["next_cursor"]),
        (&json!([]), &json!(cursor)),
        "readers lose nothing"
    );
    let desk = format!("/v1/events/{}/registrations", upcoming["id"].as_str().unwrap());
    assert_eq!(house.post(&desk, json!({"display_name": "Amina", "role": "ally"})).await.status, 404);
    let with_code = json!({"display_name": "Amina", "role": "ally", "invitation": code["code"]});
    let desk = format!("{}/registrations", address(&invited));
    assert_eq!(house.post(&desk, with_code.clone()).await.status, 404, "with a code neither");
    for path in ["/livez", "/readyz", "/v1/countries", "/v1/languages", "/v1/themes"] {
        assert_eq!(house.get(path).await.status, 200, "{path}");
    }
    let seen = host.get(address(&event)).await.json();
    assert_eq!((&seen["published"], &seen["withheld_because"]), (&json!(false), &json!(["lockdown"])));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!there("/v1/gallery/events").await.contains("Dialogue"), "another process shows it");

    let end = json!({"subject": "campaign", "changes": {"locked_down": false}, "reason": "It is calm again"});
    assert_eq!(host.post("/v1/proposals", end.clone()).await.status, 403);
    let proposal = proposes(&admin, end.clone()).await;
    let stale = proposes(&second, end).await;
    assert_eq!(admin.post(&format!("{}/approve", address(&proposal)), json!({})).await.status, 403);
    second.does("approve", &proposal).await;
    assert_eq!(all_of_it(&house).await, before);
    assert_eq!(house.post(&desk, with_code).await.status, 201);

    // What was proposed about one lockdown does not end another.
    house.advance(Duration::from_secs(1));
    assert_eq!(admin.post("/v1/lockdown", json!({})).await.status, 200);
    let ended = admin.post(&format!("{}/approve", address(&stale)), json!({})).await;
    assert_eq!((ended.status, ended.code().as_str()), (409, "conflict"), "{}", ended.text());
    assert!(moderator.get("/v1/lockdown").await.json()["locked_down_at"].is_string());
}
