//! `/v1/watches`: letters about what is new, to those who asked for them.

mod asking;
mod ending;
mod letters;

use api::config::settings::{MAIL, MAIL_FROM, PUBLIC_URL, RATE_LIMITS, REQUIRE_TOTP};
use reqwest::Method;
use serde_json::{Value, json};

use crate::events::dialogue;
use crate::house::actors::Actor;
use crate::house::mailbox::{Mailbox, Parsed};
use crate::house::{Answer, House};

const AMINA: &str = "amina@example.org";
const MINE: &str = "/v1/watches/mine";
const CONFIRM: &str = "/v1/watches/mine/confirm";
const DAY: u64 = 24 * 3600;

/// A house that sends letters through this server, or makes files of them.
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

/// What is asked for, with this over it.
fn wish(email: &str, further: Value) -> Value {
    let mut body = json!({"email": email, "every": "day", "language": "en"});
    body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    body
}

/// The letters that came since the last time.
fn arrived(mailbox: &Mailbox) -> Vec<Parsed> {
    mailbox.letters().iter().map(|letter| Parsed::new(&letter.data)).collect()
}

/// The token of the link in a letter.
fn token(letter: &Parsed) -> String {
    letter.text.lines().find_map(|line| line.split_once("/watch#")).expect(&letter.text).1.to_owned()
}

async fn mine(house: &House, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    house.with_token(token, method, path, body).await
}

/// A watch that its mailbox has confirmed; its token.
async fn confirmed(house: &House, mailbox: &Mailbox, email: &str, further: Value) -> String {
    let asked = house.post("/v1/watches", wish(email, further)).await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    house.run_jobs().await;
    let letters = arrived(mailbox);
    let letter = letters.iter().find(|letter| letter.header("to") == email).expect("a letter");
    let token = token(letter);
    let said = mine(house, &token, Method::POST, CONFIRM, Some(json!({}))).await;
    assert_eq!(said.status, 200, "{}", said.text());
    token
}

/// A public event in this country.
async fn published(host: &Actor<'_>, title: &str, country: &str) -> Value {
    let mut body = dialogue();
    (body["title"], body["place"]["country"]) = (json!(title), json!(country));
    let event = host.makes("events", body).await;
    host.does("schedule", &event).await
}
