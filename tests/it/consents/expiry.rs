//! Consents end, and whoever gave them is told a month before, if they allowed that.

use std::time::Duration;

use serde_json::{Value, json};

use super::{MINE, held, ledger, said};
use crate::entries::{DAY, pass, with_mail};
use crate::house::mailbox::{Mailbox, Parsed};

/// The letters that came: to whom, the subject, and the token in the link.
fn letters(mailbox: &Mailbox) -> Vec<(String, String, String)> {
    let read = |received: crate::house::mailbox::Received| {
        let to = received.envelope[1].trim_start_matches("RCPT TO:<").trim_end_matches('>').to_owned();
        let letter = Parsed::new(&received.data);
        let link = letter.text.lines().find_map(|line| line.strip_prefix("https://map.example/consent#"));
        (to, letter.header("subject").to_owned(), link.unwrap_or_default().to_owned())
    };
    mailbox.letters().into_iter().map(read).collect()
}

#[tokio::test]
async fn whoever_may_be_written_to_is_told_once_that_their_consent_ends_and_renews_it() {
    let (mailbox, house) = with_mail().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = held(&host).await;
    let end = house.now() + Duration::from_secs(40 * DAY);
    let mut quotes: Vec<Value> = Vec::new();
    for (name, reached) in [("asked", true), ("unasked", false)] {
        let contact = json!({"email": format!("{name}@example.org")});
        let person = json!({"display_name": name, "role": "activist", "contact": contact});
        let person = host.makes("people", person).await;
        if reached {
            let allowed = json!({"purpose": "contact", "method": "written"});
            assert_eq!(host.post(&ledger(&person), allowed).await.status, 201);
        }
        let mut body = said(&event, name);
        body["person"] = person["id"].clone();
        body["consent"]["expires_at"] = json!(end);
        body["consent"]["language"] = json!("es");
        let quote = host.makes("quotes", body).await;
        moderator.does("approve", &quote).await;
        quotes.push(quote);
    }
    pass(&house, 9).await;
    assert_eq!(letters(&mailbox).len(), 0, "not a day before");
    pass(&house, 2).await;
    house.run_jobs().await;
    let told = letters(&mailbox);
    let [(to, subject, token)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&**to, &**subject), ("asked@example.org", "¿Sigue estando de acuerdo?"));
    assert_eq!(house.mine(token).await.json()["quote"]["text"], "asked");
    for table in ["consent_token", "outbox_letter", "person_contact", "audit_entry"] {
        let dump = house.dump(table).await;
        assert!(!dump.contains(token.as_str()) && !dump.contains("asked@example.org"), "{table}");
    }
    // The others are the host's to ask: a list finds them.
    let host = house.again(&host).await;
    let ending = async |path: &str, days: u64| {
        let before = (house.now() + Duration::from_secs(days * DAY)).format("%Y-%m-%dT%H:%M:%SZ");
        let found = host.get(&format!("/v1/{path}?consent_expires_before={before}")).await;
        assert_eq!(found.status, 200, "{}", found.text());
        found.json()["items"].as_array().unwrap().len()
    };
    assert_eq!((ending("quotes", 28).await, ending("quotes", 30).await), (0, 2));
    assert_eq!(ending("people", 30).await, 0, "these have no end");

    pass(&house, 30).await;
    assert_eq!(letters(&mailbox).len(), 0);
    for quote in &quotes {
        assert_eq!(house.gallery(quote).await.status, 410);
    }
    assert_eq!(house.mine(token).await.json()["state"], "expired");
    let renewed = house.renewed(token, MINE, json!({})).await;
    assert_eq!((renewed.status, &renewed.json()["state"]), (201, &json!("active")), "{}", renewed.text());
    assert_eq!((house.gallery(&quotes[0]).await.status, house.gallery(&quotes[1]).await.status), (200, 410));
    let host = house.again(&host).await;
    let found = host.get("/v1/quotes?consent_expires_before=2999-01-01T00:00:00Z").await.json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    pass(&house, 400).await;
    assert_eq!(letters(&mailbox).len(), 0, "one without end is not told of");
}

#[tokio::test]
async fn what_was_withdrawn_or_shortened_is_not_announced() {
    let (mailbox, house) = with_mail().await;
    let host = house.host().await;
    let contact = json!({"email": "asked@example.org"});
    let person = json!({"display_name": "Asked", "role": "activist", "contact": contact});
    let person = host.makes("people", person).await;
    let allowed = json!({"purpose": "contact", "method": "written"});
    assert_eq!(host.post(&ledger(&person), allowed).await.status, 201);
    let end = house.now() + Duration::from_secs(40 * DAY);
    let mut tokens = Vec::new();
    for purpose in ["publish_name", "share_with_partners"] {
        let body = json!({"purpose": purpose, "method": "written", "expires_at": end});
        tokens.push(super::token(&host.post(&ledger(&person), body).await.json()));
    }
    assert_eq!(house.withdrawn(&tokens[0]).await.status, 200);
    let sooner = house.now() + Duration::from_secs(20 * DAY);
    assert_eq!(house.narrowed(&tokens[1], json!({"expires_at": sooner})).await.status, 200);
    pass(&house, 11).await;
    house.run_jobs().await;
    assert_eq!(letters(&mailbox).len(), 0);
    assert_eq!(house.count("SELECT count(*) AS n FROM consent WHERE remind_at IS NOT NULL").await, 0);
}
