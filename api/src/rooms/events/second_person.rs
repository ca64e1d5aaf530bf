//! What a second person decides about an event: a lower risk, a finer place, the end of a lockdown.

use ::entity::event::EventStatus;
use ::entity::kinds::RecordKind;
use ::entity::proposal::Guarded;
use uuid::Uuid;

use super::{EventRecord, rules, store};
use crate::access::action::{EditEvents, Propose};
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
