//! Processes that are killed in the middle.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use api::config::settings::{MAIL, MAIL_FROM, RATE_LIMITS, REQUIRE_TOTP};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Registered, comer, desk, register, scheduled};
use crate::house::House;
use crate::house::mailbox::{Mailbox, Manner, Parsed};
use crate::house::program::Server;

const QUIET: &[(&str, &str)] =
    &[("SOLIDARITY_RATE_LIMITS", "off"), ("SOLIDARITY_LOG", "warn,api::command=info")];
const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0", "--no-worker"];
const SEATS: i64 = 30;
const COMERS: usize = 160;
const ROLES: [&str; 3] = ["activist", "donor", "ally"];

/// One attempt: the answer, if there was one that counts.
async fn attempt(client: &reqwest::Client, url: &str, key: &str, body: &Value) -> Option<Value> {
    let request = client.post(url).header("idempotency-key", key).json(body);
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.ok()?;
    assert!(matches!(status, 201 | 409 | 503), "{status}: {body}");
    (status == 201).then_some(body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_while_people_register_loses_nobody_and_oversells_nothing() {
    let house = House::open().await;
    let host = house.host().await;
    let composition = json!([{"role": "activist", "min": 10}, {"role": "donor", "max": 5}]);
    let event = scheduled(&host, json!({"capacity": SEATS, "composition": composition})).await;
    let client = reqwest::Client::new();
    let comers: Vec<(String, Value)> = (0..COMERS)
        .map(|n| (format!("{}{}", api::ids::v4().simple(), api::ids::v4().simple()), comer(ROLES[n % 3])))
        .collect();
    let mut acknowledged: BTreeMap<&str, Value> = BTreeMap::new();
    // Three times a server is killed; who has no answer asks the next one again.
    for killed_after in [20, 60, 110, usize::MAX] {
        let mut server = Server::start(&house.variables(QUIET), SERVE);
        let url = format!("{}{}", server.address(), desk(&event));
        let answered = AtomicUsize::new(acknowledged.len());
        let waiting = comers.iter().filter(|(key, _)| !acknowledged.contains_key(key.as_str()));
        let storm = join_all(waiting.map(|(key, body)| {
            let (client, url, answered) = (&client, &url, &answered);
            async move {
                loop {
                    let answer = attempt(client, url, key, body).await;
                    if answer.is_some() {
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    if answer.is_some() || answered.load(Ordering::Relaxed) >= killed_after {
                        return (key.as_str(), answer);
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }));
        let kill = async {
            while answered.load(Ordering::Relaxed) < killed_after.min(COMERS) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            server.signal("KILL");
        };
        let (answers, ()) = tokio::join!(storm, kill);
        acknowledged.extend(answers.into_iter().filter_map(|(key, answer)| Some((key, answer?))));
        drop(server);
        let held = "SELECT count(*) AS n FROM registration WHERE holds_seat";
        assert!(house.count(held).await <= SEATS);
    }
    assert_eq!(acknowledged.len(), COMERS);
    let rows = house.rows("SELECT id, status, arrival FROM registration ORDER BY arrival").await;
    let stored: BTreeMap<String, String> = rows
        .iter()
        .map(|row| {
            let id: uuid::Uuid = row.try_get("", "id").unwrap();
            (id.to_string(), row.try_get("", "status").unwrap())
        })
        .collect();
    assert_eq!(stored.len(), COMERS, "nobody came twice and nobody was lost");
    for answer in acknowledged.values() {
        let registration = &answer["registration"];
        let id = registration["id"].as_str().unwrap();
        assert_eq!(Some(registration["status"].as_str().unwrap()), stored.get(id).map(String::as_str));
        let mine = Registered {
            house: &house,
            id: id.to_owned(),
            token: answer["manage_token"].as_str().unwrap().to_owned(),
        };
        assert_eq!(mine.read().await["id"], id);
    }
    let arrivals: Vec<i64> = rows.iter().map(|row| row.try_get("", "arrival").unwrap()).collect();
    assert_eq!(arrivals, (1..=COMERS as i64).collect::<Vec<_>>(), "no number is left out");
    let confirmed = house.count("SELECT count(*) AS n FROM registration WHERE status = 'confirmed'").await;
    assert_eq!(confirmed, SEATS);
    let told = "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'registration_confirmed'";
    assert_eq!(house.count(told).await, confirmed, "what was told is what is so");
    let keys = "SELECT count(*) AS n FROM data_key k JOIN registration r ON r.id = k.record_id";
    assert_eq!(house.count(keys).await, COMERS as i64);
}

const PEOPLE: usize = 60;

/// Registers somebody whose address is confirmed by the letter that comes into this mailbox.
async fn with_confirmed_addresses(house: &House, mailbox: &Mailbox, event: &Value) {
    for n in 0..PEOPLE {
        let mut body = comer("ally");
        body["email"] = json!(format!("n{n}@example.org"));
        register(house, event, body).await;
    }
    house.run_jobs().await;
    let letters = mailbox.letters();
    assert_eq!(letters.len(), PEOPLE);
    for letter in letters {
        let letter = Parsed::new(&letter.data);
        let token = letter.text.lines().find_map(|line| line.split_once('#')).unwrap().1.to_owned();
        let mine = Registered { house, id: String::new(), token };
        assert_eq!(mine.post("verify").await.status, 200);
    }
}

#[tokio::test]
async fn reminders_of_a_worker_that_is_killed_are_sent_elsewhere_and_each_is_one_letter() {
    let mailbox = Mailbox::open(Manner::Accept);
    let mail = mailbox.address();
    let house = House::open_with(&[
        (&MAIL, &mail),
        (&MAIL_FROM, "us@example.org"),
        (&RATE_LIMITS, "off"),
        (&REQUIRE_TOTP, "false"),
    ])
    .await;
    let host = house.host().await;
    // The day before begins in some seconds, by the clock of the machine, which is the worker's.
    let start = house.now() + chrono::TimeDelta::days(1) + chrono::TimeDelta::seconds(15);
    let when = json!({"precision": "minute", "starts_local": start.format("%Y-%m-%dT%H:%M:%S").to_string(),
        "time_zone": "UTC", "duration_minutes": 60});
    let event = scheduled(&host, json!({"when": when})).await;
    with_confirmed_addresses(&house, &mailbox, &event).await;
    let variables =
        house.variables(&[("SOLIDARITY_MAIL", &mail), ("SOLIDARITY_MAIL_FROM", "us@example.org")]);
    mailbox.set(Manner::Slow);
    let mut workers = [0, 1].map(|_| Server::start(&variables, &["work"]));
    for worker in &mut workers {
        worker.heard("working");
    }
    let mut received = Vec::new();
    while received.len() < 12 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        received.extend(mailbox.letters());
    }
    for worker in workers {
        worker.signal("KILL");
        assert_eq!(worker.outcome().code, None);
    }
    let left = house.count("SELECT count(*) AS n FROM outbox_job WHERE state = 'waiting'").await;
    assert!(left > 0, "they died in the middle");
    mailbox.set(Manner::Accept);
    // Whatever they had taken comes up again when their time is over.
    house.advance(Duration::from_secs(1800));
    house.run_jobs().await;
    received.extend(mailbox.letters());
    let letters: Vec<Parsed> = received.iter().map(|letter| Parsed::new(&letter.data)).collect();
    let mut by_person: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for letter in &letters {
        assert!(!letter.header("list-unsubscribe").is_empty(), "{letter:?}");
        let id = letter.header("message-id").to_owned();
        by_person.entry(letter.header("to").to_owned()).or_default().insert(id);
    }
    assert_eq!(by_person.len(), PEOPLE);
    assert!(by_person.values().all(|ids| ids.len() == 1), "one letter each: {by_person:?}");
    // Only what was on its way when they died can have been sent again, as the very same letter.
    assert!(letters.len() <= PEOPLE + 16, "{}", letters.len());
    let mut bodies: BTreeMap<&str, &str> = BTreeMap::new();
    for (letter, raw) in letters.iter().zip(&received) {
        let before = bodies.insert(letter.header("message-id"), &raw.data);
        assert!(before.is_none_or(|before| before == raw.data));
    }
    assert_eq!(house.count("SELECT count(*) AS n FROM registration_reminder").await, PEOPLE as i64);
    assert_eq!(house.count("SELECT count(*) AS n FROM outbox_job WHERE state <> 'done'").await, 0);
    house.run_jobs().await;
    assert!(mailbox.letters().is_empty());
}
