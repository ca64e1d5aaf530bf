//! `solidarity work`, and processes that end in the middle.

use std::time::Duration;

use api::config::settings;
use api::outbox::{Language, Letter, Message};

use crate::house::House;
use crate::house::database::Database;
use crate::house::letters::{system_clock, write_letter};
use crate::house::mailbox::{Mailbox, Manner};
use crate::house::program::{self, Server};

fn letter() -> Letter {
    let message = Message::Invitation { link: "https://example.org/i#a-token".to_owned() };
    Letter { to: "someone@example.org".to_owned(), language: Language::En, message }
}

#[tokio::test]
async fn a_process_that_only_works_sends_what_waits_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let variables = program::variables(&database, folder.path(), &[("SOLIDARITY_MAIL", "file")]);
    let mut worker = Server::start(&variables, &["work"]);
    worker.heard("working");
    write_letter(&database.target(), system_clock(), folder.path(), letter()).await;
    let arrived = || {
        let files = std::fs::read_dir(folder.path().join("mail")).into_iter().flatten().flatten();
        files.filter(|file| file.path().extension().is_some_and(|extension| extension == "eml")).count()
    };
    while arrived() == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    worker.signal("TERM");
    let outcome = worker.outcome();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout.is_empty() && outcome.stderr.trim_end().ends_with("stopped"), "{outcome:?}");
    assert!(!outcome.stderr.contains("someone@") && !outcome.stderr.contains("a-token"), "{outcome:?}");
}

#[tokio::test]
async fn a_letter_is_not_lost_with_the_process_that_was_sending_it() {
    let mailbox = Mailbox::open(Manner::Hang);
    let address = mailbox.address().replace("timeout=1", "timeout=50");
    let house =
        House::open_with(&[(&settings::MAIL, &mailbox.address()), (&settings::MAIL_FROM, "us@example.org")])
            .await;
    let variables =
        house.variables(&[("SOLIDARITY_MAIL", &address), ("SOLIDARITY_MAIL_FROM", "us@example.org")]);
    house.write_letter("someone@example.org", Language::En, letter().message).await;
    let mut worker = Server::start(&variables, &["work"]);
    worker.heard("working");
    while house.count("SELECT count(*) AS n FROM outbox_job WHERE attempts = 1").await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    worker.signal("KILL");
    assert_eq!(worker.outcome().code, None);
    mailbox.set(Manner::Accept);
    house.run_jobs().await;
    assert_eq!(mailbox.letters().len(), 0, "for all that is known, somebody is at it");
    house.advance(Duration::from_secs(600));
    house.run_jobs().await;
    assert_eq!(mailbox.letters().len(), 1);
}

#[tokio::test]
async fn letters_to_a_server_need_a_sender() {
    let outcome = program::run(
        &[("SOLIDARITY_MAIL".to_owned(), "smtp://user:secret@mail.example.org".to_owned())].into(),
        &["config", "check"],
    )
    .await;
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("mail_from (default) must be set where letters are sent"),
        "{}",
        outcome.stderr
    );
    assert!(!format!("{outcome:?}").contains("secret"));
}

#[tokio::test]
async fn how_much_there_is_to_do_and_what_was_given_up_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let variables = program::variables(&database, folder.path(), &[("SOLIDARITY_MAIL", "file")]);
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--no-worker"];
    let mut server = Server::start(&variables, &arguments);
    server.address();
    let metrics = server.metrics();
    let told = async |line: &str| {
        let told = reqwest::get(&metrics).await.unwrap().text().await.unwrap();
        assert!(!told.contains("nobody"), "{told}");
        told.lines().any(|told| told == line)
    };
    let hopeless = Letter { to: "nobody".to_owned(), ..letter() };
    write_letter(&database.target(), system_clock(), folder.path(), hopeless).await;
    assert!(
        told("queue_length{queue=\"jobs\"} 1").await && told("queue_length{queue=\"dead_jobs\"} 0").await
    );
    let mut worker = Server::start(&variables, &["work"]);
    worker.heard("bad_address");
    while !told("queue_length{queue=\"dead_jobs\"} 1").await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(told("queue_length{queue=\"jobs\"} 0").await);
}
