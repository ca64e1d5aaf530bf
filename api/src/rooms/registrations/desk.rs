//! The desk of an event: everything that takes or frees a seat is decided here, while the row of the event is locked.
//!
//! So every rule is decided on what is true, by one at a time. A command opens the desk, changes registrations through it
//! and settles it: whoever waits and fits now gets a seat in the same transaction.

use ::entity::event::{self, EventStatus, RegistrationMode};
use ::entity::ids::EventId;
use ::entity::kinds::{PersonRole, RecordKind};
use ::entity::registration::{Model, RegistrationStatus as Status};
use ::entity::registration_desk::{self, PublicSeats};
use sea_orm::{EntityTrait as _, QuerySelect as _};

use super::seats::{Plan, Taken};
use super::{letters, reminders, rules, store};
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Tx, save_all};
use crate::outbox::{self, Fact, Message, Post};
use crate::problem::{self, Problem};
use crate::publishing::{self, RecordRef};

/// An event's desk, open.
pub(super) struct Desk<'a> {
    pub(super) tx: &'a Tx,
    pub(super) post: &'a Post,
    pub(super) event: event::Model,
    pub(super) row: registration_desk::Model,
    plan: Plan,
    taken: Taken,
    /// Whether somebody who waits may fit now.
    freed: bool,
    /// What is stored of the desk.
    stored: Option<registration_desk::Model>,
}

impl<'a> Desk<'a> {
    /// Locks an event and opens its desk; none if there is no such event. Whose time is over has left already.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn open(tx: &'a Tx, post: &'a Post, event: EventId) -> Result<Option<Self>, Problem> {
        let event = event::Entity::find_by_id(event).lock_exclusive().one(tx).await?;
        let Some(event) = event else { return Ok(None) };
        let mut desk = Self::of(tx, post, event).await?;
        for mut row in store::overdue(tx, desk.event.id).await? {
            desk.note(By::System, Action::Expire, &row).await?;
            desk.end(&mut row, Status::Expired).await?;
        }
        desk.promote().await?;
        Ok(Some(desk))
    }

    /// The desk of an event whose row is locked, under the plan that this very row states.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn of(tx: &'a Tx, post: &'a Post, event: event::Model) -> Result<Self, Problem> {
        let stored = store::desk(tx, event.id).await?;
        let taken = store::taken(tx, event.id).await?;
        let row = stored.clone().unwrap_or_else(|| store::new_desk(event.id, tx.now()));
        let plan = Plan::of(&event);
        Ok(Self { tx, post, event, row, plan, taken, freed: false, stored })
    }

    /// Whether anybody has ever come.
    pub(super) const fn is_unknown(&self) -> bool {
        self.stored.is_none()
    }

    /// Whether the seats that are taken may be taken under the plan.
    pub(super) fn holds(&self) -> bool {
        self.plan.holds(&self.taken)
    }

    /// Looks again for whoever waits: the plan is another one.
    pub(super) const fn look_again(&mut self) {
        self.freed = true;
    }

    /// The number of the next one who comes.
    pub(super) const fn arrival(&mut self) -> i64 {
        self.row.arrivals += 1;
        self.row.arrivals
    }

    /// Holds a seat for somebody while they confirm their address, if there is one and the host does not decide anyway.
    pub(super) fn hold(&mut self, row: &mut Model) {
        let decides = self.event.registration == RegistrationMode::ByApproval;
        if !decides && self.plan.fits(&self.taken, row.role) {
            self.take(row);
        }
    }

    /// Lets somebody in whose address needs no more confirmation: to the host, who decides, or to a seat.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn enter(&mut self, row: &mut Model, by_host: bool) -> Result<(), Problem> {
        if self.event.locked_down_at.is_some() {
            return Err(Problem::of(problem::Kind::RegistrationClosed));
        }
        if self.event.registration == RegistrationMode::ByApproval && !by_host {
            (row.status, row.until_at) = (Status::Pending, None);
            return Ok(());
        }
        self.admit(row).await
    }

    /// Gives somebody a seat, or has them wait.
    ///
    /// # Errors
    /// 409 if the event will not take place, or has, or is locked down.
    pub(super) async fn admit(&mut self, row: &mut Model) -> Result<(), Problem> {
        if self.event.status != EventStatus::Scheduled || self.event.locked_down_at.is_some() {
            return Err(Problem::of(problem::Kind::RegistrationClosed));
        }
        // What has become free is for those who came before.
        self.promote().await?;
        row.until_at = None;
        if !row.holds_seat && !self.plan.fits(&self.taken, row.role) {
            row.status = Status::Waitlisted;
            return Ok(());
        }
        self.take(row);
        row.status = Status::Confirmed;
        self.tell_confirmed(row).await
    }

    /// Ends a registration: its seat is free.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn end(&mut self, row: &mut Model, how: Status) -> Result<(), Problem> {
        let counted = row.status;
        self.free(row);
        (row.status, row.until_at, row.closed_at) = (how, None, Some(self.tx.now()));
        store::save(self.tx, row).await?;
        reminders::recall(self.tx, row.id).await?;
        if how == Status::Cancelled && counted != Status::Unverified {
            let (registration_id, event_id) = (row.id.0, row.event_id.0);
            outbox::tell(self.tx, Fact::RegistrationCancelled { registration_id, event_id }).await?;
        }
        Ok(())
    }

    /// Has one registration take the place of an earlier one by the same person: seat, state and number.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn replace(&mut self, earlier: &mut Model, row: &mut Model) -> Result<(), Problem> {
        if row.holds_seat {
            self.free(row);
        }
        let (status, holds, until, arrival) =
            (earlier.status, earlier.holds_seat, earlier.until_at, earlier.arrival);
        // The seat changes hands: nobody else may have it in between.
        let was_free = self.freed;
        self.end(earlier, Status::Cancelled).await?;
        if holds {
            self.take(row);
            self.freed = was_free;
        }
        (row.status, row.until_at, row.arrival) = (status, until, arrival);
        if status == Status::Confirmed { self.tell_confirmed(row).await } else { Ok(()) }
    }

    /// Takes the seat that is held for somebody who has not confirmed their address.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn let_go(&mut self, row: &mut Model) -> Result<(), Problem> {
        self.free(row);
        Ok(store::save(self.tx, row).await?)
    }

    /// Notes in the audit log who did what to a registration.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn note(&self, by: By, action: Action, row: &Model) -> Result<(), Problem> {
        Ok(audit::note(self.tx, Entry::new(by, action).on(Kind::Registration, row.id)).await?)
    }

    /// Gives what is free to those who wait, and stores the desk. `publish` says whether the event's document may have
    /// another word now, unless whoever asks brings it up to date anyway.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn settle(mut self, publish: bool) -> Result<(), Problem> {
        self.promote().await?;
        let before = self.stored.as_ref().map_or(PublicSeats::Open, |stored| stored.seats);
        self.row.seats = self.plan.word(&self.taken, before);
        let changed = self.stored.as_ref() != Some(&self.row);
        if changed {
            save_all(self.tx, vec![self.row.clone()], &[]).await?;
        }
        let shown = |row: &registration_desk::Model| (row.seats, row.questions.clone());
        let new = (PublicSeats::Open, Default::default());
        if publish && shown(&self.row) != self.stored.as_ref().map_or(new, shown) {
            publishing::publish(self.tx, &[RecordRef::new(RecordKind::Event, self.event.id)]).await?;
        }
        Ok(())
    }

    /// As long as the event is ahead, the next who fits gets what is free.
    async fn promote(&mut self) -> Result<(), Problem> {
        if !std::mem::take(&mut self.freed) {
            return Ok(());
        }
        if publishing::begins(&self.event).is_none_or(|begins| begins <= self.tx.now()) {
            return Ok(());
        }
        loop {
            let mut first = Vec::new();
            for role in PersonRole::ALL {
                if self.plan.fits(&self.taken, *role) {
                    first.extend(store::first_waiting(self.tx, self.event.id, *role).await?);
                }
            }
            let heads: Vec<_> = first.iter().map(|row| (row.role, row.arrival)).collect();
            let next = self.plan.next(&self.taken, &heads);
            let next = next.and_then(|role| first.into_iter().find(|row| row.role == role));
            let Some(mut row) = next else { return Ok(()) };
            self.give(&mut row).await?;
        }
    }

    /// Gives a free seat to somebody who waits; where the host offers seats and they can be written to, for a day.
    async fn give(&mut self, row: &mut Model) -> Result<(), Problem> {
        self.take(row);
        let can_be_told = row.verified_at.is_some() && !self.post.is_off();
        let offer = self.row.offers && can_be_told;
        if offer {
            (row.status, row.until_at) = (Status::Offered, Some(self.tx.now() + rules::TO_ACCEPT));
        } else {
            row.status = Status::Confirmed;
        }
        store::save(self.tx, row).await?;
        if offer {
            self.note(By::System, Action::Offer, row).await?;
            letters::news(self.tx, self.post, row, |link| Message::EntryOffered { link }).await
        } else {
            self.note(By::System, Action::Confirm, row).await?;
            self.tell_confirmed(row).await?;
            letters::news(self.tx, self.post, row, |link| Message::EntryNews { link }).await
        }
    }

    async fn tell_confirmed(&self, row: &Model) -> Result<(), Problem> {
        let (registration_id, event_id) = (row.id.0, row.event_id.0);
        Ok(outbox::tell(self.tx, Fact::RegistrationConfirmed { registration_id, event_id }).await?)
    }

    fn take(&mut self, row: &mut Model) {
        if !std::mem::replace(&mut row.holds_seat, true) {
            self.taken.add(row.role, 1);
        }
    }

    fn free(&mut self, row: &mut Model) {
        if std::mem::replace(&mut row.holds_seat, false) {
            self.taken.give_back(row.role);
            self.freed = true;
        }
    }
}
