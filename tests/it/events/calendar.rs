//! `/v1/events/{event_id}/calendar.ics`: an event for its hosts' own calendars.

use api::config::settings::{PUBLIC_URL, RATE_LIMITS, REQUIRE_TOTP};
use serde_json::json;

use super::{dialogue, past};
use crate::calendar_files::{CalendarFile, expected};
use crate::house::House;
use crate::records::address;

#[tokio::test]
async fn a_host_has_the_event_from_draft_to_cancellation_without_its_place() {
    let address_of_server = (&PUBLIC_URL, "https://campaign.example.org");
    let house = House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false"), address_of_server]).await;
    let host = house.host().await;
    let mut body = dialogue();
    body["summary"] = json!("What we say to each other");
    let draft = host.makes("events", body).await;
    let path = format!("{}/calendar.ics", address(&draft));
    let answer = host.get(&path).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let first = CalendarFile::of(&answer);
    first.leave("own-1", &[expected(&draft, "TENTATIVE")]);
    assert_eq!(first.event().value("DTSTART"), ";TZID=Africa/Juba:20990314T180000");
    assert_eq!(first.event().value("URL"), format!(":https://campaign.example.org{}", address(&draft)));

    let scheduled = host.does("schedule", &draft).await;
    let second = CalendarFile::of(&host.get(&path).await);
    second.leave_after("own-2", "own-1", &[expected(&scheduled, "CONFIRMED")]);
    let cancelled = host.does("cancel", &draft).await;
    let third = CalendarFile::of(&host.get(&path).await);
    third.leave_after("own-3", "own-2", &[expected(&cancelled, "CANCELLED")]);
    for file in [first, second, third] {
        for secret in
            ["hidden hall", "secret-room", "Knock", "Yei", "4.0", "say to each other", "LOCATION", "GEO"]
        {
            assert!(!file.text().contains(secret), "{secret}");
        }
    }
}

#[tokio::test]
async fn a_day_is_a_day_and_a_hidden_place_has_no_zone() {
    let house = House::open().await;
    let host = house.host().await;
    let file = async |body| {
        let draft = host.makes("events", body).await;
        (CalendarFile::of(&host.get(&format!("{}/calendar.ics", address(&draft))).await), draft)
    };
    let (day, draft) = file(past()).await;
    assert_eq!(day.event().value("DTSTART"), ";VALUE=DATE:20210612");
    assert_eq!(day.event().value("URL"), "");
    day.leave("own-day", &[expected(&draft, "TENTATIVE")]);
    for (member, value) in [("public_precision", "hidden"), ("risk", "high")] {
        let mut body = dialogue();
        body[member] = json!(value);
        let (file, draft) = file(body).await;
        assert_eq!(file.event().value("DTSTART"), ":20990314T160000Z");
        assert!(!file.text().contains("Juba"));
        file.leave(&format!("own-{value}"), &[expected(&draft, "TENTATIVE")]);
    }
    let mut month = past();
    month["when"] = json!({"precision": "month", "date": "2021-06"});
    let month = host.makes("events", month).await;
    let answer = host.get(&format!("{}/calendar.ics", address(&month))).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
}

#[tokio::test]
async fn nobody_else_has_it() {
    let house = House::open().await;
    let (host, other, member) = (house.host().await, house.host().await, house.member().await);
    let moderator = house.moderator().await;
    let draft = host.makes("events", dialogue()).await;
    let path = format!("{}/calendar.ics", address(&draft));
    assert_eq!(house.get(&path).await.status, 401);
    assert_eq!(member.get(&path).await.status, 403);
    assert_eq!(other.get(&path).await.status, 404);
    assert_eq!(moderator.get(&path).await.status, 200);
    let absent = "/v1/events/00000000-0000-4000-8000-000000000000/calendar.ics";
    assert_eq!(host.get(absent).await.status, 404);
    assert_eq!(host.get(&format!("{path}?lang=es")).await.code(), "invalid_parameter");
}
