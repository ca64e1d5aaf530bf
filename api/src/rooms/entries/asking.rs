//! Asking contacts whether their entries are still so.

use ::entity::ids::InitiativeId;
use ::entity::initiative::InitiativeStatus;
use ::entity::initiative_link;

use super::{KIND, rules, store};
use crate::access::ManageToken;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Db, Tx};
use crate::outbox::{Language, Letter, Message, Post, mail};
use crate::problem::Problem;
use crate::rooms::initiatives;

/// The page on which it is answered.
pub(super) const PAGE: &str = "entry";
/// The most letters of one round.
const PORTION: u64 = 50;

/// Writes to the contacts who are due. Gives the number of letters. Where mail is off they stay due.
///
/// # Errors
/// The database's or the vault's, of the first that failed: the others are written to nevertheless.
pub async fn ask(db: &Db, post: &Post) -> Result<usize, Problem> {
    if post.is_off() {
        return Ok(0);
    }
    let (mut written, mut failed) = (0, None);
    for id in store::due(db.reader(), db.now(), PORTION).await? {
        // Each by itself: whoever dies in between has written those before once and the others not at all.
        match db.write(async |tx| ask_one(tx, post, id).await).await {
            Ok(done) => written += usize::from(done),
            Err(problem) => failed = failed.or(Some(problem)),
        }
    }
    failed.map_or(Ok(written), Err)
}

async fn ask_one(tx: &Tx, post: &Post, id: InitiativeId) -> Result<bool, Problem> {
    let Some((row, contact)) = store::take_due(tx, id).await? else { return Ok(false) };
    match row.status {
        InitiativeStatus::Published => {}
        // An import took it off the map: publishing it asks anew.
        InitiativeStatus::Draft => {
            store::asked(tx, contact.id, 0, None).await?;
            return Ok(false);
        }
        InitiativeStatus::Archived => {
            initiatives::forget_contact(tx, id).await?;
            return Ok(false);
        }
    }
    let Some(who) = initiatives::contacts_of(tx, post.vault(), &[id.0]).await?.remove(&id.0) else {
        return Ok(false);
    };
    let token = ManageToken::new()?;
    let (token_hash, expires_at) = (token.hash(post.vault(), KIND)?, tx.now() + rules::LINK);
    store::add_link(tx, initiative_link::Model { token_hash, contact_id: contact.id, expires_at }).await?;
    let message = Message::ListingDue { link: post.link(PAGE, &token.text()) };
    let language = Language::of(who.language.as_deref().unwrap_or(&row.language));
    mail(tx, post, Letter { to: who.email, language, message }).await?;
    let letters = contact.letters + 1;
    store::asked(tx, contact.id, letters, rules::after(letters, tx.now())).await?;
    let asked = Entry::new(By::System, Action::Message).on(Kind::Initiative, id);
    audit::note(tx, asked.fields(["contact"])).await?;
    Ok(true)
}

/// Removes links that no longer work.
///
/// # Errors
/// The database's.
pub async fn tidy_up(db: &Db) -> Result<u64, Problem> {
    Ok(db.write(async |tx| store::tidy_up(tx).await).await?)
}
