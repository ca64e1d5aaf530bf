//! Letters that go through a mail server.

use std::time::Duration;

use api::config::settings;
use api::outbox::{Language, Message};

use crate::house::House;
use crate::house::mailbox::{Mailbox, Manner, Parsed};

async fn house(address: &str) -> House {
    House::open_with(&[(&settings::MAIL, address), (&settings::MAIL_FROM, "us@mail.example.org")]).await
}

async fn write(house: &House, to: &str) {
    let message = Message::PasswordReset { link: "https://example.org/r#a-token".to_owned() };
    house.write_letter(to, Language::En, message).await;
}

async fn jobs(house: &House, state: &str) -> i64 {
    house.count(&format!("SELECT count(*) AS n FROM outbox_job WHERE state = '{state}'")).await
}

#[tokio::test]
async fn a_letter_arrives_and_tells_nothing_about_the_machine() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = house(&mailbox.address_with_password()).await;
    write(&house, "someone@example.org").await;
    house.run_jobs().await;
    let letters = mailbox.letters();
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!(letter.greeting, "EHLO mail.example.org");
    assert!(letter.envelope[0].starts_with("MAIL FROM:<us@mail.example.org>"), "{:?}", letter.envelope);
    assert_eq!(letter.envelope[1..], ["RCPT TO:<someone@example.org>"]);
    let letter = Parsed::new(&letter.data);
    let names: Vec<&str> = letter.headers.iter().map(|(name, _)| &**name).collect();
    for name in &names {
        let known = [
            "from",
            "to",
            "subject",
            "date",
            "message-id",
            "auto-submitted",
            "mime-version",
            "content-type",
            "content-transfer-encoding",
        ];
        assert!(known.contains(name), "{names:?}");
    }
    assert!(letter.header("message-id").ends_with("@mail.example.org>"));
    assert!(letter.text.contains("\nhttps://example.org/r#a-token\n"));
    assert_eq!((jobs(&house, "done").await, jobs(&house, "waiting").await), (1, 0));
}

#[tokio::test]
async fn a_server_that_says_later_is_asked_again_and_gets_the_same_letter_once() {
    let mailbox = Mailbox::open(Manner::Defer);
    let house = house(&mailbox.address()).await;
    write(&house, "someone@example.org").await;
    house.run_jobs().await;
    assert_eq!((jobs(&house, "waiting").await, mailbox.letters().len()), (1, 0));
    mailbox.set(Manner::Accept);
    house.run_jobs().await;
    assert_eq!(mailbox.letters().len(), 0, "not yet");
    house.advance(Duration::from_secs(30));
    house.run_jobs().await;
    assert_eq!((jobs(&house, "done").await, mailbox.letters().len()), (1, 1));
    house.advance(Duration::from_secs(3600));
    house.run_jobs().await;
    assert_eq!(mailbox.letters().len(), 0);
}

#[tokio::test]
async fn a_server_that_says_never_is_believed_and_one_that_only_lacks_a_password_is_not() {
    let mailbox = Mailbox::open(Manner::Refuse);
    let house = house(&mailbox.address_with_password()).await;
    write(&house, "nobody@example.org").await;
    house.run_jobs().await;
    assert_eq!((jobs(&house, "dead").await, jobs(&house, "waiting").await), (1, 0));
    assert_eq!(house.count("SELECT count(*) AS n FROM outbox_letter").await, 0);
    assert_eq!(
        house
            .count("SELECT count(*) AS n FROM data_key WHERE record_id NOT IN (SELECT id FROM signing_key)")
            .await,
        0
    );
    mailbox.set(Manner::Locked);
    write(&house, "someone@example.org").await;
    house.run_jobs().await;
    assert_eq!((jobs(&house, "dead").await, jobs(&house, "waiting").await), (1, 1));
    mailbox.set(Manner::Accept);
    house.advance(Duration::from_secs(30));
    house.run_jobs().await;
    assert_eq!(mailbox.letters().len(), 1);
}

#[tokio::test]
async fn a_server_that_says_nothing_holds_up_neither_the_others_nor_the_house() {
    let mailbox = Mailbox::open(Manner::Hang);
    let house = house(&mailbox.address()).await;
    for number in 0..3 {
        write(&house, &format!("someone{number}@example.org")).await;
    }
    let (answer, ()) = tokio::join!(house.get("/v1/gallery"), house.run_jobs());
    assert_eq!(answer.status, 200);
    assert_eq!(jobs(&house, "waiting").await, 3);
    assert_eq!(house.count("SELECT count(*) AS n FROM outbox_job WHERE reason = 'timeout'").await, 3);
    mailbox.set(Manner::Accept);
    house.advance(Duration::from_secs(30));
    house.run_jobs().await;
    assert_eq!(mailbox.letters().len(), 3);
}

#[tokio::test]
async fn no_address_brings_in_a_header_or_a_second_reader() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = house(&mailbox.address()).await;
    let bad = [
        "someone@example.org\r\nBcc: other@example.org",
        "someone@example.org\nSubject: x",
        "someone@example.org, other@example.org",
        "someone@example.org> <other@example.org",
        "Name <someone@example.org>",
        "someone@example.org\0",
    ];
    for to in bad {
        write(&house, to).await;
    }
    house.run_jobs().await;
    assert_eq!(mailbox.letters().len(), 0);
    assert_eq!(jobs(&house, "dead").await, i64::try_from(bad.len()).unwrap());
    write(&house, "ünï@exämple.org").await;
    house.run_jobs().await;
    // A server without SMTPUTF8 cannot be given such a name; that is a refusal and not a crash.
    assert_eq!(mailbox.letters().len(), 0);
}
