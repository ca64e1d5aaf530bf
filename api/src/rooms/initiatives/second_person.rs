//! What a second person decides about an initiative: a finer place.

use ::entity::initiative::InitiativeStatus;
use ::entity::proposal::Guarded;
use uuid::Uuid;

use super::InitiativeRecord;
use super::rules;
use crate::access::action::{EditInitiatives, Propose};
use crate::access::{Actor, Allowed, Permit};
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::problem::{Kind, Problem};
use crate::rooms::records::{self, Author, revise};

/// The version of an initiative, and what of it may be proposed to be otherwise.
///
/// # Errors
/// 409 if nobody has to be asked about it, or it is off the map.
pub fn guarded(initiative: &InitiativeRecord, _: &Permit<Propose>) -> Result<(i64, Guarded), Problem> {
    if initiative.row.status == InitiativeStatus::Draft {
        let detail = "A draft is edited: it shows nothing yet.";
        return Err(Problem::of(Kind::Conflict).with_detail(detail));
    }
    rules::still_on_the_map(&initiative.row)?;
    let now = Guarded { public_precision: Some(initiative.row.public_precision), ..Guarded::default() };
    Ok((initiative.row.version, now))
}

/// Shows the place of an initiative more finely, as a second person has decided.
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
    let who = Allowed::<EditInitiatives>::ask(by.clone())?;
    let found = records::find_for_change::<InitiativeRecord>(tx, &app.vault, by, id).await?;
    let permit = who.over(&found)?;
    records::unchanged_since(found.record.row.version, version)?;
    records::not_by_its_maker(&permit, found.record.row.created_by)?;
    records::by_another_person(tx, &permit, found.record.row.created_by).await?;
    let mut initiative = found.record.clone();
    initiative.row.public_precision = after.public_precision.unwrap_or(initiative.row.public_precision);
    revise(tx, Author::of_edit(permit.by().account(), None), &found.record, &initiative).await?;
    let members = vec!["public_precision"];
    records::keep(tx, &app.vault, &permit, Action::Update, members, initiative).await?;
    Ok(())
}
