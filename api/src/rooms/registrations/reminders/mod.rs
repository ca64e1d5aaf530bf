//! Reminders: letters before an event begins, to those who have a seat, an address and nothing against it.
//!
//! The desk of an event remembers when it has to be looked at next (`remind_at`): whoever changes the event, or when people
//! are reminded, has it looked at anew. A reminder is one by its key (registration, beginning, how long before), which is
//! written in the transaction of its letter, so neither a second worker nor a crash writes twice, and a moved event is told
//! anew. A letter that waits is taken back when what it says is not so any more.

mod ending;
mod store;

use ::entity::ids::{EventId, RegistrationId};
use ::entity::{event, registration_reminder};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;

pub use ending::stop;
pub(super) use ending::token;

use super::desk::Desk;
use super::{letters, rules};
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Db, Tx};
use crate::ids;
use crate::outbox::{self, Post};
use crate::problem::Problem;
use crate::publishing;

/// Events looked at in one round.
const ROUND: u64 = 100;
/// Letters written in one transaction, during which nobody else registers for the event.
const PORTION: usize = 50;

/// Writes the reminders that are due. Gives their number. Where mail is off, or the whole gallery is locked down, there are
/// none.
///
/// # Errors
/// The database's or the vault's, of the first event that failed: the others are looked at nevertheless.
pub async fn remind(db: &Db, post: &Post) -> Result<usize, Problem> {
    if publishing::locked_down_since(db.reader()).await?.is_some() {
        return Ok(0);
    }
    let (mut written, mut failed) = (0, None);
    for event in store::due(db.reader(), db.now(), ROUND).await? {
        loop {
            match db.write(async |tx| portion(tx, post, event).await).await {
                Ok(count) => {
                    written += count;
                    if count < PORTION {
                        break;
                    }
                }
                Err(problem) => {
                    failed = failed.or(Some(problem));
                    break;
                }
            }
        }
    }
    failed.map_or(Ok(written), Err)
}

async fn portion(tx: &Tx, post: &Post, event: EventId) -> Result<usize, Problem> {
    let Some(mut desk) = Desk::open(tx, post, event).await? else { return Ok(0) };
    let mut written = 0;
    if let Some(since) = desk.row.remind_at.filter(|at| *at <= tx.now()) {
        let due = rules::reminders(&desk.row.reminders.0, &desk.event, since, tx.now());
        if let Some(minutes) = due.minutes.filter(|_| !post.is_off()) {
            written = write(tx, post, &desk.event, minutes).await?;
        }
        if written < PORTION {
            desk.row.remind_at = due.next;
        }
        // An import may have made seats for those who wait.
        desk.look_again();
    }
    desk.settle(true).await?;
    Ok(written)
}

/// Writes to some of those who have not been reminded yet.
async fn write(tx: &Tx, post: &Post, event: &event::Model, minutes: u16) -> Result<usize, Problem> {
    let Some(begins_at) = publishing::begins(event) else { return Ok(0) };
    let mut event = event.clone();
    publishing::beware(tx, std::slice::from_mut(&mut event)).await?;
    let rows = store::to_remind(tx, event.id, begins_at, minutes, PORTION as u64).await?;
    let written = rows.len();
    let mut reminders = Vec::with_capacity(written);
    for (row, person, to) in store::opened(tx, post.vault(), rows).await? {
        let letter_id = ids::v4();
        letters::remind(tx, post, &event, &row, &person, to, letter_id, begins_at).await?;
        reminders.push(registration_reminder::Model {
            registration_id: row.id,
            begins_at,
            minutes: minutes.into(),
            event_id: event.id,
            letter_id,
            written_at: tx.now(),
        });
    }
    if !reminders.is_empty() {
        let sent = Entry::new(By::System, Action::Message).on(Kind::Event, event.id);
        audit::note(tx, sent.fields(["reminders"])).await?;
    }
    store::insert(tx, reminders).await?;
    Ok(written)
}

/// Hears that events were written, in the same transaction, and when each begins, if it will: reminders that wait and tell
/// otherwise are taken back, and the desks are looked at again.
///
/// # Errors
/// The database's.
pub async fn rewritten(tx: &Tx, events: &[(EventId, Option<DateTime<Utc>>)]) -> Result<(), DbErr> {
    let ids: Vec<EventId> = events.iter().map(|(event, _)| *event).collect();
    store::look_again(tx, &ids).await?;
    let waiting = store::waiting_for_events(tx, &ids).await?;
    let is_true = |reminder: &registration_reminder::Model| {
        events.contains(&(reminder.event_id, Some(reminder.begins_at)))
    };
    take_back(tx, waiting.into_iter().filter(|reminder| !is_true(reminder)).collect()).await
}

/// Takes back what waits to be sent to somebody.
///
/// # Errors
/// The database's.
pub(super) async fn recall(tx: &Tx, id: RegistrationId) -> Result<(), DbErr> {
    take_back(tx, store::waiting_for(tx, id).await?).await
}

/// Without their keys: if it becomes true again, it is written again.
async fn take_back(tx: &Tx, reminders: Vec<registration_reminder::Model>) -> Result<(), DbErr> {
    let letters: Vec<_> = reminders.iter().map(|reminder| reminder.letter_id).collect();
    outbox::take_back(tx, &letters).await?;
    store::forget_letters(tx, &letters).await
}
