//! People as a file says them once more.

use uuid::Uuid;

use super::PersonRecord;
use crate::access::action::CreatePeople;
use crate::access::{Actor, Allowed};
use crate::audit::Action;
use crate::db::Tx;
use crate::http::patch::IfMatch;
use crate::outbox::Post;
use crate::problem::{Fault, Problem};
use crate::rooms::bundle::{ConsentLine, Names, PersonLine};
use crate::rooms::records;

/// Ends the consents of a person that a file states no longer. Nothing else of somebody is written by a file that comes again:
/// how they are named is for them and for moderators to say, and what they allow they say themselves. Gives the version that
/// the person has then.
///
/// # Errors
/// 412 if it has another version than this, 422 if the file says anything else of them than before.
pub async fn edit_by_file(
    tx: &Tx,
    post: &Post,
    actor: &Actor,
    (id, version): (Uuid, i64),
    line: PersonLine,
) -> Result<i64, Problem> {
    let who = Allowed::<CreatePeople>::ask(actor.clone())?;
    let found = records::find_for_change::<PersonRecord>(tx, post.vault(), actor, id).await?;
    let permit = who.over(&found)?;
    IfMatch::of(version).check(found.record.row.version)?;
    let before = PersonLine::of(found.record.clone(), &Names::here());
    let stated_before = line.consents.iter().all(|consent| before.consents.contains(consent));
    let same = (&line.display_name, line.role, &line.country, &line.organisations)
        == (&before.display_name, before.role, &before.country, &before.organisations);
    if !same || !stated_before {
        let detail = "is recorded already: a file can only end consents, the rest is for the person and for moderators";
        return Err(Problem::invalid_body(vec![Fault::pointer("", "not_editable", detail)]));
    }
    let mut person = found.record;
    person.consents.retain(|consent| line.consents.contains(&ConsentLine::of(consent.clone())));
    let changed = if line.consents.len() == before.consents.len() { vec![] } else { vec!["consents"] };
    let shown = records::keep(tx, post.vault(), &permit, Action::Update, changed, person).await?;
    Ok(shown.record.row.version)
}
