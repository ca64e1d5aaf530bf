//! Outcomes as a file says them.

use ::entity::kinds::Moderation;
use uuid::Uuid;

use super::api::edited;
use super::wire::OutcomeIn;
use super::{OutcomeRecord, rules};
use crate::access::action::EditOutcomes;
use crate::access::{Actor, Allowed};
use crate::audit::Action;
use crate::db::Tx;
use crate::http::patch::IfMatch;
use crate::outbox::Post;
use crate::problem::Problem;
use crate::rooms::bundle::OutcomeLine;
use crate::rooms::records::{self, Edit};

/// Makes of an outcome what a file says, by the rules of every edit; one that it says is withdrawn is withdrawn for good. The file's
/// names were checked. Gives the version that it has then.
///
/// # Errors
/// What an edit is refused for; 412 if it has another version than this.
pub async fn edit_by_file(
    tx: &Tx,
    post: &Post,
    actor: &Actor,
    (id, version): (Uuid, i64),
    line: OutcomeLine,
) -> Result<i64, Problem> {
    let who = Allowed::<EditOutcomes>::ask(actor.clone())?;
    let read = IfMatch::of(version);
    if line.status == Moderation::Withdrawn {
        let found = records::find_for_change::<OutcomeRecord>(tx, post.vault(), actor, id).await?;
        let permit = who.over(&found)?;
        read.check(found.record.row.version)?;
        let record = rules::withdraw(found.record, &permit)?;
        let shown =
            records::keep(tx, post.vault(), &permit, Action::Withdraw, vec!["status"], record).await?;
        return Ok(shown.record.row.version);
    }
    let edit = Edit::whole(&OutcomeIn::of_line(line), &[])?;
    Ok(edited(tx, post, &who, id, &read, &edit).await?.record.row.version)
}
