//! What a second person decides about an event: a lower risk, a finer place, the end of a lockdown.

use ::entity::event::{self, EventStatus};
use ::entity::kinds::{RecordKind, Risk};
use ::entity::proposal::Guarded;
use uuid::Uuid;

use super::{EventRecord, rules, store};
use crate::access::action::{EditEvents, Propose, ScheduleEvents};
use crate::access::{Actor, Allowed, Permit};
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::outbox::{self, Fact};
use crate::problem::{Kind, Problem};
use crate::publishing;
use crate::rooms::records::{self, Author, revise};

/// The version of an event, and what of it may be proposed to be otherwise.
///
/// # Errors
/// 409 if nobody has to be asked about it, or it cannot change.
pub fn guarded(event: &EventRecord, after: &Guarded, _: &Permit<Propose>) -> Result<(i64, Guarded), Problem> {
    let edits = after.risk.is_some() || after.public_precision.is_some();
    if edits && event.row.status == EventStatus::Draft {
        let detail = "A draft is edited: it shows nothing yet.";
        return Err(Problem::of(Kind::Conflict).with_detail(detail));
    }
    let now = Guarded {
        risk: Some(event.row.risk),
        public_precision: Some(event.row.public_precision),
        locked_down: Some(event.row.locked_down_at.is_some()),
    };
    Ok((event.row.version, now))
}

/// How dangerous the country is of an event that somebody schedules. Of more than low risk it is by another person than made it.
///
/// # Errors
/// 403 for another account of the person who made it.
pub(super) async fn risk_around(
    tx: &Tx,
    permit: &Permit<ScheduleEvents>,
    event: &event::Model,
) -> Result<Risk, Problem> {
    let of_country = publishing::risk_in(tx, event.country.as_deref()).await?;
    if event.risk.max(of_country) > Risk::Low {
        records::by_another_person(tx, permit, event.created_by).await?;
    }
    Ok(of_country)
}

/// Nobody takes an event that is no draft out of a dangerous country alone: it would be shown as if the risk had been lowered.
///
/// # Errors
/// 409 for whoever could not let it through, if its new country is less dangerous than both it and its former one.
pub(super) async fn not_to_a_safer_country(
    tx: &Tx,
    permit: &Permit<EditEvents>,
    before: &event::Model,
    after: &event::Model,
) -> Result<(), Problem> {
    if before.country == after.country || before.status == EventStatus::Draft {
        return Ok(());
    }
    let was = before.risk.max(publishing::risk_in(tx, before.country.as_deref()).await?);
    let is = after.risk.max(publishing::risk_in(tx, after.country.as_deref()).await?);
    match is < was && !records::lets_through(permit, before.created_by) {
        true => Err(Problem::of(Kind::Conflict)
            .with_detail("It would count as less dangerous in another country: a moderator moves it there.")),
        false => Ok(()),
    }
}

/// Changes an event as a second person has decided.
///
/// # Errors
/// 409 if it is another one than when this was proposed, 403 for whoever made it.
pub async fn decided(
    tx: &Tx,
    app: &App,
    by: &Actor,
    id: Uuid,
    version: i64,
    after: &Guarded,
) -> Result<(), Problem> {
    let who = Allowed::<EditEvents>::ask(by.clone())?;
    let found = records::find_for_change::<EventRecord>(tx, &app.vault, by, id).await?;
    let permit = who.over(&found)?;
    records::unchanged_since(found.record.row.version, version)?;
    records::not_by_its_maker(&permit, found.record.row.created_by)?;
    records::by_another_person(tx, &permit, found.record.row.created_by).await?;
    let (event, members) = rules::decided(found.record.clone(), after, &permit)?;
    if after.locked_down == Some(false) {
        store::set_locked_down(tx, event.row.id, None).await?;
    }
    revise(tx, Author::of_edit(permit.by().account(), None), &found.record, &event).await?;
    let withheld = publishing::withheld_because(tx, RecordKind::Event, &[id], tx.now()).await?;
    let was_public = withheld.get(&id).is_none_or(Vec::is_empty);
    let action = if after.locked_down == Some(false) { Action::EndLockdown } else { Action::Update };
    let shown = records::keep(tx, &app.vault, &permit, action, members, event).await?;
    if !was_public && shown.withheld_because.is_empty() {
        outbox::tell(tx, Fact::EventPublished { event_id: id }).await?;
    }
    Ok(())
}
