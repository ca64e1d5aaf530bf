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
    let moved = of("weekly@example.org/20270315T180000").await;
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

#[tokio::test]
async fn an_occurrence_that_is_moved_later_is_the_same_event_and_what_is_called_off_is_not_passed_over() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (_, desk) = partner(&house, &admin).await;
    let file = |events: &str| format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
    let one = |uid: &str, more: &str| {
        format!("BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:Seeds\r\n{more}\r\nEND:VEVENT\r\n")
    };
    let utc = one("utc", "DTSTART:20270401T100000Z\r\nRRULE:FREQ=DAILY;COUNT=2");
    let berlin = one("berlin", "DTSTART;TZID=Europe/Berlin:20270401T100000\r\nRRULE:FREQ=DAILY;COUNT=2");
    let first = calendar(&house, &desk, "", &file(&format!("{utc}{berlin}"))).await;
    assert_eq!(first["verdicts"]["created"], 4, "{first}");
    let moved = [
        one("utc", "RECURRENCE-ID:20270402T100000Z\r\nDTSTART:20270402T150000Z"),
        one("berlin", "RECURRENCE-ID:20270402T080000Z\r\nDTSTART;TZID=Europe/Berlin:20270402T170000"),
    ];
    let then = calendar(&house, &desk, "", &file(&format!("{utc}{berlin}{}", moved.concat()))).await;
    assert_eq!(
        (then["verdicts"]["unchanged"].as_i64(), then["verdicts"]["updated"].as_i64()),
        (Some(2), Some(2)),
        "{then}"
    );
    let told = verdicts(&desk, &then, "").await;
    assert_eq!(
        record(&desk, "events", &told, "utc/20270402T100000").await["starts_at"],
        "2027-04-02T15:00:00Z"
    );
    // Without its series it is known by the zone that it begins in.
    let alone = calendar(&house, &desk, "", &file(&moved[1])).await;
    assert_eq!(alone["verdicts"]["unchanged"], 1, "{alone}");

    let off = [
        one("utc", "RECURRENCE-ID:20270402T100000Z\r\nDTSTART:20270402T150000Z\r\nSTATUS:CANCELLED"),
        one("dates", "DTSTART:20270401T100000Z\r\nRDATE:20270403T100000Z"),
        one("range", "RECURRENCE-ID;RANGE=THISANDFUTURE:20270402T100000Z\r\nDTSTART:20270402T150000Z"),
    ];
    let off = calendar(&house, &desk, "", &file(&off.concat())).await;
    let off = verdicts(&desk, &off, "").await;
    let expected =
        ["1 failed #/STATUS called_off", "2 failed #/RDATE not_read", "3 failed #/RECURRENCE-ID not_read"];
    assert_eq!(words(&off), expected);
    let called_off =
        file(&one("utc", "DTSTART:20270401T100000Z")).replace("VERSION", "METHOD:CANCEL\r\nVERSION");
    let called_off = calendar(&house, &desk, "", &called_off).await;
    assert_eq!(words(&verdicts(&desk, &called_off, "").await), ["1 failed #/STATUS called_off"]);
    let whole = file(&one("last", "DTSTART:20270401T100000Z"));
    let cut = calendar(&house, &desk, "", whole.split("END:VEVENT").next().unwrap()).await;
    assert_eq!(words(&verdicts(&desk, &cut, "").await), ["1 failed # cut_off"]);
}
