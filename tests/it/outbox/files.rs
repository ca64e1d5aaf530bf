//! Letters that become files.

use api::config::settings;
use api::outbox::{Language, Message};

use crate::house::House;

const LINK: &str = "https://example.org/i#a-token";

fn invitation() -> Message {
    Message::Invitation { link: LINK.to_owned() }
}

#[tokio::test]
async fn a_letter_becomes_a_file_that_only_its_owner_may_read_and_nothing_stays_behind() {
    let house = House::open_with(&[(&settings::MAIL, "file")]).await;
    house.write_letter("someone@example.org", Language::En, invitation()).await;
    assert!(!house.dump("outbox_letter").await.contains("someone@"));
    house.run_jobs().await;
    let letters = house.filed_letters();
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!(letter.header("to"), "someone@example.org");
    assert_eq!(letter.header("from"), "no-reply@solidarity.invalid");
    assert_eq!(letter.header("subject"), "Your invitation");
    assert_eq!(letter.header("auto-submitted"), "auto-generated");
    assert!(letter.header("message-id").ends_with("@solidarity.invalid>"));
    assert_eq!(letter.header("content-type"), "text/plain; charset=utf-8");
    assert!(letter.text.contains(&format!("\n{LINK}\n")), "{}", letter.text);
    let date = chrono::DateTime::parse_from_rfc2822(letter.header("date")).unwrap();
    assert_eq!(date.timestamp(), house.now().timestamp());
    assert_eq!(house.count("SELECT count(*) AS n FROM outbox_letter").await, 0);
    assert_eq!(
        house
            .count("SELECT count(*) AS n FROM data_key WHERE record_id NOT IN (SELECT id FROM signing_key)")
            .await,
        0
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&house.mail_folder()), 0o700);
        for file in std::fs::read_dir(house.mail_folder()).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }
}

#[tokio::test]
async fn every_language_arrives_as_it_was_written() {
    let house =
        House::open_with(&[(&settings::MAIL, "file"), (&settings::MAIL_FROM, "Name <us@example.org>")]).await;
    for (language, subject, words) in [
        (Language::Es, "Su invitación", "elija una contraseña"),
        (Language::Fr, "Votre invitation", "invité·e"),
        (Language::Ar, "دعوتك", "تمت دعوتك إلى تسجيل الدخول"),
        (Language::Pt, "O seu convite", "palavra-passe"),
    ] {
        house.write_letter("someone@example.org", language, invitation()).await;
        house.run_jobs().await;
        let letters = house.filed_letters();
        let found = letters.iter().find(|letter| letter.header("subject") == subject);
        let letter = found.unwrap_or_else(|| panic!("no {subject}: {letters:?}"));
        assert!(letter.text.contains(words) && letter.text.contains(LINK), "{}", letter.text);
        assert_eq!(letter.header("from"), "Name <us@example.org>");
    }
}
