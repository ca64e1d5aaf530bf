//! Reminders: before the event, once each, to those who have a seat and an address.

use std::time::Duration;

use api::config::settings::{MAIL, MAIL_FROM, PUBLIC_URL, RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Registered, comer, register, scheduled};
use crate::calendar_files::CalendarFile;
use crate::house::actors::Actor;
use crate::house::mailbox::{Mailbox, Manner, Parsed};
use crate::house::{Answer, House, answer, mistyped};
use crate::records::address;

const HOUR: u64 = 3600;
const AMINA: &str = "amina@example.org";

async fn open(mail: &str) -> House {
    House::open_with(&[
        (&MAIL, mail),
        (&MAIL_FROM, "us@example.org"),
        (&PUBLIC_URL, "https://campaign.example.org"),
        (&RATE_LIMITS, "off"),
        (&REQUIRE_TOTP, "false"),
    ])
    .await
}

/// So many hours from now, by the clocks of Juba.
fn when(house: &House, hours: i64) -> Value {
    let start = (house.now() + chrono::TimeDelta::hours(hours)).with_timezone(&chrono_tz::Africa::Juba);
    json!({"precision": "minute", "starts_local": start.format("%Y-%m-%dT%H:%M:%S").to_string(),
        "time_zone": "Africa/Juba", "duration_minutes": 60})
}

/// What was sent since the last time.
enum Letters<'a> {
    Files(&'a House, usize),
    Mailbox(&'a Mailbox),
}

impl Letters<'_> {
    /// All of them; of files in the order in which they were written.
    fn arrived(&mut self) -> Vec<Parsed> {
        match self {
            Self::Mailbox(mailbox) => mailbox.letters().iter().map(|l| Parsed::new(&l.data)).collect(),
            Self::Files(house, known) => {
                let mut files: Vec<_> = std::fs::read_dir(house.mail_folder())
                    .into_iter()
                    .flatten()
                    .map(Result::unwrap)
                    .collect();
                files.sort_by_key(|file| file.metadata().unwrap().modified().unwrap());
                let new = files.split_off(*known);
                *known += new.len();
                new.iter().map(|f| Parsed::new(&std::fs::read_to_string(f.path()).unwrap())).collect()
            }
        }
    }

    fn reminders(&mut self) -> Vec<Parsed> {
        self.arrived().into_iter().filter(|letter| !letter.header("list-unsubscribe").is_empty()).collect()
    }
}

/// Registers somebody whose address is confirmed.
async fn confirmed<'a>(
    house: &'a House,
    letters: &mut Letters<'_>,
    event: &Value,
    mut body: Value,
    email: &str,
) -> Registered<'a> {
    body["email"] = json!(email);
    let (registered, _) = register(house, event, body).await;
    house.run_jobs().await;
    let letter = letters.arrived().into_iter().find(|letter| letter.header("to") == email).unwrap();
    let token = letter.text.lines().find_map(|line| line.split_once('#')).unwrap().1.to_owned();
    let by_mail = Registered { house, id: registered.id, token };
    assert_eq!(by_mail.post("verify").await.status, 200);
    by_mail
}

async fn says(host: &Actor<'_>, event: &Value, settings: Value) -> Answer {
    let path = format!("/v1/events/{}/registration-settings", event["id"].as_str().unwrap());
    host.send(Method::PUT, &path, Some(settings)).await
}

async fn unsubscribe(house: &House, url: &str) -> Answer {
    let path = url.strip_prefix("https://campaign.example.org").unwrap();
    let form = house.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
    answer(form.body("List-Unsubscribe=One-Click")).await
}

#[tokio::test]
async fn who_has_a_seat_and_an_address_is_reminded_a_week_a_day_and_two_hours_before() {
    let house = open("file").await;
    let host = house.host().await;
    let mut letters = Letters::Files(&house, 0);
    let event = scheduled(&host, json!({"when": when(&house, 8 * 24), "capacity": 3})).await;
    let mut body = comer("activist");
    (body["language"], body["time_zone"]) = (json!("es"), json!("America/Mexico_City"));
    let amina = confirmed(&house, &mut letters, &event, body, AMINA).await;
    let mut silent = comer("ally");
    silent["reminders"] = json!(false);
    confirmed(&house, &mut letters, &event, silent, "silent@example.org").await;
    register(&house, &event, comer("ally")).await;
    let waits = confirmed(&house, &mut letters, &event, comer("ally"), "waits@example.org").await;
    assert_eq!(waits.status().await, "waitlisted");
    house.run_jobs().await;
    assert!(letters.reminders().is_empty(), "it is not time yet");

    house.advance(Duration::from_secs(24 * HOUR + 60));
    house.run_jobs().await;
    house.run_jobs().await;
    let reminders = letters.reminders();
    let [letter] = &reminders[..] else { panic!("{reminders:?}") };
    assert_eq!((letter.header("to"), letter.header("subject")), (AMINA, "Un recordatorio para usted"));
    let start: chrono::DateTime<chrono::Utc> = event["starts_at"].as_str().unwrap().parse().unwrap();
    let there = start.with_timezone(&chrono_tz::America::Mexico_City).format("%Y-%m-%d, %H:%M");
    assert!(letter.text.contains(&format!("\n{there} (America/Mexico_City)\n")), "{}", letter.text);
    assert!(letter.text.contains("\nhttps://campaign.example.org/registration\n"));
    assert_eq!(letter.header("list-unsubscribe-post"), "List-Unsubscribe=One-Click");
    let file = &letter.attachments[0];
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"event.ics\"");
    assert!(file.header("content-type").starts_with("text/calendar; charset=utf-8"), "{file:?}");
    let calendar = CalendarFile::read(&file.text.replace('\n', "\r\n"));
    calendar.leave("reminder", &[crate::calendar_files::expected(&event, "CONFIRMED")]);
    assert_eq!(calendar.event().value("STATUS"), ":CONFIRMED");
    for secret in ["hidden hall", "secret-room", "Knock", "Yei", "4.0", "LOCATION", "GEO", &amina.token] {
        assert!(!format!("{letter:?}").contains(secret), "{secret}");
    }
    for hours in [6 * 24, 22] {
        house.advance(Duration::from_secs(hours * HOUR));
        house.run_jobs().await;
        house.run_jobs().await;
        let reminders = letters.reminders();
        assert_eq!(
            reminders.iter().map(|letter| letter.header("to")).collect::<Vec<_>>(),
            [AMINA],
            "{hours}"
        );
    }
    house.advance(Duration::from_secs(3 * HOUR));
    house.run_jobs().await;
    assert!(letters.reminders().is_empty());
    assert_eq!(house.count("SELECT count(*) AS n FROM registration_reminder").await, 3);
}

#[tokio::test]
async fn a_moved_event_is_told_anew_and_one_that_is_called_off_never() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = open(&mailbox.address()).await;
    let host = house.host().await;
    let mut letters = Letters::Mailbox(&mailbox);
    let event = scheduled(&host, json!({"when": when(&house, 25)})).await;
    confirmed(&house, &mut letters, &event, comer("ally"), AMINA).await;
    house.advance(Duration::from_secs(HOUR + 60));
    mailbox.set(Manner::Defer);
    house.run_jobs().await;
    assert_eq!(
        house.count("SELECT count(*) AS n FROM outbox_letter WHERE template = 'entry_reminder'").await,
        1
    );

    // The letter that waits tells what is not so any more.
    let host = house.sign_in(&host.id, &host.email).await;
    let moved =
        host.post(&format!("{}/reschedule", address(&event)), json!({"when": when(&house, 60)})).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    assert_eq!(
        house.count("SELECT count(*) AS n FROM outbox_letter WHERE template = 'entry_reminder'").await,
        0
    );
    mailbox.set(Manner::Accept);
    house.advance(Duration::from_secs(HOUR));
    house.run_jobs().await;
    let news = letters.arrived();
    assert_eq!(news.len(), 1, "it is told that it was moved: {news:?}");
    assert!(news[0].header("list-unsubscribe").is_empty());
    house.advance(Duration::from_secs(36 * HOUR));
    house.run_jobs().await;
    assert_eq!(letters.reminders().len(), 1, "a day before the new beginning");

    mailbox.set(Manner::Defer);
    house.advance(Duration::from_secs(22 * HOUR));
    house.run_jobs().await;
    let host = house.sign_in(&host.id, &host.email).await;
    host.does("cancel", &event).await;
    mailbox.set(Manner::Accept);
    house.advance(Duration::from_secs(HOUR));
    house.run_jobs().await;
    let last = letters.arrived();
    assert_eq!(last.len(), 1, "{last:?}");
    assert!(last[0].text.contains("will not take place"));
    for _ in 0..3 {
        house.advance(Duration::from_secs(12 * HOUR));
        house.run_jobs().await;
    }
    assert!(letters.arrived().is_empty());
}

#[tokio::test]
async fn a_reminder_that_comes_too_late_is_not_sent() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = open(&mailbox.address()).await;
    let host = house.host().await;
    let mut letters = Letters::Mailbox(&mailbox);
    let event = scheduled(&host, json!({"when": when(&house, 3)})).await;
    confirmed(&house, &mut letters, &event, comer("ally"), AMINA).await;
    mailbox.set(Manner::Defer);
    house.advance(Duration::from_secs(HOUR + 60));
    house.run_jobs().await;
    mailbox.set(Manner::Accept);
    house.advance(Duration::from_secs(2 * HOUR));
    house.run_jobs().await;
    assert!(letters.arrived().is_empty(), "it has begun");
    assert_eq!(house.count("SELECT count(*) AS n FROM outbox_job WHERE state <> 'done'").await, 0);
}

#[tokio::test]
async fn reminders_end_with_one_click_and_begin_anew() {
    let house = open("file").await;
    let host = house.host().await;
    let mut letters = Letters::Files(&house, 0);
    let event = scheduled(&host, json!({"when": when(&house, 8 * 24)})).await;
    let amina = confirmed(&house, &mut letters, &event, comer("ally"), AMINA).await;
    confirmed(&house, &mut letters, &event, comer("ally"), "bo@example.org").await;
    house.advance(Duration::from_secs(24 * HOUR + 60));
    house.run_jobs().await;
    let reminders = letters.reminders();
    assert_eq!(reminders.len(), 2);
    let letter = reminders.iter().find(|letter| letter.header("to") == AMINA).unwrap();
    let url = letter.header("list-unsubscribe").trim_matches(['<', '>']).to_owned();
    let token = url.rsplit('/').next().unwrap();
    assert!(
        letter.text.contains(&format!("\nhttps://campaign.example.org/unsubscribe#{token}\n")),
        "{}",
        letter.text
    );
    let path = format!("/v1/unsubscribe/{token}");
    assert_eq!(house.get(&path).await.status, 405, "who only looks ends nothing");
    assert_eq!(house.with_token(token, Method::GET, "/v1/registrations/mine", None).await.status, 401);
    assert_eq!(amina.read().await["reminders"], true);
    for _ in 0..2 {
        assert_eq!(unsubscribe(&house, &url).await.status, 204);
    }
    assert_eq!(house.post(&path, json!({})).await.status, 204, "whatever the body is");
    let mine = amina.read().await;
    assert_eq!((&mine["reminders"], &mine["status"]), (&json!(false), &json!("confirmed")));
    let wrong = mistyped(&url, url.len() - 4);
    assert_eq!(
        (unsubscribe(&house, &wrong).await.status, unsubscribe(&house, &format!("{url}*")).await.status),
        (404, 404)
    );
    house.advance(Duration::from_secs(6 * 24 * HOUR));
    house.run_jobs().await;
    let reminded: Vec<String> =
        letters.reminders().iter().map(|letter| letter.header("to").to_owned()).collect();
    assert_eq!(reminded, ["bo@example.org"]);
    let version = mine["version"].as_i64().unwrap();
    assert_eq!(
        amina.patch(version, json!({"reminders": true, "time_zone": "Asia/Tehran"})).await.status,
        200
    );
    house.advance(Duration::from_secs(22 * HOUR));
    house.run_jobs().await;
    let reminders = letters.reminders();
    assert_eq!(reminders.len(), 2);
    let letter = reminders.iter().find(|letter| letter.header("to") == AMINA).unwrap();
    assert!(letter.text.contains("(Asia/Tehran)"));
}

#[tokio::test]
async fn the_host_says_when_people_are_reminded_within_bounds() {
    let house = open("file").await;
    let host = house.host().await;
    let mut letters = Letters::Files(&house, 0);
    let event = scheduled(&host, json!({"when": when(&house, 48)})).await;
    let path = format!("/v1/events/{}/registration-settings", event["id"].as_str().unwrap());
    assert_eq!(host.get(&path).await.json()["reminders"], json!([10_080, 1440, 120]));
    for (wrong, pointer, code) in [
        (json!([10]), "#/reminders/0", "out_of_range"),
        (json!([40_321]), "#/reminders/0", "out_of_range"),
        (json!([60, 30, 60]), "#/reminders/2", "repeated"),
    ] {
        let refused = says(&host, &event, json!({"offers": false, "reminders": wrong})).await;
        assert_eq!((refused.status, &refused.faults()[0]), (422, &(pointer.to_owned(), code.to_owned())));
    }
    let many = says(&host, &event, json!({"offers": false, "reminders": [15, 16, 17, 18, 19, 20]})).await;
    assert_eq!(many.status, 422);
    let said = says(&host, &event, json!({"offers": false, "reminders": [15, 2000]})).await;
    assert_eq!((said.status, &said.json()["reminders"]), (200, &json!([15, 2000])));
    confirmed(&house, &mut letters, &event, comer("ally"), AMINA).await;
    house.advance(Duration::from_secs(24 * HOUR));
    house.run_jobs().await;
    assert_eq!(letters.reminders().len(), 1);
    let host = house.sign_in(&host.id, &host.email).await;
    assert_eq!(says(&host, &event, json!({"offers": false, "reminders": []})).await.status, 200);
    house.advance(Duration::from_secs(24 * HOUR - 60));
    house.run_jobs().await;
    assert!(letters.reminders().is_empty(), "nobody is");
}

#[tokio::test]
async fn at_high_risk_a_reminder_names_neither_event_nor_zone() {
    let house = open("file").await;
    let host = house.host().await;
    let mut letters = Letters::Files(&house, 0);
    let event = scheduled(&host, json!({"when": when(&house, 48), "capacity": 5})).await;
    confirmed(&house, &mut letters, &event, comer("ally"), AMINA).await;
    host.edits(&event, json!({"risk": "high"})).await;
    // An event is no less dangerous than its country.
    let there = json!({"country": "KE", "venue": "The hidden hall"});
    let there = scheduled(&host, json!({"when": when(&house, 48), "place": there})).await;
    let bo = confirmed(&house, &mut letters, &there, comer("ally"), "bo@example.org").await;
    let raised = json!({"risk": "high", "reason": "Arrests"});
    let raised = house.moderator().await.send(Method::PUT, "/v1/countries/KE/risk", Some(raised)).await;
    assert_eq!(raised.status, 200, "{}", raised.text());
    house.advance(Duration::from_secs(25 * HOUR));
    house.run_jobs().await;
    let reminders = letters.reminders();
    assert_eq!(reminders.len(), 2, "{reminders:?}");
    for letter in reminders {
        assert!(letter.text.contains(" (UTC)\n"), "{}", letter.text);
        for telling in ["seeds", "Juba"] {
            assert!(!format!("{letter:?}").contains(telling), "{telling}");
        }
        let calendar = CalendarFile::read(&letter.attachments[0].text.replace('\n', "\r\n"));
        assert_eq!(calendar.titles(), ["Event"]);
    }
    let file = async |query: &str| {
        let path = format!("/v1/registrations/mine/calendar.ics{query}");
        house.with_token(&bo.token, Method::GET, &path, None).await
    };
    assert_eq!(CalendarFile::of(&file("").await).titles(), ["Event"]);
    assert_eq!(file("?with_venue=true").await.status, 403);
}

#[tokio::test]
async fn where_mail_is_off_nobody_is_reminded_and_nothing_waits() {
    let house = open("off").await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"when": when(&house, 30)})).await;
    register(&house, &event, comer("ally")).await;
    house.advance(Duration::from_secs(29 * HOUR));
    house.run_jobs().await;
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM registration_reminder").await, 0);
    assert_eq!(
        house.count("SELECT count(*) AS n FROM registration_desk WHERE remind_at IS NOT NULL").await,
        0
    );
}

#[tokio::test]
async fn nobody_is_reminded_of_what_is_locked_down() {
    let house = open("file").await;
    let (host, admin, second) = (house.host().await, house.admin().await, house.admin().await);
    let mut letters = Letters::Files(&house, 0);
    let event = scheduled(&host, json!({"when": when(&house, 30)})).await;
    let other = scheduled(&host, json!({"when": when(&house, 30)})).await;
    confirmed(&house, &mut letters, &event, comer("ally"), AMINA).await;
    confirmed(&house, &mut letters, &other, comer("ally"), "bo@example.org").await;
    host.does("lockdown", &event).await;
    let moved = json!({"when": when(&house, 31)});
    assert_eq!(host.post(&format!("{}/reschedule", address(&event)), moved).await.status, 200);
    house.run_jobs().await;
    assert!(letters.arrived().is_empty(), "nobody is told that it was moved either");
    assert_eq!(admin.post("/v1/lockdown", json!({})).await.status, 200);
    house.advance(Duration::from_secs(6 * HOUR + 60));
    house.run_jobs().await;
    assert!(letters.reminders().is_empty(), "the whole gallery is locked down");
    let (admin, second) =
        (house.sign_in(&admin.id, &admin.email).await, house.sign_in(&second.id, &second.email).await);
    let end = json!({"subject": "campaign", "changes": {"locked_down": false}, "reason": "Calm"});
    let proposal = admin.post("/v1/proposals", end).await.json();
    second.does("approve", &proposal).await;
    house.run_jobs().await;
    let reminded: Vec<_> = letters.reminders().iter().map(|letter| letter.header("to").to_owned()).collect();
    assert_eq!(reminded, ["bo@example.org"], "the event is still locked down");
}
