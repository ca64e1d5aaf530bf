//! New links for whoever lost theirs.

use super::letters::PAGE;
use super::{KIND, store};
use crate::access::ManageToken;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::outbox::Post;
use crate::problem::Problem;
use crate::rooms::manage_links::NewLink;

/// New links to what was submitted with this address and is not erased yet; they take the place of the former ones.
///
/// # Errors
/// The database's or the vault's.
pub async fn new_links(tx: &Tx, post: &Post, email: &str) -> Result<Vec<NewLink>, Problem> {
    let hash = store::address_hash(post.vault(), email)?;
    let mut links = Vec::new();
    for id in store::of_address(tx, hash).await? {
        let row = store::for_change(tx, id).await?.filter(|row| row.token_hash.is_some());
        let Some(mut row) = row else { continue };
        let token = ManageToken::new()?;
        row.token_hash = Some(token.hash(post.vault(), KIND)?);
        let row = store::save(tx, row).await?;
        audit::note(tx, Entry::new(By::System, Action::RotateKey).on(Kind::Submission, row.id)).await?;
        links.push(NewLink { link: post.link(PAGE, &token.text()), language: row.language });
    }
    Ok(links)
}
