//! Who is written to, when, and how often.

use std::time::Duration;

use serde_json::json;

use super::{a_year_later, entry, entry_with, letters, pass, with_mail};
use crate::house::House;
use crate::house::program::Server;

#[tokio::test]
async fn after_a_year_the_contact_gets_one_letter_in_its_language_that_tells_nothing_outside() {
    let (mailbox, house) = with_mail().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    pass(&house, 364).await;
    assert_eq!(letters(&mailbox).len(), 0, "not a day before");
    pass(&house, 2).await;
    house.run_jobs().await;
    let letters = letters(&mailbox);
    let [letter] = &letters[..] else { panic!("{}", letters.len()) };
    assert_eq!((&*letter.to, &*letter.subject), ("itzel@example.org", "¿Sigue siendo así?"));
    assert!(letter.token.starts_with("sol_mt_"), "{}", letter.text);
    for word in ["Semillas", "Itzel", &id] {
        assert!(!letter.text.contains(word), "{}", letter.text);
    }
    let noted = "SELECT count(*) AS n FROM audit_entry WHERE action = 'message' AND actor = 'system' AND record_kind = 'initiative'";
    assert_eq!(house.count(noted).await, 1);
    for table in ["initiative_contact", "initiative_link", "outbox_letter", "audit_entry"] {
        let dump = house.dump(table).await;
        assert!(!dump.contains("itzel@example.org") && !dump.contains(&letter.token), "{table}");
    }
}

#[tokio::test]
async fn two_reminders_follow_and_then_silence_and_nothing_is_hidden() {
    let (mailbox, house) = with_mail().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    let confirmed_on = house.today();
    a_year_later(&house, &mailbox).await;
    let mut tokens = Vec::new();
    for (days, count) in [(29, 0), (2, 1), (28, 0), (3, 1), (400, 0)] {
        pass(&house, days).await;
        let letters = letters(&mailbox);
        assert_eq!(letters.len(), count, "after {days} more days");
        tokens.extend(letters.into_iter().map(|letter| letter.token));
    }
    assert_ne!(tokens[0], tokens[1]);
    let public = house.public(&id).await;
    assert_eq!((public.status, &public.json()["confirmed_on"]), (200, &json!(confirmed_on)));
}

#[tokio::test]
async fn a_reminder_leaves_the_link_before_it_as_it_was() {
    let (mailbox, house) = with_mail().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    let first = a_year_later(&house, &mailbox).await;
    pass(&house, 31).await;
    let second = letters(&mailbox).remove(0).token;
    assert_eq!((house.entry(&first).await.status, house.entry(&second).await.status), (200, 200));
    assert_eq!(house.answered(&first, "confirm", json!({})).await.status, 200);
    assert_eq!(house.entry(&second).await.status, 401, "one answer is enough");
    pass(&house, 100).await;
    assert_eq!(letters(&mailbox).len(), 0);
    assert_eq!(house.public(&id).await.status, 200);
}

#[tokio::test]
async fn who_left_no_address_or_stands_on_no_map_is_not_written_to() {
    let (mailbox, house) = with_mail().await;
    let moderator = house.moderator().await;
    let silent = entry_with(&house, &mailbox, json!({"submitter": {"email": null}})).await;
    let contact = json!({"email": "someone@example.org"});
    let mut draft = crate::initiatives::initiative();
    draft["contact"] = contact.clone();
    moderator.makes("initiatives", draft).await;
    let ended = entry(&house, &mailbox, "ended@example.org").await;
    let archive = format!("/v1/initiatives/{ended}/archive");
    assert_eq!(moderator.post(&archive, json!({})).await.status, 200);
    let contacts = "SELECT count(*) AS n FROM initiative_contact";
    assert_eq!(house.count(contacts).await, 1, "nobody is asked about what has ended");
    let keys = "SELECT count(*) AS n FROM data_key k JOIN initiative_contact c ON c.id = k.record_id";
    assert_eq!(house.count(keys).await, 1);
    pass(&house, 800).await;
    assert_eq!(letters(&mailbox).len(), 0);
    assert_eq!(house.public(&silent).await.status, 200);
}

#[tokio::test]
async fn where_no_mail_is_sent_contacts_stay_due() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let submission = crate::submissions::submit(&house, crate::submissions::newcomer()).await;
    assert_eq!(moderator.post(&submission.at("approve"), json!({})).await.status, 200);
    pass(&house, 400).await;
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative_contact WHERE letters = 0").await, 1);
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative_link").await, 0);
}

#[tokio::test]
async fn three_workers_write_each_letter_once() {
    let (mailbox, house) = with_mail().await;
    for n in 0..6 {
        entry(&house, &mailbox, &format!("contact-{n}@example.org")).await;
    }
    let address = mailbox.address();
    let variables = house.variables(&[
        ("SOLIDARITY_MAIL", &address),
        ("SOLIDARITY_MAIL_FROM", "us@mail.example.org"),
        ("SOLIDARITY_PUBLIC_URL", "https://map.example"),
    ]);
    let mut workers = [Server::start(&variables, &["work"]), Server::start(&variables, &["work"])];
    workers.iter_mut().for_each(|worker| worker.heard("working"));
    house.sql("UPDATE initiative_contact SET ask_at = (SELECT created_at FROM initiative LIMIT 1)").await;
    house.run_jobs().await;
    while house.count("SELECT count(*) AS n FROM outbox_job WHERE state = 'done'").await
        < house.count("SELECT count(*) AS n FROM outbox_job").await
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for worker in workers {
        worker.signal("TERM");
        worker.outcome();
    }
    let mut to: Vec<_> = letters(&mailbox).into_iter().map(|letter| letter.to).collect();
    to.sort();
    let wanted: Vec<_> = (0..6).map(|n| format!("contact-{n}@example.org")).collect();
    assert_eq!(to, wanted);
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative_contact WHERE letters = 1").await, 6);
}
