//! Events that a series makes, and that go along with it for as long as nobody edits them.

use ::entity::ids::EventId;
use ::entity::kinds::Risk;

use super::guided::with_questions;
use super::second_person::not_to_a_safer_country;
use super::wire::EventIn;
use super::{EventRecord, rules};
use crate::access::action::{EditEvents, ScheduleEvents};
use crate::access::{Actor, Allowed};
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::ids;
use crate::outbox::{self, Fact};
use crate::problem::Problem;
use crate::publishing;
use crate::rooms::records::{self, Author, Written as _, revise};
use crate::rooms::registrations;
use crate::vault::Vault;

/// An event of a series, and the version it was made as. Another version says that somebody edited it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// The event.
    pub id: EventId,
    /// Its version then.
    pub version: i64,
}

/// Makes an event of a body whose names were checked before, as somebody could by hand: `to_be_scheduled` schedules it,
/// but one of more than low risk waits for a moderator, and so does what a partner makes.
///
/// # Errors
/// 403 if they may not, 422 if there can be no such event.
pub async fn make(
    tx: &Tx,
    vault: &Vault,
    by: &Actor,
    body: EventIn,
    to_be_scheduled: bool,
) -> Result<Made, Problem> {
    let who = Allowed::<EditEvents>::ask(by.clone())?;
    let permit = who.anew();
    let (id, checked) = (ids::v4(), body.clone());
    let event = records::read_again(tx, &who, &permit, id, body, &checked.names()).await?;
    let event = with_questions(tx, None, event).await?;
    let mut shown = records::keep(tx, vault, &permit, Action::Create, vec![], event).await?;
    let of_country = publishing::risk_in(tx, shown.record.row.country.as_deref()).await?;
    let risk = shown.record.row.risk.max(of_country);
    if to_be_scheduled && (risk > Risk::Low || by.partner().is_some()) {
        let event = rules::submit(shown.record, &permit)?;
        shown = records::keep(tx, vault, &permit, Action::Submit, vec!["status"], event).await?;
    } else if to_be_scheduled {
        let permit = Allowed::<ScheduleEvents>::ask(by.clone())?.anew();
        let event = rules::schedule(shown.record, &permit, of_country)?;
        shown = records::keep(tx, vault, &permit, Action::Schedule, vec!["status"], event).await?;
        if shown.withheld_because.is_empty() {
            outbox::tell(tx, Fact::EventPublished { event_id: id }).await?;
        }
    }
    Ok(Made { id: shown.record.row.id, version: shown.record.row.version })
}

/// Writes an event anew as its series says now, its state and risk under the rules of every edit. Gives its version, or
/// nothing if it stays as it is, because somebody edited it or it has begun.
///
/// # Errors
/// 409 if no edit may do that.
pub async fn follow(
    tx: &Tx,
    app: &App,
    who: &Allowed<EditEvents>,
    made: Made,
    body: EventIn,
) -> Result<Option<i64>, Problem> {
    let found = records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), made.id.0).await?;
    if !rules::is_untouched(&found.record.row, made.version, tx.now()) {
        return Ok(None);
    }
    // Whoever may change the series may change what goes along with it.
    let permit = who.anew();
    let (edited, changed) = records::rewrite(tx, who, &permit, &found.record, body).await?;
    let edited = with_questions(tx, Some(&found.record), edited).await?;
    let edited = rules::change(&found.record, edited, &permit, tx.now())?;
    not_to_a_safer_country(tx, &permit, &found.record.row, &edited.row).await?;
    registrations::follow(tx, &app.post, &found.record.row, &edited.row).await?;
    if let Some(moved) = rules::moved(&found.record.row, &edited.row, tx.now()) {
        outbox::tell(tx, moved).await?;
    }
    if !changed.is_empty() {
        revise(tx, Author::of_edit(permit.by().account(), None), &found.record, &edited).await?;
    }
    let shown = records::keep(tx, &app.vault, &permit, Action::Update, changed, edited).await?;
    Ok(Some(shown.record.row.version))
}

/// Cancels an event, unless somebody edited it or it has begun. Says whether it was cancelled.
///
/// # Errors
/// The database's.
pub async fn call_off(
    tx: &Tx,
    vault: &Vault,
    who: &Allowed<EditEvents>,
    made: Made,
) -> Result<bool, Problem> {
    let found = records::find_for_change::<EventRecord>(tx, vault, who.actor(), made.id.0).await?;
    if !rules::is_untouched(&found.record.row, made.version, tx.now()) {
        return Ok(false);
    }
    let permit = who.anew();
    let event = rules::cancel(found.record, &permit, None)?;
    records::keep(tx, vault, &permit, Action::Cancel, vec!["status"], event).await?;
    outbox::tell(tx, Fact::EventCancelled { event_id: made.id.0 }).await?;
    Ok(true)
}
