//! Events as a file says them.

use ::entity::event::{EventStatus, Visibility};
use uuid::Uuid;

use super::api::edited;
use super::store;
use super::wire::EventIn;
use crate::access::action::EditEvents;
use crate::access::{Actor, Allowed};
use crate::db::Tx;
use crate::http::patch::IfMatch;
use crate::outbox::Post;
use crate::problem::{Fault, Problem};
use crate::rooms::bundle::EventLine;
use crate::rooms::records::Edit;

/// Makes of an event what a file says, by the rules of every edit. The file's names were checked. Gives the version that it has
/// then.
///
/// # Errors
/// What an edit is refused for; 412 if it has another version than this; 422 if the file would have more people find it.
pub async fn edit_by_file(
    tx: &Tx,
    post: &Post,
    actor: &Actor,
    (id, version): (Uuid, i64),
    line: EventLine,
) -> Result<i64, Problem> {
    let who = Allowed::<EditEvents>::ask(actor.clone())?;
    let before = store::rows(tx, &[id.into()]).await?;
    if before.iter().any(|row| widens(row.status, row.visibility, line.visibility)) {
        let detail = "becomes wider by hand only: the event is no draft any more";
        return Err(Problem::invalid_body(vec![Fault::pointer("/visibility", "shows_more", detail)]));
    }
    let edit = Edit::whole(&EventIn::of_line(line), &[])?;
    Ok(edited(tx, post, &who, id, &IfMatch::of(version), &edit).await?.record.row.version)
}

/// Whether an event that was let through would be found by more people. In a draft it is read before it is scheduled.
fn widens(status: EventStatus, before: Visibility, after: Visibility) -> bool {
    let is_read_later = matches!(status, EventStatus::Draft | EventStatus::InReview);
    !is_read_later && after < before
}
