//! Calendars that other programs made.

use reqwest::Method;
use serde_json::Value;

use super::{partner, record, verdicts, words};
use crate::house::actors::Actor;
use crate::house::{House, answer};
use crate::records::address;

/// Sends a calendar and has it taken in; the import.
async fn calendar(house: &House, by: &Actor<'_>, query: &str, file: &str) -> Value {
    let path = format!("/v1/imports?source=crm&language=en&mode=partial{query}");
    let request = house.request(Method::POST, &path).bearer_auth(&by.token);
    let request = request.header("content-type", "text/calendar; charset=utf-8").body(file.to_owned());
    let sent = answer(request).await;
    assert_eq!(sent.status, 202, "{}", sent.text());
    house.run_jobs().await;
    by.get(address(&sent.json())).await.json()
}

/// A series by the name that Windows has of its zone, with an exception and an occurrence that is elsewhere; an event whose
/// zone has a path in front; a day; and what cannot be understood.
const FILE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\
BEGIN:VEVENT\r\nUID:weekly@example.org\r\nSUMMARY:Jam\\, with a very long\r\n  title\r\nLOCATION:The house by the river\r\n\
DTSTART;TZID=\"South Africa Standard Time\":20270301T180000\r\nDTEND;TZID=\"South Africa Standard Time\":20270301T193000\r\n\
RRULE:FREQ=WEEKLY;COUNT=5\r\nEXDATE;TZID=South Africa Standard Time:20270308T180000\r\n\
BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nDESCRIPTION:no\r\nEND:VALARM\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:weekly@example.org\r\nRECURRENCE-ID:20270315T160000Z\r\nSUMMARY:Moved\r\nDTSTART:20270316T160000Z\r\nDURATION:PT2H\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:path@example.org\r\nSUMMARY:Path\r\nDTSTART;TZID=/mozilla.org/20050126_1/Africa/Juba:20270301T180000\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:day@example.org\r\nSUMMARY:Day\r\nDTSTART;VALUE=DATE:20270305\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:zone@example.org\r\nSUMMARY:Zone\r\nDTSTART;TZID=Customized Time Zone:20270301T180000\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:floating@example.org\r\nSUMMARY:Floating\r\nDTSTART:20270301T180000\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:rule@example.org\r\nSUMMARY:Rule\r\nDTSTART:20270301T180000Z\r\nRRULE:FREQ=HOURLY\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nSUMMARY:Nobody\r\nDTSTART:20270301T180000Z\r\nEND:VEVENT\r\n\
END:VCALENDAR\r\n";

#[tokio::test]
async fn a_calendar_becomes_events_and_what_cannot_be_understood_says_so() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (_, desk) = partner(&house, &admin).await;
    let told = calendar(&house, &desk, "&country=ZA&kind=jam_session", FILE).await;
    let told = verdicts(&desk, &told, "").await;
    let expected = [
        "1 created",
        "2 created",
        "3 created",
        "4 created",
        "5 created",
        "6 created",
        "7 failed #/DTSTART unknown_time_zone",
        "8 failed #/DTSTART floating_time",
        "9 failed #/RRULE invalid_rule",
        "10 failed #/UID required",
    ];
    assert_eq!(words(&told), expected);
    let of = async |id: &str| record(&desk, "events", &told, id).await;
    let first = of("weekly@example.org/20270301T180000").await;
    assert_eq!(
        (first["title"].as_str(), first["status"].as_str()),
        (Some("Jam, with a very long title"), Some("draft"))
    );
    assert_eq!(
        (first["when"]["time_zone"].as_str(), first["when"]["duration_minutes"].as_i64()),
        (Some("Africa/Johannesburg"), Some(90))
    );
    assert_eq!(
        (first["kind"].as_str(), first["place"]["country"].as_str()),
        (Some("jam_session"), Some("ZA"))
    );
    assert!(!house.dump("event").await.contains("by the river"), "it is sealed");
    let moved = of("weekly@example.org/20270315T160000Z").await;
    assert_eq!(
        (moved["title"].as_str(), moved["starts_at"].as_str()),
        (Some("Moved"), Some("2027-03-16T16:00:00Z"))
    );
    assert_eq!(of("path@example.org").await["when"]["time_zone"], "Africa/Juba");
    assert_eq!(of("day@example.org").await["when"]["date"], "2027-03-05");

    let again = calendar(&house, &desk, "&country=ZA&kind=jam_session&time_zone=Africa%2FJuba", FILE).await;
    assert_eq!(
        (again["verdicts"]["unchanged"].as_i64(), again["verdicts"]["created"].as_i64()),
        (Some(6), Some(1))
    );
    let none = calendar(&house, &desk, "", "not a calendar\r\n").await;
    assert_eq!(none["failure"], "unreadable");
    let path = "/v1/imports?source=crm";
    for (kind, code) in [("text/calendar", "missing_parameter"), ("application/x-ndjson", "not_of_bundles")] {
        let request = house.request(Method::POST, path).bearer_auth(&desk.token);
        let refused = answer(request.header("content-type", kind).body(FILE)).await;
        assert_eq!((refused.status, refused.json()["errors"][0]["code"].as_str()), (400, Some(code)));
    }
    for wrong in ["mapping=our-crm", "time_zone=Africa/Yei"] {
        let path = format!("{path}&language=en&{wrong}");
        let request = house.request(Method::POST, &path).bearer_auth(&desk.token);
        let refused = answer(request.header("content-type", "text/calendar").body(FILE)).await;
        let told = &refused.json()["errors"][0]["parameter"];
        assert_eq!((refused.status, told.as_str()), (400, wrong.split('=').next()), "{wrong}");
    }
}
