//! What letters say, when they are sent, and what they must not say.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{AMINA, DAY, MINE, arrived, confirmed, mine, open, published};
use crate::events::past;
use crate::house::House;
use crate::house::actors::Actor;
use crate::house::mailbox::{Mailbox, Manner, Parsed};
use crate::house::program::Server;
use crate::records::address;

/// Lets a day pass and does what is due; the letters that came.
async fn after_a_day(house: &House, mailbox: &Mailbox) -> Vec<Parsed> {
    house.advance(Duration::from_secs(DAY));
    house.run_jobs().await;
    arrived(mailbox)
}

/// Approved words, said at an event in South Sudan.
async fn quote(host: &Actor<'_>, moderator: &Actor<'_>, scope: &[&str]) -> Value {
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await;
    let said = json!({"event": event["id"], "text": "We keep the seeds", "language": "en", "attribution": {"level": "anonymous"},
        "consent": {"purpose": "publish_quote", "scope": scope, "method": "written"}});
    let quote = host.makes("quotes", said).await;
    moderator.does("approve", &quote).await
}

#[tokio::test]
async fn a_letter_tells_what_is_new_once_and_none_comes_without_news() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = open(&mailbox.address()).await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    confirmed(&house, &mailbox, AMINA, json!({"countries": ["SS"], "language": "es"})).await;
    confirmed(
        &house,
        &mailbox,
        "kenya@example.org",
        json!({"countries": ["KE"], "bbox": [30, 4, 31, 5], "kinds": ["event"], "every": "week"}),
    )
    .await;
    assert!(after_a_day(&house, &mailbox).await.is_empty(), "nothing is new");

    let (host, moderator) =
        (house.sign_in(&host.id, &host.email).await, house.sign_in(&moderator.id, &moderator.email).await);
    let event = published(&host, "Dialogue on {stop} seeds", "SS").await;
    published(&host, "Dialogue on rain", "KE").await;
    let quote = quote(&host, &moderator, &["gallery", "feeds"]).await;
    self::quote(&host, &moderator, &["gallery"]).await;
    let hidden = published(&host, "Dialogue on wells", "SS").await;
    host.edits(&hidden, json!({"visibility": "unlisted"})).await;
    let [letter] = &after_a_day(&house, &mailbox).await[..] else {
        panic!("one letter, to who wants one a day")
    };
    assert_eq!((letter.header("to"), letter.header("subject")), (AMINA, "Lo nuevo"));
    let id = |record: &Value| record["id"].as_str().unwrap().to_owned();
    let expected = format!(
        "Dialogue on {{stop}} seeds\n2099-03-14, 18:00 (Africa/Juba) · Yei River County, Sudán del Sur\n\
         https://campaign.example.org/v1/gallery/events/{}\n",
        id(&event)
    );
    assert!(letter.text.contains(&expected), "{}", letter.text);
    let words = format!(
        "Palabras de alguien\n2021-06-12 · Sudán del Sur\nhttps://campaign.example.org/v1/gallery/quotes/{}\n",
        id(&quote)
    );
    assert!(letter.text.contains(&words), "{}", letter.text);
    assert_eq!(
        letter.text.matches("/v1/gallery/quotes/").count(),
        1,
        "what is for the gallery alone is in no letter"
    );
    for other in
        ["rain", "wells", "We keep", "hidden hall", "secret-room", "4.09", "sol_mt_", "http://", "<img"]
    {
        assert!(!letter.text.contains(other), "{other}: {}", letter.text);
    }
    assert!(letter.attachments.is_empty() && letter.header("content-type").starts_with("text/plain"));
    assert_eq!(letter.header("list-unsubscribe-post"), "List-Unsubscribe=One-Click");
    assert!(
        letter
            .header("list-unsubscribe")
            .starts_with("<https://campaign.example.org/v1/watches/unsubscribe/sol_uw_")
    );
    assert!(letter.text.contains("\nhttps://campaign.example.org/unsubscribe#sol_uw_"));
    house.run_jobs().await;
    assert!(after_a_day(&house, &mailbox).await.is_empty(), "told once");

    // An edit is no news; another time is. What is withdrawn meanwhile is told nobody.
    let host = house.sign_in(&host.id, &host.email).await;
    host.edits(&event, json!({"title": "Dialogue on other seeds"})).await;
    assert!(after_a_day(&house, &mailbox).await.is_empty());
    let host = house.sign_in(&host.id, &host.email).await;
    let later = json!({"when": {"precision": "minute", "starts_local": "2099-03-15T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 120}});
    assert_eq!(host.post(&format!("{}/reschedule", address(&event)), later).await.status, 200);
    let brief = published(&host, "Dialogue on hail", "SS").await;
    house.advance(Duration::from_secs(DAY - 60));
    let host = house.sign_in(&host.id, &host.email).await;
    host.does("lockdown", &brief).await;
    house.advance(Duration::from_secs(60));
    house.run_jobs().await;
    let letters = arrived(&mailbox);
    let [letter] = &letters.iter().filter(|letter| letter.header("to") == AMINA).collect::<Vec<_>>()[..]
    else {
        panic!("{letters:?}")
    };
    assert!(
        letter.text.contains("Dialogue on other seeds\n2099-03-15") && !letter.text.contains("hail"),
        "{}",
        letter.text
    );
    house.advance(Duration::from_secs(2 * DAY));
    house.run_jobs().await;
    let weekly: Vec<_> = letters
        .into_iter()
        .chain(arrived(&mailbox))
        .filter(|l| l.header("to") == "kenya@example.org")
        .collect();
    assert_eq!(weekly.len(), 1, "{weekly:?}");
    assert!(
        weekly[0].text.contains("Dialogue on rain") && !weekly[0].text.contains("seeds"),
        "{}",
        weekly[0].text
    );
}

#[tokio::test]
async fn a_letter_that_waits_says_what_is_public_when_it_is_sent() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = open(&mailbox.address()).await;
    let (host, admin) = (house.host().await, house.admin().await);
    let token = confirmed(&house, &mailbox, AMINA, json!({})).await;
    let gone = published(&host, "Dialogue on hail", "SS").await;
    published(&host, "Dialogue on seeds", "SS").await;
    mailbox.set(Manner::Defer);
    assert!(after_a_day(&house, &mailbox).await.is_empty());
    assert_eq!(house.count("SELECT count(*) AS n FROM outbox_letter").await, 0, "it waits nowhere");
    house.sign_in(&host.id, &host.email).await.does("lockdown", &gone).await;
    mailbox.set(Manner::Accept);
    house.advance(Duration::from_secs(60));
    house.run_jobs().await;
    let [letter] = &arrived(&mailbox)[..] else { panic!("one letter") };
    assert!(letter.text.contains("on seeds") && !letter.text.contains("hail"), "{}", letter.text);

    // While everything is locked down nothing is sent; afterwards it is told.
    let (host, admin) =
        (house.sign_in(&host.id, &host.email).await, house.sign_in(&admin.id, &admin.email).await);
    published(&host, "Dialogue on wells", "SS").await;
    assert_eq!(admin.post("/v1/lockdown", json!({})).await.status, 200);
    assert!(after_a_day(&house, &mailbox).await.is_empty());
    house.sql("DELETE FROM gallery_switch").await;
    house.advance(Duration::from_secs(60));
    house.run_jobs().await;
    let [letter] = &arrived(&mailbox)[..] else { panic!("one letter") };
    assert!(letter.text.contains("wells"), "{}", letter.text);

    // What is refused for good is given up, and the next one tells what is new since.
    let host = house.sign_in(&host.id, &host.email).await;
    published(&host, "Dialogue on frost", "SS").await;
    mailbox.set(Manner::Refuse);
    after_a_day(&house, &mailbox).await;
    mailbox.set(Manner::Accept);
    assert!(after_a_day(&house, &mailbox).await.is_empty());

    // Of very much the last things are told, and how much more there is.
    let events = (0..35).map(|number| crate::bundle::event(&format!("e{number}")));
    house.import(&crate::bundle::Bundle::of(events)).await.applied();
    let [letter] = &after_a_day(&house, &mailbox).await[..] else { panic!("one letter") };
    assert_eq!(letter.text.matches("/v1/gallery/events/").count(), 30);
    assert!(letter.text.contains("\n… + 5\n"), "{}", letter.text);
    assert_eq!(mine(&house, &token, Method::DELETE, MINE, None).await.status, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_killed_while_it_sends_has_the_same_letter_sent_by_another_and_not_for_ever() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = open(&mailbox.address()).await;
    let host = house.host().await;
    confirmed(&house, &mailbox, AMINA, json!({})).await;
    published(&host, "Dialogue on seeds", "SS").await;
    // It is due by the machine's clock, which the worker goes by.
    let due = (house.now() - chrono::TimeDelta::hours(1)).to_rfc3339();
    house.sql(&format!("UPDATE watch SET due_at = '{due}'")).await;
    mailbox.set(Manner::Hang);
    let mail = mailbox.address().replace("timeout=1", "timeout=40");
    let variables = house.variables(&[
        ("SOLIDARITY_MAIL", mail.as_str()),
        ("SOLIDARITY_MAIL_FROM", "us@example.org"),
        ("SOLIDARITY_LOG", "warn,api::command=info"),
    ]);
    let worker = Server::start(&variables, &["work"]);
    for _ in 0..6000 {
        if house.count("SELECT count(*) AS n FROM watch WHERE attempts = 1").await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    worker.signal("KILL");
    drop(worker);
    mailbox.set(Manner::Accept);
    house.run_jobs().await;
    assert!(arrived(&mailbox).is_empty(), "somebody seems to be at it");
    let letter_id = house.id("SELECT letter_id AS id FROM watch").await;
    house.advance(Duration::from_secs(600));
    house.run_jobs().await;
    let [letter] = &arrived(&mailbox)[..] else { panic!("one letter") };
    assert_eq!(letter.header("message-id"), format!("<{letter_id}@example.org>"));
    house.run_jobs().await;
    assert!(arrived(&mailbox).is_empty());

    // Whoever always dies in the middle does not begin for ever.
    published(&house.sign_in(&host.id, &host.email).await, "Dialogue on rain", "SS").await;
    let id = api::ids::v4();
    let literal = if house.is_postgres() { format!("'{id}'") } else { format!("x'{}'", id.simple()) };
    house.sql(&format!("UPDATE watch SET due_at = '{due}', attempts = 10, letter_until = seen + 100, letter_id = {literal}")).await;
    house.run_jobs().await;
    assert!(arrived(&mailbox).is_empty());
    assert_eq!(
        house.count("SELECT count(*) AS n FROM watch WHERE attempts = 0 AND letter_id IS NULL").await,
        1
    );
}
