//! Writing to those who are said to want letters, so that they say so themselves.

use ::entity::watch::Model;

use super::{KIND, PAGE, rules, store};
use crate::access::ManageToken;
use crate::db::{Db, Tx};
use crate::outbox::{Language, Letter, Message, Post, mail};
use crate::problem::Problem;
use crate::rooms::manage_links::NewLink;

/// Writes the letters that ask for a confirmation. Gives their number. A mailbox that answered none of the last ones gets no more, and what
/// it is asked then is forgotten: whoever asks learns nothing of it.
///
/// # Errors
/// The database's or the vault's.
pub async fn ask(db: &Db, post: &Post) -> Result<usize, Problem> {
    let mut written = 0;
    while !post.is_off() && store::is_waiting(db.reader()).await? {
        written += db.write(async |tx| ask_one(tx, post).await).await?;
    }
    Ok(written)
}

async fn ask_one(tx: &Tx, post: &Post) -> Result<usize, Problem> {
    let Some(row) = store::waiting(tx).await? else { return Ok(0) };
    let others = match &row.email_hash {
        Some(hash) => store::of_address(tx, hash.clone()).await?,
        None => Vec::new(),
    };
    let others = || others.iter().filter(|other| other.token_hash.is_some());
    let now = tx.now();
    let unanswered = others().filter(|other| other.confirmed_at.is_none() && !rules::is_over(other, now));
    let content = store::content(tx, post.vault(), &row).await?;
    let is_too_much = unanswered.count() as u64 >= rules::LETTERS || others().count() as u64 >= rules::MOST;
    let Some(to) = content.email.filter(|_| !is_too_much && !rules::is_over(&row, now)) else {
        store::remove(tx, row.id).await?;
        return Ok(0);
    };
    let language = Language::of(&row.language);
    let link = given(tx, post, row).await?;
    mail(tx, post, Letter { to, language, message: Message::ConfirmWatch { link } }).await?;
    Ok(1)
}

/// Gives a watch a new token, and the link with it.
async fn given(tx: &Tx, post: &Post, row: Model) -> Result<String, Problem> {
    let token = ManageToken::new()?;
    let token_hash = Some(token.hash(post.vault(), KIND)?);
    store::write(tx, Model { token_hash, ..row }).await?;
    Ok(post.link(PAGE, &token.text()))
}

/// New links to what somebody watches at this address and has confirmed; they take the place of the former ones.
///
/// # Errors
/// The database's or the vault's.
pub async fn new_links(tx: &Tx, post: &Post, email: &str) -> Result<Vec<NewLink>, Problem> {
    let mut links = Vec::new();
    for row in store::of_address(tx, store::address_hash(post.vault(), email)?).await? {
        if row.confirmed_at.is_none() {
            continue;
        }
        let language = row.language.clone();
        links.push(NewLink { link: given(tx, post, row).await?, language });
    }
    Ok(links)
}
