//! `/v1/entries`: contacts are asked whether what stands on the map is still so.

mod answers;
mod asking;
mod imports;
mod staff;

use std::time::Duration;

use api::config::settings::{MAIL, MAIL_FROM, PUBLIC_URL, RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Method;
use serde_json::{Value, json};

use crate::house::mailbox::{Mailbox, Manner, Parsed};
use crate::house::{Actor, Answer, House, answer};
use crate::submissions::{newcomer_with, submit};

pub const DAY: u64 = 86_400;

/// A house that sends letters to a mailbox.
pub async fn with_mail() -> (Mailbox, House) {
    let mailbox = Mailbox::open(Manner::Accept);
    let address = mailbox.address();
    let settings = [
        (&RATE_LIMITS, "off"),
        (&REQUIRE_TOTP, "false"),
        (&MAIL, &*address),
        (&MAIL_FROM, "us@mail.example.org"),
        (&PUBLIC_URL, "https://map.example"),
    ];
    let house = House::open_with(&settings).await;
    (mailbox, house)
}

/// A letter that leads to an entry: to whom, in which words, and with which token.
pub struct Asked {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub token: String,
}

/// The letters that came since the last time; the token is empty where a letter has none of an entry.
pub fn letters(mailbox: &Mailbox) -> Vec<Asked> {
    let read = |received: crate::house::mailbox::Received| {
        let to = received.envelope[1].trim_start_matches("RCPT TO:<").trim_end_matches('>').to_owned();
        let letter = Parsed::new(&received.data);
        let link = letter.text.lines().find_map(|line| line.strip_prefix("https://map.example/entry#"));
        let (token, subject) = (link.unwrap_or_default().to_owned(), letter.header("subject").to_owned());
        Asked { to, subject, text: letter.text, token }
    };
    mailbox.letters().into_iter().map(read).collect()
}

/// Puts an initiative on the map, whose contact is whoever submitted it; its identifier. The letters on the way are thrown away.
pub async fn entry(house: &House, mailbox: &Mailbox, email: &str) -> String {
    entry_with(house, mailbox, json!({"submitter": {"email": email}})).await
}

/// The same with other members.
pub async fn entry_with(house: &House, mailbox: &Mailbox, patch: Value) -> String {
    let moderator = house.moderator().await;
    let submission = submit(house, newcomer_with(patch)).await;
    let there = moderator.get(&submission.at("duplicates")).await.json()["organisation"].clone();
    let how = if there.is_null() { json!({}) } else { json!({"organisation_id": there}) };
    let approved = moderator.post(&submission.at("approve"), how).await;
    assert_eq!(approved.status, 200, "{}", approved.text());
    house.run_jobs().await;
    mailbox.letters();
    approved.json()["initiative_id"].as_str().unwrap().to_owned()
}

/// Lets days pass and does what is due then.
pub async fn pass(house: &House, days: u64) {
    house.advance(Duration::from_secs(days * DAY));
    house.run_jobs().await;
}

/// The one letter of a year later; its token.
pub async fn a_year_later(house: &House, mailbox: &Mailbox) -> String {
    pass(house, 366).await;
    let letters = letters(mailbox);
    assert_eq!(letters.len(), 1);
    letters[0].token.clone()
}

impl House {
    /// Somebody signed in long ago, signed in anew.
    pub async fn again(&self, actor: &Actor<'_>) -> Actor<'_> {
        self.sign_in(&actor.id, &actor.email).await
    }

    /// How the entry is read with a token.
    pub async fn entry(&self, token: &str) -> Answer {
        self.with_token(token, Method::GET, "/v1/entries/mine", None).await
    }

    /// What is answered with a token.
    pub async fn answered(&self, token: &str, verb: &str, body: Value) -> Answer {
        self.with_token(token, Method::POST, &format!("/v1/entries/mine/{verb}"), Some(body)).await
    }

    /// The same with a key.
    pub async fn answered_with_key(&self, token: &str, verb: &str, body: Value, key: &str) -> Answer {
        let request = self.request(Method::POST, &format!("/v1/entries/mine/{verb}")).bearer_auth(token);
        answer(request.header("idempotency-key", key).json(&body)).await
    }

    /// What everybody reads of an initiative.
    pub async fn public(&self, id: &str) -> Answer {
        self.get(&format!("/v1/gallery/initiatives/{id}")).await
    }

    /// The day it is in the house.
    pub fn today(&self) -> String {
        self.now().date_naive().to_string()
    }
}
