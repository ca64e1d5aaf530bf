//! Letters to those who registered, where there is an address that they have shown to be theirs.

use ::entity::{event, registration};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::calendar::{self, PAGE};
use super::reminders;
use super::store::{self, Person};
use crate::access::ManageToken;
use crate::calendar::Time;
use crate::db::Tx;
use crate::outbox::{Language, Letter, Message, Post, Reminder, mail, mail_as};
use crate::problem::Problem;
use crate::rooms::events;

/// The page on which reminders are ended.
const STOP: &str = "unsubscribe";

/// Writes to an address that it has to be confirmed, with the token that does so. Where there is an entry with it already,
/// the letter says that; nobody else learns it.
pub(super) async fn confirm(
    tx: &Tx,
    post: &Post,
    row: &registration::Model,
    email: &str,
    token: &ManageToken,
    again: bool,
) -> Result<(), Problem> {
    let link = post.link(PAGE, &token.text());
    let message = if again { Message::EntryAgain { link } } else { Message::ConfirmEntry { link } };
    mail(tx, post, Letter { to: email.to_owned(), language: Language::of(&row.language), message }).await
}

/// Writes that something has happened. The token is not stored, so the letter leads to where it is asked for.
pub(super) async fn news(
    tx: &Tx,
    post: &Post,
    row: &registration::Model,
    message: fn(String) -> Message,
) -> Result<(), Problem> {
    if row.verified_at.is_none() || post.is_off() {
        return Ok(());
    }
    let Some(to) = store::email(tx, post.vault(), row).await? else { return Ok(()) };
    let (language, message) = (Language::of(&row.language), message(post.page(PAGE)));
    mail(tx, post, Letter { to, language, message }).await
}

/// Reminds somebody of an event, under an identifier by which the letter can be taken back. The hour is that of their clock,
/// where they told its zone; what the letter says of the event is what their calendar file says.
#[allow(clippy::too_many_arguments, reason = "a letter is about all of these")]
pub(super) async fn remind(
    tx: &Tx,
    post: &Post,
    event: &event::Model,
    row: &registration::Model,
    person: &Person,
    to: String,
    id: Uuid,
    until: DateTime<Utc>,
) -> Result<(), Problem> {
    let token = reminders::token(post.vault(), row.id)?;
    let link = post.page(PAGE);
    let reminder = Reminder {
        when: when(event, person),
        stop: post.link(STOP, &token),
        one_click: post.address(&format!("/v1/unsubscribe/{}", token.expose_secret())),
        calendar: calendar::attached(event, row, link.clone()),
        link,
        until,
    };
    let message = Message::EntryReminder(Box::new(reminder));
    mail_as(tx, post, id, Letter { to, language: Language::of(&row.language), message }).await
}

/// When an event begins, in digits, which are read in every language.
fn when(event: &event::Model, person: &Person) -> String {
    let own = person.time_zone.as_ref().and_then(|zone| zone.parse::<Tz>().ok());
    match events::discreet_entry(event.clone(), None).map(|entry| entry.time) {
        Some(Time::Span { starts_at, zone, .. }) => {
            let zone = own.unwrap_or(zone);
            format!("{} ({})", starts_at.with_timezone(&zone).format("%Y-%m-%d, %H:%M"), zone.name())
        }
        Some(Time::Day(day)) => day.to_string(),
        None => String::new(),
    }
}
