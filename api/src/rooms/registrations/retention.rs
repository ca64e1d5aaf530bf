//! Forgetting: what tells of people is kept no longer than it serves them.

use ::entity::event::{self, EventStatus, WhenPrecision};
use ::entity::ids::EventId;
use ::entity::registration::{Column, Entity, Model, RegistrationStatus as Status};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::store;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Db, Tx};
use crate::http::idempotency;
use crate::problem::Problem;

/// How long after its end, or that of the event, a registration can still be read: in days.
const KEPT: i64 = 90;
/// How long those are kept whose address nobody confirmed: in days.
const UNCONFIRMED: i64 = 1;
/// How many are erased in one transaction.
const PORTION: u64 = 50;

/// Erases what tells of people from registrations that ended ninety days ago, or whose event did, at the latest that its
/// time allows; from those that nobody confirmed a day later. Gives their number.
///
/// # Errors
/// The database's; what was erased before stays erased.
pub async fn erase_old(db: &Db) -> Result<u64, Problem> {
    let mut erased = 0;
    loop {
        let old = Entity::find().filter(to_erase(db.now()));
        let event: Option<EventId> =
            old.select_only().column(Column::EventId).into_tuple().one(db.reader()).await?;
        let Some(event) = event else { return Ok(erased) };
        let portion = db.write(async |tx| erase_of(tx, event).await).await?;
        erased += portion as u64;
        if portion == 0 {
            return Ok(erased);
        }
    }
}

/// Registrations change only while their event is locked.
async fn erase_of(tx: &Tx, event: EventId) -> Result<usize, Problem> {
    event::Entity::find_by_id(event).lock_exclusive().one(tx).await?;
    let old = Entity::find().filter(Column::EventId.eq(event)).filter(to_erase(tx.now()));
    let rows: Vec<Model> = old.limit(PORTION).all(tx).await?;
    let count = rows.len();
    for mut row in rows {
        let entry = Entry::new(By::System, Action::Delete).on(Kind::Registration, row.id);
        audit::note(tx, entry.fields(["display_name", "email", "access_needs", "answers"])).await?;
        idempotency::forget(tx, row.id).await?;
        store::erase(tx, &mut row).await?;
    }
    Ok(count)
}

fn to_erase(now: DateTime<Utc>) -> Condition {
    let (kept, unconfirmed) = (now - TimeDelta::days(KEPT), now - TimeDelta::days(UNCONFIRMED));
    let called_off = Condition::all()
        .add(event::Column::Status.eq(EventStatus::Cancelled))
        .add(event::Column::UpdatedAt.lt(kept));
    let over = Condition::any()
        .add(event::Column::EndsAt.lt(kept))
        .add(event::Column::HeldAt.lt(kept))
        .add(vaguely_over(kept))
        .add(called_off);
    // Of what has no time, the last change counts: of the event, and of the registration.
    let at_no_time = Condition::all()
        .add(event::Column::WhenPrecision.eq(WhenPrecision::Unknown))
        .add(event::Column::HeldAt.is_null())
        .add(event::Column::UpdatedAt.lt(kept));
    let at_no_time =
        Condition::all().add(Column::UpdatedAt.lt(kept)).add(Column::EventId.in_subquery(events(at_no_time)));
    let unanswered =
        Condition::all().add(Column::Status.eq(Status::Expired)).add(Column::ClosedAt.lt(unconfirmed));
    let ended = Condition::any()
        .add(Column::ClosedAt.lt(kept))
        .add(unanswered)
        .add(Column::EventId.in_subquery(events(over)))
        .add(at_no_time);
    Condition::all().add(Column::ErasedAt.is_null()).add(ended)
}

/// The events of a day, month or year that was over by this instant, in UTC: dates of one precision sort as texts.
fn vaguely_over(kept: DateTime<Utc>) -> Condition {
    let before = |precision: WhenPrecision, format: &str| {
        Condition::all()
            .add(event::Column::WhenPrecision.eq(precision))
            .add(event::Column::WhenDate.lt(kept.format(format).to_string()))
    };
    Condition::any()
        .add(before(WhenPrecision::Day, "%Y-%m-%d"))
        .add(before(WhenPrecision::Month, "%Y-%m"))
        .add(before(WhenPrecision::Year, "%Y"))
}

fn events(fitting: Condition) -> SelectStatement {
    Query::select().column(event::Column::Id).from(event::Entity).cond_where(fitting).to_owned()
}
