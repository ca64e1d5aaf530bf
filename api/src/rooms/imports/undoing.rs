//! Undoing an import: what it created is removed, the last first, as far as nobody touched it.

use ::entity::bulk_import::{Model, UndoStatus};
use ::entity::bulk_import_told as told;
use ::entity::kinds::RecordKind;
use serde::Deserialize;
use uuid::Uuid;

use super::store;
use super::wire::{LeftBecause, UndoVerdict};
use super::work::sender;
use crate::access::action::{
    Action, CreateOrganisations, CreatePeople, EditEvents, EditInitiatives, EditOutcomes, EditQuotes,
    EditStories, EditThemes,
};
use crate::access::{Actor, Allowed};
use crate::db::{Db, Tx};
use crate::outbox::Post;
use crate::problem::{Kind, Problem};
use crate::rooms::bundle::{self, Verdict};
use crate::rooms::events::EventRecord;
use crate::rooms::initiatives::InitiativeRecord;
use crate::rooms::organisations::Organisation;
use crate::rooms::outcomes::OutcomeRecord;
use crate::rooms::people::PersonRecord;
use crate::rooms::quotes::QuoteRecord;
use crate::rooms::records::{self, Record};
use crate::rooms::stories::StoryRecord;
use crate::rooms::themes::Theme;

/// The version of what nobody has touched.
const UNTOUCHED: i64 = 1;

/// A verdict as it was told.
#[derive(Deserialize)]
struct Told {
    line: i64,
    r#type: Option<RecordKind>,
    id: Option<String>,
    record: Option<Uuid>,
    verdict: Verdict,
}

/// Undoes an import, one portion of its verdicts in a transaction.
pub(super) async fn undo(db: &Db, post: &Post, taken: Model) -> anyhow::Result<()> {
    while db.write(async |tx| portion(tx, post, &taken).await).await? {}
    Ok(())
}

/// Removes what a portion of lines brought; false if there is no further one.
async fn portion(tx: &Tx, post: &Post, taken: &Model) -> anyhow::Result<bool> {
    let Some(mut row) = store::held(tx, taken).await? else { return Ok(false) };
    let position = row.parts - row.undo_parts - 1;
    let actor = sender(tx, &row).await?;
    let (Some(portion), Some(actor)) = (store::told(tx, row.id, false, position).await?, actor) else {
        row.undo = Some(UndoStatus::Done);
        store::save(tx, row).await?;
        return Ok(false);
    };
    let mut lines = String::new();
    for line in portion.lines.lines().rev() {
        let Told { line, r#type, id, record, verdict } = serde_json::from_str(line)?;
        let (Verdict::Created, Some(r#type), Some(id), Some(record)) = (verdict, r#type, id, record) else {
            continue;
        };
        let left_because = removed(tx, post, &actor, r#type, record).await?;
        *if left_because.is_none() { &mut row.removed } else { &mut row.left_alone } += 1;
        let removed = left_because.is_none();
        lines += &serde_json::to_string(&UndoVerdict { line, r#type, id, record, removed, left_because })?;
        lines.push('\n');
    }
    let (position, last_line) = (row.undo_parts, portion.last_line);
    store::tell(tx, told::Model { import_id: row.id, of_undo: true, position, last_line, lines }).await?;
    row.undo_parts += 1;
    store::save(tx, row).await?;
    Ok(true)
}

/// Removes a record, or says why not.
async fn removed(
    tx: &Tx,
    post: &Post,
    by: &Actor,
    kind: RecordKind,
    id: Uuid,
) -> Result<Option<LeftBecause>, Problem> {
    match kind {
        RecordKind::Theme => remove::<Theme, EditThemes>(tx, post, by, id).await,
        RecordKind::Organisation => remove::<Organisation, CreateOrganisations>(tx, post, by, id).await,
        RecordKind::Person => remove::<PersonRecord, CreatePeople>(tx, post, by, id).await,
        RecordKind::Initiative => remove::<InitiativeRecord, EditInitiatives>(tx, post, by, id).await,
        RecordKind::Event => remove::<EventRecord, EditEvents>(tx, post, by, id).await,
        RecordKind::Outcome => remove::<OutcomeRecord, EditOutcomes>(tx, post, by, id).await,
        RecordKind::Quote => remove::<QuoteRecord, EditQuotes>(tx, post, by, id).await,
        RecordKind::Story => remove::<StoryRecord, EditStories>(tx, post, by, id).await,
    }
}

async fn remove<R: Record, A: Action>(
    tx: &Tx,
    post: &Post,
    by: &Actor,
    id: Uuid,
) -> Result<Option<LeftBecause>, Problem> {
    let is_gone = |problem: Problem| match problem.kind() {
        Kind::NotFound | Kind::Forbidden | Kind::InsufficientScope => Ok(Some(LeftBecause::Gone)),
        _ => Err(problem),
    };
    let who = match Allowed::<A>::ask(by.clone()) {
        Ok(who) => who,
        Err(problem) => return is_gone(problem),
    };
    let found = match records::find_for_change::<R>(tx, post.vault(), by, id).await {
        Ok(found) => found,
        Err(problem) => return is_gone(problem),
    };
    let permit = match who.over(&found) {
        Ok(permit) => permit,
        Err(problem) => return is_gone(problem),
    };
    if found.record.version() != UNTOUCHED {
        return Ok(Some(LeftBecause::Touched));
    }
    match records::remove(tx, &permit, &found.record).await {
        Ok(()) => {
            bundle::never_came(tx, id).await?;
            Ok(None)
        }
        Err(problem) if problem.kind() == Kind::Conflict => Ok(Some(LeftBecause::InUse)),
        Err(problem) => Err(problem),
    }
}
