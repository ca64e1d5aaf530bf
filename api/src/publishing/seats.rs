//! What the public may know of an event's seats: a word, never a number. The words change coarsely, and how many seats
//! there are is nowhere, so nobody can count by watching.

use ::entity::event::{EventStatus, RegistrationMode};
use ::entity::registration_desk::{self, PublicSeats};
use ::entity::{event, values::RegistrationQuestion};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};

use super::facts::{self, Facts};
use super::rules::{self, moment_of};
use super::switches;

/// From when to when an event takes place, as far as that is known.
pub fn span(event: &event::Model) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    moment_of(event).span()
}

/// Whether everybody may know of an event, as far as its own row, the risk of its country, reports and a lockdown of the gallery
/// say.
///
/// # Errors
/// The database's.
pub async fn is_public<C: ConnectionTrait>(
    conn: &C,
    event: &event::Model,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let risk = event.risk.max(switches::risk_in(conn, event.country.as_deref()).await?);
    let event = event::Model { risk, ..event.clone() };
    let facts = Facts { reported: facts::reported(conn, event.id.0).await?, ..Facts::default() };
    let may_be = rules::event(&event, &facts, now).withheld.is_empty();
    Ok(may_be && switches::locked_down_since(conn).await?.is_none())
}

/// When an event that will take place begins, as far as its time is known; none for every other, and under a lockdown.
pub fn begins(event: &event::Model) -> Option<DateTime<Utc>> {
    let will = event.status == EventStatus::Scheduled && event.locked_down_at.is_none();
    let span = span(event).filter(|_| will);
    span.map(|(start, _)| start)
}

/// Until when everybody may register; none if they never may.
pub fn registration_ends(event: &event::Model) -> Option<DateTime<Utc>> {
    let for_everybody = matches!(event.registration, RegistrationMode::Open | RegistrationMode::ByApproval);
    let begins = begins(event).filter(|_| for_everybody)?;
    Some(event.registration_closes_at.map_or(begins, |closes| closes.min(begins)))
}

/// The word that is true now.
pub(super) fn word(
    event: &event::Model,
    desk: Option<&registration_desk::Model>,
    now: DateTime<Utc>,
) -> PublicSeats {
    match registration_ends(event) {
        Some(end) if end > now => desk.map_or(PublicSeats::Open, |desk| desk.seats),
        _ => PublicSeats::Closed,
    }
}

/// What the host asks, as long as there is somebody to answer.
pub(super) fn questions(
    event: &event::Model,
    desk: Option<&registration_desk::Model>,
    now: DateTime<Utc>,
) -> Vec<RegistrationQuestion> {
    let desk = desk.filter(|_| registration_ends(event).is_some_and(|end| end > now));
    desk.map(|desk| desk.questions.0.clone()).unwrap_or_default()
}
