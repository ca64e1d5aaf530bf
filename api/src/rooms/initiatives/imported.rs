//! Initiatives as a file says them.

use uuid::Uuid;

use super::api::edited;
use super::wire::InitiativeIn;
use crate::access::action::EditInitiatives;
use crate::access::{Actor, Allowed};
use crate::db::Tx;
use crate::http::patch::IfMatch;
use crate::outbox::Post;
use crate::problem::Problem;
use crate::rooms::bundle::InitiativeLine;
use crate::rooms::records::Edit;

/// Makes of an initiative what a file says, by the rules of every edit. The file's names were checked. Gives the version that it
/// has then.
///
/// # Errors
/// What an edit is refused for; 412 if it has another version than this.
pub async fn edit_by_file(
    tx: &Tx,
    post: &Post,
    actor: &Actor,
    (id, version): (Uuid, i64),
    line: InitiativeLine,
) -> Result<i64, Problem> {
    let who = Allowed::<EditInitiatives>::ask(actor.clone())?;
    let edit = Edit::whole(&InitiativeIn::of_line(line), InitiativeIn::NOT_IN_FILES)?;
    Ok(edited(tx, post, &who, id, &IfMatch::of(version), &edit).await?.record.row.version)
}
