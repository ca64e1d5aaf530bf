//! `/v1/gallery/events.ics` and `/v1/gallery/events/{id}.ics`.

use std::collections::BTreeSet;

use api::config::settings::{PUBLIC_URL, RATE_LIMITS, REQUIRE_TOTP};
use chrono::{Days, Duration, NaiveDate};
use serde_json::{Value, json};

use crate::bundle::{Bundle, event};
use crate::calendar_files::{CalendarFile, expected};
use crate::events::dialogue;
use crate::house::House;
use crate::records::address;

const LIST: &str = "/v1/gallery/events.ics";

/// Wall times beside changes of the clocks. Each event lasts two hours.
const TIMES: [(&str, &[&str]); 6] = [
    ("Africa/Juba", &["2021-01-31T22:30:00", "2021-02-01T12:00:00", "2027-03-14T18:00:00"]),
    ("America/Mexico_City", &["2022-04-03T00:30:00", "2022-10-30T03:00:00", "2027-07-01T12:00:00"]),
    ("America/Santiago", &["2027-04-03T20:00:00", "2027-04-04T09:00:00", "2027-09-05T02:00:00"]),
    ("Asia/Tehran", &["2021-03-21T22:30:00", "2021-09-22T09:00:00", "2027-03-22T12:00:00"]),
    ("Australia/Lord_Howe", &["2027-04-03T23:45:00", "2027-10-03T02:45:00", "2027-12-24T20:00:00"]),
    ("Europe/London", &["2027-03-28T00:30:00", "2027-06-01T18:00:00", "2027-10-31T00:30:00"]),
];

fn minute(starts_local: &str, zone: &str) -> Value {
    json!({"precision": "minute", "starts_local": starts_local, "time_zone": zone, "duration_minutes": 120})
}

/// A line of an event at a time.
fn line(id: &str, when: Value) -> Value {
    let mut line = event(id);
    line["when"] = when;
    line
}

async fn with_address() -> House {
    let address = (&PUBLIC_URL, "https://campaign.example.org/");
    House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false"), address]).await
}

async fn file(house: &House, path: &str) -> CalendarFile {
    CalendarFile::of(&house.get(path).await)
}

/// The gallery's item with this title.
async fn item(house: &House, title: &str) -> Value {
    let items = house.items("/v1/gallery/events?limit=100").await;
    items.into_iter().find(|item| item["title"] == title).expect(title)
}

fn path(item: &Value) -> String {
    format!("{}.ics", address(item))
}

#[tokio::test]
async fn an_event_is_at_the_same_instant_on_every_clock() {
    let house = House::open().await;
    let mut lines = Vec::new();
    for (zone, times) in TIMES {
        lines.extend(times.iter().map(|time| line(&format!("{zone}-{time}"), minute(time, zone))));
    }
    for offset in ["+01:00", "+00:00"] {
        let mut when = minute("2027-10-31T01:30:00", "Europe/London");
        when["utc_offset"] = json!(offset);
        lines.push(line(&format!("London-twice-{offset}"), when));
    }
    let number = lines.len();
    house.import(&Bundle::of(lines)).await.applied();
    let items = house.items("/v1/gallery/events?limit=100").await;
    assert_eq!(items.len(), number);
    for item in items {
        let (zone, local) = (item["when"]["time_zone"].as_str().unwrap(), &item["when"]["starts_local"]);
        let file = file(&house, &path(&item)).await;
        let start = file.event().value("DTSTART").to_owned();
        match item["title"].as_str().unwrap().contains("twice") {
            true => assert!(start.ends_with('Z') && start.starts_with(':'), "{start}"),
            false => {
                let digits = local.as_str().unwrap().replace(['-', ':'], "");
                assert_eq!(start, format!(";TZID={zone}:{digits}"));
                assert!(file.text().contains(&format!("BEGIN:VTIMEZONE\r\nTZID:{zone}\r\n")));
            }
        }
        let name: String = item["title"].as_str().unwrap().replace(['/', ' ', ':'], "-");
        file.leave(&format!("clock-{name}"), &[expected(&item, "CONFIRMED")]);
    }
}

#[tokio::test]
async fn a_subscriber_reads_what_is_upcoming_and_of_the_past_year() {
    let house = House::open().await;
    let today = house.now().date_naive();
    let day = |date: NaiveDate| json!({"precision": "day", "date": date.to_string()});
    let back = |days| day(today.checked_sub_days(Days::new(days)).unwrap());
    let ahead = |days| day(today.checked_add_days(Days::new(days)).unwrap());
    let at = |hours| {
        let start = house.now().naive_utc() + Duration::hours(hours);
        minute(&start.format("%Y-%m-%dT%H:%M:00").to_string(), "Africa/Juba")
    };
    let month = json!({"precision": "month", "date": today.format("%Y-%m").to_string()});
    let year = json!({"precision": "year", "date": today.format("%Y").to_string()});
    let bundle = Bundle::of([
        line("tomorrow", at(30)),
        line("now", at(1)),
        line("cancelled", ahead(3)),
        line("far", ahead(2000)),
        line("today", day(today)),
        line("lately", back(30)),
        line("a-year-ago", back(365)),
        line("too-long-ago", back(367)),
        line("some-month", month),
        line("some-year", year),
        line("some-time", json!({"precision": "unknown"})),
        line("unlisted", ahead(4)),
        line("private", ahead(4)),
    ])
    .with("cancelled", "status", json!("cancelled"))
    .with("unlisted", "visibility", json!("unlisted"))
    .with("private", "visibility", json!("private"))
    .with("lately", "kind", json!("forum"))
    .with("lately", "place", json!({"country": "KE"}));
    house.import(&bundle).await.applied();

    let whole = file(&house, LIST).await;
    let titles: BTreeSet<&str> = whole.titles().into_iter().collect();
    let wanted = ["tomorrow", "now", "cancelled", "far", "today", "lately", "a-year-ago"];
    let wanted: BTreeSet<String> = wanted.iter().map(|id| format!("Sample event {id}")).collect();
    assert_eq!(titles, wanted.iter().map(String::as_str).collect());
    assert_eq!(whole.titles()[0], "Sample event a-year-ago", "in the order of time");
    assert_eq!(*whole.titles().last().unwrap(), "Sample event far");
    let items = house.items("/v1/gallery/events?limit=100").await;
    let shown = items.iter().filter(|item| titles.contains(item["title"].as_str().unwrap()));
    let shown = shown
        .map(|item| expected(item, if item["status"] == "cancelled" { "CANCELLED" } else { "CONFIRMED" }));
    whole.leave("list", &shown.collect::<Vec<_>>());

    for (query, found) in [
        ("country=KE", vec!["lately"]),
        ("kind=forum", vec!["lately"]),
        ("country=KE&kind=dialogue", vec![]),
        ("q=tomorrow", vec!["tomorrow"]),
        ("upcoming=false&country=SS", vec!["a-year-ago", "cancelled"]),
        (&format!("from={}", today + Days::new(100)), vec!["far"]),
        (&format!("to={}", today - Days::new(360)), vec!["a-year-ago"]),
        ("to=2020-01-01", vec![]),
        ("bbox=0,0,1,1", vec![]),
    ] {
        let file = file(&house, &format!("{LIST}?{query}")).await;
        let found: Vec<String> = found.iter().map(|id| format!("Sample event {id}")).collect();
        assert_eq!(file.titles(), found, "{query}");
    }
    file(&house, &format!("{LIST}?to=2020-01-01")).await.leave("empty", &[]);
}

#[tokio::test]
async fn a_file_has_five_hundred_events_at_most_and_those_that_come_next_first() {
    let house = House::open().await;
    let today = house.now().date_naive();
    let day = |date: NaiveDate| json!({"precision": "day", "date": date.to_string()});
    let events = |from: i64, to: i64| {
        (from..to).map(move |n| line(&format!("{n:04}"), day(today + Duration::days(n))))
    };
    house.import(&Bundle::of(events(-8, 495))).await.applied();
    let file_of = async || file(&house, LIST).await;
    let titles = |file: &CalendarFile| {
        file.titles().iter().map(|t| t.replace("Sample event ", "")).collect::<Vec<_>>()
    };
    let some = file_of().await;
    assert_eq!((titles(&some).len(), titles(&some)[0].as_str()), (500, "-005"));
    house.import(&Bundle::of(events(-8, 510))).await.applied();
    let full = titles(&file_of().await);
    assert_eq!((full.len(), full[0].as_str(), full[499].as_str()), (500, "0000", "0499"));
}

#[tokio::test]
async fn a_moved_event_replaces_the_old_one_and_a_cancelled_one_says_so() {
    let house = with_address().await;
    let host = house.host().await;
    let draft = host.makes("events", dialogue()).await;
    let path = path(&draft).replace("/v1/", "/v1/gallery/");
    assert_eq!(house.get(&path).await.status, 404, "a draft is nobody's");
    host.does("schedule", &draft).await;
    let first = file(&house, &path).await;
    let title = draft["title"].as_str().unwrap();
    let before = expected(&item(&house, title).await, "CONFIRMED");
    first.leave("moved-1", std::slice::from_ref(&before));
    file(&house, LIST).await.leave("moved-list-1", &[before]);
    let event = first.event();
    assert_eq!(event.value("UID"), format!(":{}@event.solidarity", draft["id"].as_str().unwrap()));
    assert_eq!(event.value("DTSTAMP"), event.value("LAST-MODIFIED"));
    let public = address(&draft).replace("/v1/", "/v1/gallery/");
    assert_eq!(event.value("URL"), format!(":https://campaign.example.org{public}"));

    let etag = house.get(LIST).await.header("etag").to_owned();
    let hidden = host.edits(&draft, json!({"capacity": 12})).await;
    assert_eq!(file(&house, &path).await.text(), first.text(), "what is not public changes no file");
    assert_eq!(house.get_with(LIST, &[("if-none-match", &etag)]).await.status, 304);

    host.edits(&hidden, json!({"when": minute("2099-04-20T09:00:00", "Europe/London")})).await;
    let moved = file(&house, &path).await;
    let after = expected(&item(&house, title).await, "CONFIRMED");
    moved.leave_after("moved-2", "moved-1", std::slice::from_ref(&after));
    let list = house.get_with(LIST, &[("if-none-match", &etag)]).await;
    CalendarFile::of(&list).leave_after("moved-list-2", "moved-list-1", &[after]);
    assert_eq!(moved.event().value("UID"), event.value("UID"));
    assert!(moved.event().sequence() > event.sequence());
    assert_eq!(moved.event().value("DTSTART"), ";TZID=Europe/London:20990420T090000");

    host.does("cancel", &draft).await;
    let cancelled = file(&house, &path).await;
    let after = expected(&item(&house, title).await, "CANCELLED");
    cancelled.leave_after("moved-3", "moved-2", std::slice::from_ref(&after));
    file(&house, LIST).await.leave_after("moved-list-3", "moved-list-2", &[after]);
    assert_eq!(cancelled.event().value("STATUS"), ":CANCELLED");
    assert!(cancelled.event().sequence() > moved.event().sequence());
}

#[tokio::test]
async fn what_the_gallery_hides_or_a_house_is_called_is_in_no_file() {
    let house = House::open().await;
    let host = house.host().await;
    for (precision, place) in [
        ("exact", "South Sudan"),
        ("locality", "Yei River County"),
        ("country", "South Sudan"),
        ("hidden", ""),
    ] {
        let mut body = dialogue();
        body["title"] = json!(format!("Seeds {precision}"));
        body["public_precision"] = json!(precision);
        host.does("schedule", &host.makes("events", body).await).await;
        let item = item(&house, &format!("Seeds {precision}")).await;
        let file = file(&house, &path(&item)).await;
        let name = file.event().value("LOCATION").rsplit(':').next().unwrap().to_owned();
        assert_eq!(name, place, "{precision}");
        assert_eq!(file.event().value("URL"), "", "nobody said where this server is");
        file.leave(&format!("place-{precision}"), &[expected(&item, "CONFIRMED")]);
    }
    let list = file(&house, LIST).await;
    let hidden = file(&house, &path(&item(&house, "Seeds hidden").await)).await;
    assert_eq!(hidden.event().value("DTSTART"), ":20990314T160000Z");
    for secret in ["Juba", "TZID", "Sudan"] {
        assert!(!hidden.text().contains(secret), "{secret}");
    }
    for secret in ["hidden hall", "secret-room", "meet.example.org", "Knock", "4.0", "30.6", "GEO"] {
        assert!(!list.text().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn what_is_withdrawn_is_gone_and_what_is_unlisted_has_its_own_file_only() {
    let house = House::open().await;
    let date = json!({"precision": "day", "date": (house.now().date_naive() + Days::new(9)).to_string()});
    let lines = ["stays", "withdrawn", "severe", "unlisted"].map(|id| line(id, date.clone()));
    let bundle = Bundle::of(lines).with("stays", "status", json!("scheduled"));
    house.import(&bundle).await.applied();
    let mut paths = Vec::new();
    for id in ["withdrawn", "severe", "unlisted"] {
        paths.push(path(&item(&house, &format!("Sample event {id}")).await));
        assert_eq!(house.get(paths.last().unwrap()).await.status, 200);
    }
    let bundle = bundle
        .with("withdrawn", "visibility", json!("private"))
        .with("severe", "risk", json!("severe"))
        .with("unlisted", "visibility", json!("unlisted"));
    house.import(&bundle).await.applied();
    let [gone, absent, unlisted] = [&paths[0], &paths[1], &paths[2]];
    let answer = house.get(gone).await;
    assert_eq!((answer.status, answer.code().as_str()), (410, "gone"));
    assert!(!answer.text().contains("Sample"));
    assert_eq!(house.get(absent).await.status, 404);
    assert_eq!(file(&house, unlisted).await.titles(), ["Sample event unlisted"]);
    assert_eq!(file(&house, LIST).await.titles(), ["Sample event stays"]);
}

#[tokio::test]
async fn texts_and_the_name_are_in_the_asked_language_and_come_through_whole() {
    let house = House::open().await;
    let title = "Semillas, suelo; \\n y \"esperanza\": 🌱 ".to_owned() + &"áéíóú ".repeat(20);
    let summary = "Primera línea,\n\tsegunda; línea\n\n".to_owned() + &"بذور وتربة ".repeat(30);
    let date = json!({"precision": "day", "date": (house.now().date_naive() + Days::new(9)).to_string()});
    let bundle = Bundle::of([line("texts", date)]).with("texts", "summary", json!("One line")).with(
        "texts",
        "translations",
        json!({"es": {"title": title.trim(), "summary": summary.trim(), "by": "human"}}),
    );
    house.import(&bundle).await.applied();
    for (asked, language, name, shown) in [
        ("?lang=es", "es", "Eventos", title.trim()),
        ("", "en", "Events", "Sample event texts"),
        ("?lang=fr", "en", "Événements", "Sample event texts"),
    ] {
        let answer = house.get(&format!("{LIST}{asked}")).await;
        assert_eq!(answer.header("content-language"), language, "{asked}");
        let file = CalendarFile::of(&answer);
        assert_eq!(file.value("X-WR-CALNAME"), format!(":{name}"));
        assert_eq!(file.value("REFRESH-INTERVAL"), ";VALUE=DURATION:PT1H");
        let item = item(&house, "Sample event texts").await;
        let mut expected = expected(&item, "CONFIRMED");
        expected["summary"] = json!(shown);
        expected["description"] = if language == "es" { json!(summary.trim()) } else { json!("One line") };
        file.leave(&format!("texts-{name}"), &[expected]);
    }
    let one = path(&item(&house, "Sample event texts").await);
    let answer = house.get_with(&one, &[("accept-language", "es")]).await;
    assert_eq!(answer.header("content-language"), "es");
    assert_eq!(
        CalendarFile::of(&answer).value("X-WR-CALNAME"),
        "",
        "one event joins a calendar that has a name"
    );
}

#[tokio::test]
async fn files_are_kept_and_asked_for_again_like_everything_public() {
    let house = House::with_samples().await;
    let item = house.items("/v1/gallery/events?sort=when").await;
    let dated =
        item.iter().find(|item| item["when"]["precision"] == "minute").expect("a sample with an hour");
    for path in [LIST, &path(dated)] {
        let first = house.get(path).await;
        CalendarFile::of(&first);
        assert_eq!(first.header("cache-control"), "public, no-cache");
        assert_eq!(first.header("access-control-allow-origin"), "*");
        let etag = first.header("etag").to_owned();
        assert!(etag.starts_with("W/\""));
        let again = house.get_with(path, &[("if-none-match", &etag)]).await;
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, etag.as_str()));
        let head = house.head(path).await;
        assert_eq!((head.status, head.body.len(), head.header("etag")), (200, 0, etag.as_str()));
        assert_eq!(house.get(path).await.body, first.body);
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let house = House::open().await;
    let month = json!({"precision": "month", "date": "2026-06"});
    house.import(&Bundle::of([line("month", month)])).await.applied();
    let month = path(&item(&house, "Sample event month").await);
    for (path, status, code) in [
        (month.as_str(), 404, "not_found"),
        (&month.replace("/events/", "/stories/"), 404, "not_found"),
        (&month.to_uppercase().replace("/V1/GALLERY/EVENTS/", "/v1/gallery/events/"), 404, "not_found"),
        ("/v1/gallery/events/00000000-0000-4000-8000-000000000000.ics", 404, "not_found"),
        ("/v1/gallery/events/.ics", 404, "not_found"),
        ("/v1/gallery/stories.ics", 404, "not_found"),
        ("/v1/gallery/events.ics?sort=when", 400, "invalid_parameter"),
        ("/v1/gallery/events.ics?limit=5", 400, "invalid_parameter"),
        ("/v1/gallery/events.ics?country=ss", 400, "invalid_parameter"),
        ("/v1/gallery/events.ics?from=2026-02-01&to=2026-01-01", 400, "invalid_parameter"),
        ("/v1/gallery/events.ics?lang=!", 400, "invalid_parameter"),
    ] {
        let answer = house.get(path).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}: {}", answer.text());
    }
    let posted = house.post(LIST, json!({})).await;
    assert_eq!((posted.status, posted.header("allow")), (405, "GET, HEAD, OPTIONS"));
}
