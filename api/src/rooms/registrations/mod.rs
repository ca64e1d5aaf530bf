//! Registrations: people take seats at events, wait for one, come; hosts decide.
//!
//! Anybody registers for an event that is open to everybody (`open`) and gets a manage token, with which it is followed,
//! changed and taken back (`mine`); an e-mail address counts once it is confirmed. Hosts see who comes, decide, and check in
//! (`api`), and say what is asked (`settings`). Who may have a seat, and who is next, is arithmetic (`seats`) on what is true
//! while the event's row is locked (`desk`): a command that frees a seat gives it to whoever is next before it commits.
//! Names, addresses and needs are sealed under a key per registration (`store`), letters go to confirmed addresses
//! (`letters`), who has a seat is reminded (`reminders`), and all of it is erased when it has served its purpose
//! (`retention`). To what is for invited people one comes with a code (`invitations`). Partners register others with proofs of what
//! they allow (`proofs`).

mod api;
mod calendar;
mod content;
mod desk;
mod forget;
mod held;
mod invitations;
mod letters;
mod lost;
mod me;
mod mine;
#[cfg(test)]
mod model;
mod open;
mod out;
mod proofs;
mod reminders;
mod retention;
mod rules;
mod seats;
mod settings;
mod store;
mod whose;
mod wire;
mod zones;

use ::entity::event;
use ::entity::ids::{AccountId, EventId};
use ::entity::kinds::PersonRole;
use ::entity::registration;
use ::entity::values::Headcount;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QuerySelect as _};

use crate::db::{Db, Tx};
use crate::http::routes::Routes;
use crate::outbox::{Fact, Heard, Message, Post, Told};
use crate::problem::{Kind, Problem};
use desk::Desk;
use seats::Plan;

pub use calendar::entry as calendar_entry;
pub use forget::{forget_account, forget_again, still_told};
pub use held::{RegistrationArchive, archive};
pub use lost::new_links;
pub use reminders::{remind, rewritten};
pub use retention::erase_old;
pub use whose::own;
pub use zones::{CrowdZones, zones_for, zones_of};

/// What manage tokens of this room are for.
const KIND: &str = "registration";
/// Events looked at in one round.
const ROUND: u64 = 100;

/// Registers all of this. `mine` comes before identifiers.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(open::create)
        .service(calendar::calendar)
        .service(mine::get)
        .service(mine::change)
        .service(mine::cancel)
        .service(mine::accept)
        .service(mine::verify)
        .service(forget::erase_mine)
        .service(me::list)
        .service(me::cancel)
        .service(me::accept)
        .service(api::list)
        .service(api::get)
        .service(api::confirm)
        .service(api::decline)
        .service(api::cancel)
        .service(api::check_in)
        .service(api::mark_absent)
        .service(api::check_in_by_code)
        .service(api::contact)
        .service(settings::get)
        .service(settings::put)
        .service(settings::venue)
        .service(reminders::stop)
        .service(invitations::create)
        .service(invitations::list)
        .service(invitations::revoke);
}

/// Follows an edit of an event, whose row is locked and not written yet: whoever waits and fits now gets a seat.
///
/// # Errors
/// 409 if more seats are taken than the edit leaves.
pub async fn follow(
    tx: &Tx,
    post: &Post,
    before: &event::Model,
    after: &event::Model,
) -> Result<(), Problem> {
    let mut desk = Desk::of(tx, post, after.clone()).await?;
    if desk.is_unknown() {
        return Ok(());
    }
    let replanned = before.capacity != after.capacity || before.composition != after.composition;
    if replanned && !desk.holds() {
        let detail = "More seats are taken than this leaves: cancel registrations first.";
        return Err(Problem::of(Kind::Conflict).with_detail(detail));
    }
    desk.look_again();
    desk.settle(false).await
}

/// Whether the seats of an event that are taken may be taken under what it is to become. Its row is locked until the
/// transaction ends.
///
/// # Errors
/// The database's.
pub async fn leaves_room(tx: &Tx, after: &event::Model) -> Result<bool, DbErr> {
    let before = event::Entity::find_by_id(after.id).lock_exclusive().one(tx).await?;
    let same =
        |before: &event::Model| before.capacity == after.capacity && before.composition == after.composition;
    if before.is_none_or(|before| same(&before)) {
        return Ok(true);
    }
    Ok(Plan::of(after).holds(&store::taken(tx, after.id).await?))
}

/// How many were checked in, by role; none if nobody was.
///
/// # Errors
/// The database's.
pub async fn attendance(tx: &Tx, event: EventId) -> Result<Option<Headcount>, Problem> {
    let attended = store::attended(tx, event).await?;
    if attended.is_empty() {
        return Ok(None);
    }
    let of = |wanted: PersonRole| {
        let people = attended.iter().find(|(role, _)| *role == wanted).map_or(0, |(_, people)| *people);
        Some(u32::try_from(people).unwrap_or(u32::MAX))
    };
    Ok(Some(Headcount {
        activist: of(PersonRole::Activist),
        donor: of(PersonRole::Donor),
        ally: of(PersonRole::Ally),
        organisations: None,
    }))
}

/// The registrations of an account that have not ended, of those made last at most so many.
///
/// # Errors
/// The database's.
pub async fn of_account<C: ConnectionTrait>(
    conn: &C,
    account: AccountId,
    most: u64,
) -> Result<Vec<registration::Model>, Problem> {
    Ok(store::live_of_account(conn, account, most).await?)
}

/// Frees the seats of those whose time is over, for whoever is next. Answers how many events were looked at.
///
/// # Errors
/// The database's; what was done before stays done.
pub async fn expire(db: &Db, post: &Post) -> Result<usize, Problem> {
    let events = store::events_overdue(db.reader(), db.now(), ROUND).await?;
    for event in &events {
        db.write(async |tx| match Desk::open(tx, post, *event).await? {
            Some(desk) => desk.settle(true).await,
            None => Ok(()),
        })
        .await?;
    }
    Ok(events.len())
}

/// Hears that an event is called off or moved, and writes to everybody who wanted to come. Of one that is locked down no letter
/// is to lie anywhere.
pub fn hear<'a>(tx: &'a Tx, post: &'a Post, told: &'a Told) -> Heard<'a> {
    Box::pin(async move {
        let (event, message): (_, fn(String) -> Message) = match told.fact {
            Fact::EventCancelled { event_id } => (event_id, |link| Message::EntryCalledOff { link }),
            Fact::EventRescheduled { event_id, .. } => (event_id, |link| Message::EntryNews { link }),
            _ => return Ok(()),
        };
        let found = event::Entity::find_by_id(EventId(event)).one(tx).await?;
        if found.is_none_or(|event| event.locked_down_at.is_some()) {
            return Ok(());
        }
        for row in store::everybody(tx, EventId(event)).await? {
            letters::news(tx, post, &row, message).await?;
        }
        Ok(())
    })
}
