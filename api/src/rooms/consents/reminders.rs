//! Telling people that a consent of theirs ends in a month.

use ::entity::consent::{ConsentPurpose, Model};
use ::entity::ids::{ConsentId, PersonId};
use ::entity::kinds::Moderation;
use ::entity::{person, quote};
use chrono::{DateTime, Utc};
use sea_orm::{EntityTrait as _, QuerySelect as _};

use super::rules::told_at;
use super::tokens::give_token;
use super::{PAGE, Subject, giving, store};
use crate::audit::{Action, By};
use crate::db::{Db, Tx};
use crate::outbox::{Language, Letter, Message, Post, mail};
use crate::problem::Problem;
use crate::rooms::people;

/// The most consents of one round.
const PORTION: u64 = 50;

/// Writes to those whose consents end in a month, where they allowed it: with a new token, since the first may be long lost.
/// Gives the number of letters. Where mail is off they stay due.
///
/// # Errors
/// The database's or the vault's, of the first that failed: the others are written to nevertheless.
pub async fn remind(db: &Db, post: &Post) -> Result<usize, Problem> {
    if post.is_off() {
        return Ok(0);
    }
    let (mut written, mut failed) = (0, None);
    for due in store::to_remind(db.reader(), db.now(), PORTION).await? {
        match db.write(async |tx| remind_one(tx, post, &due).await).await {
            Ok(done) => written += usize::from(done),
            Err(problem) => failed = failed.or(Some(problem)),
        }
    }
    failed.map_or(Ok(written), Err)
}

async fn remind_one(tx: &Tx, post: &Post, due: &Model) -> Result<bool, Problem> {
    // In the order in which whoever withdraws it locks them.
    let Some((subject, person)) = lock(tx, due).await? else { return later(tx, due.id, None).await };
    let row = store::one(tx, post.vault(), due.id).await?;
    let Some(row) = row.filter(|row| row.remind_at.is_some_and(|at| at <= tx.now())) else {
        return Ok(false);
    };
    let (end, now) = (row.expires_at, tx.now());
    if row.withdrawn_at.is_some() || end.is_none_or(|end| end <= now) {
        return later(tx, row.id, None).await;
    }
    if let Some(at) = told_at(end, now) {
        return later(tx, row.id, Some(at)).await;
    }
    store::remind_at(tx, row.id, None).await?;
    let Some(person) = person else { return Ok(false) };
    if !store::is_active(tx, person, ConsentPurpose::Contact, now).await? {
        return Ok(false);
    }
    let Some(to) = people::email_of(tx, post.vault(), person).await? else { return Ok(false) };
    let token = give_token(tx, post.vault(), subject, row.purpose).await?;
    let message = Message::ConsentExpiring { link: post.link(PAGE, &token.text()) };
    let language = Language::of(row.language.as_deref().unwrap_or_default());
    mail(tx, post, Letter { to, language, message }).await?;
    giving::note(tx, By::System, Action::Message, row.id, vec!["expires_at"]).await?;
    Ok(true)
}

/// Whom or what a consent is about, kept from changing, and the person to write to. Nothing if there is nothing left to say.
async fn lock(tx: &Tx, due: &Model) -> Result<Option<(Subject, Option<PersonId>)>, Problem> {
    if let Some(id) = due.quote_id {
        let quote = quote::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
        let quote = quote.filter(|quote| quote.status != Moderation::Withdrawn);
        return Ok(quote.map(|quote| (Subject::Quote(id), quote.person_id)));
    }
    let Some(id) = due.person_id else { return Ok(None) };
    let person = person::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    Ok(person.map(|_| (Subject::Person(id), Some(id))))
}

/// Looks at it again at this instant, or never.
async fn later(tx: &Tx, id: ConsentId, at: Option<DateTime<Utc>>) -> Result<bool, Problem> {
    store::remind_at(tx, id, at).await?;
    Ok(false)
}
