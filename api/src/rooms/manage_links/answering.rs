//! Looking up who asked, and writing to them.

use super::store;
use crate::db::{Db, Tx};
use crate::outbox::{Language, Letter, Message, Post, mail};
use crate::problem::Problem;
use crate::rooms::{consents, entries, registrations, submissions, watches};

/// Addresses in one transaction, which may lock several events.
const PORTION: u64 = 1;
/// Links in one letter.
const MOST: usize = 20;

/// Looks up who asked for links and writes to those who have something. Gives the number of letters.
///
/// # Errors
/// The database's or the vault's.
pub async fn answer(db: &Db, post: &Post) -> Result<usize, Problem> {
    let mut written = 0;
    while store::is_waiting(db.reader()).await? {
        written += db
            .write(async |tx| {
                let mut written = 0;
                for (row, email) in store::waiting(tx, post.vault(), PORTION).await? {
                    if !post.is_off() {
                        written += usize::from(write(tx, post, email).await?);
                    }
                    store::looked_up(tx, row).await?;
                }
                Ok::<_, Problem>(written)
            })
            .await?;
    }
    Ok(written)
}

/// One letter with everything.
async fn write(tx: &Tx, post: &Post, email: String) -> Result<bool, Problem> {
    // Every room that gives tokens out to an address.
    let mut links = registrations::new_links(tx, post, &email).await?;
    links.extend(submissions::new_links(tx, post, &email).await?);
    links.extend(entries::new_links(tx, post, &email).await?);
    links.extend(consents::new_links(tx, post, &email).await?);
    links.extend(watches::new_links(tx, post, &email).await?);
    links.truncate(MOST);
    let Some(first) = links.first() else { return Ok(false) };
    let language = Language::of(&first.language);
    let link = links.iter().map(|new| new.link.as_str()).collect::<Vec<_>>().join("\n\n");
    mail(tx, post, Letter { to: email, language, message: Message::NewLinks { link } }).await?;
    Ok(true)
}

/// Forgets who was written to a while ago. Gives their number.
///
/// # Errors
/// The database's.
pub async fn tidy_up(db: &Db) -> Result<u64, Problem> {
    Ok(db.write(async |tx| store::tidy_up(tx).await).await?)
}
