//! Quotes as a file says them.

use ::entity::kinds::Moderation;
use uuid::Uuid;

use super::wire::{QuoteIn, QuotePatch};
use super::{QuoteRecord, rules, withdraw};
use crate::access::action::EditQuotes;
use crate::access::{Actor, Allowed};
use crate::db::Tx;
use crate::http::patch::{AsRead, IfMatch};
use crate::outbox::Post;
use crate::problem::Problem;
use crate::rooms::bundle::QuoteLine;
use crate::rooms::consents::Proof;
use crate::rooms::records;

/// Makes of a quote what a file says, by the rules of every edit; one that it says is withdrawn is withdrawn for good. The
/// file's names were checked. Gives the version that it has then.
///
/// A consent that the file states no longer ends; what it states anew is bound to the words of the file, and somebody else
/// approves the quote once more.
///
/// # Errors
/// What an edit is refused for; 412 if it has another version than this.
pub async fn edit_by_file(
    tx: &Tx,
    post: &Post,
    actor: &Actor,
    (id, version): (Uuid, i64),
    line: QuoteLine,
) -> Result<i64, Problem> {
    let who = Allowed::<EditQuotes>::ask(actor.clone())?;
    let read = IfMatch::of(version);
    let found = records::find_for_change::<QuoteRecord>(tx, post.vault(), actor, id).await?;
    let permit = who.over(&found)?;
    read.check(found.record.row.version)?;
    let before = found.record;
    if line.status == Moderation::Withdrawn {
        let proof = Proof::Permit(&permit);
        let shown = withdraw(tx, post.vault(), &proof, &AsRead::none(), before).await?;
        return Ok(shown.record.row.version);
    }
    let (after, mut changed) = records::rewrite(tx, &who, &permit, &before, QuoteIn::of_line(line)).await?;
    let (after, stated) = rules::as_stated(&before, after, &permit)?;
    if stated && !changed.contains(&"status") {
        changed.push("status");
    }
    let file = QuotePatch::of_file();
    let shown = records::keep_edit(tx, post.vault(), &permit, &file, &before, changed, after).await?;
    Ok(shown.record.row.version)
}
