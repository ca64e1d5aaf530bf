//! New links for whoever lost theirs.

use ::entity::initiative::InitiativeStatus;
use ::entity::initiative_link;

use super::asking::PAGE;
use super::{KIND, rules, store};
use crate::access::ManageToken;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::outbox::Post;
use crate::problem::Problem;
use crate::rooms::initiatives;
use crate::rooms::manage_links::NewLink;

/// New links to the entries on the map that this address is asked about. Earlier ones go on until one is used: they were all
/// written to the same mailbox.
///
/// # Errors
/// The database's or the vault's.
pub async fn new_links(tx: &Tx, post: &Post, email: &str) -> Result<Vec<NewLink>, Problem> {
    let hash = initiatives::contact_hash(post.vault(), email)?;
    let mut links = Vec::new();
    for (row, contact) in store::of_address(tx, hash).await? {
        if row.status != InitiativeStatus::Published {
            continue;
        }
        let token = ManageToken::new()?;
        let (token_hash, expires_at) = (token.hash(post.vault(), KIND)?, tx.now() + rules::LINK);
        store::add_link(tx, initiative_link::Model { token_hash, contact_id: contact, expires_at }).await?;
        audit::note(tx, Entry::new(By::System, Action::RotateKey).on(Kind::Initiative, row.id)).await?;
        links.push(NewLink { link: post.link(PAGE, &token.text()), language: row.language });
    }
    Ok(links)
}
