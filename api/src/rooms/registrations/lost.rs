//! New links for whoever lost theirs.

use ::entity::ids::EventId;
use ::entity::registration::{self, Column, Model};
use sea_orm::{
    ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::calendar::PAGE;
use super::desk::Desk;
use super::{KIND, content, store};
use crate::access::ManageToken;
use crate::audit::{Action, By};
use crate::db::Tx;
use crate::outbox::Post;
use crate::problem::Problem;
use crate::rooms::manage_links::NewLink;

/// New links to what somebody has registered for with this address and confirmed it, and what has not ended; they take the place
/// of the former ones.
///
/// # Errors
/// The database's or the vault's.
pub async fn new_links(tx: &Tx, post: &Post, email: &str) -> Result<Vec<NewLink>, Problem> {
    let mut links = Vec::new();
    for event in events_with_addresses(tx).await? {
        let hash = content::address_hash(post.vault(), event.0, email)?;
        let found = store::of_address(tx, event, &hash).await?;
        if !found.iter().any(is_theirs) {
            continue;
        }
        let Some(desk) = Desk::open(tx, post, event).await? else { continue };
        for mut row in store::of_address(tx, event, &hash).await?.into_iter().filter(is_theirs) {
            let token = ManageToken::new()?;
            (row.token_hash, row.mailed_hash) = (None, Some(token.hash(post.vault(), KIND)?));
            store::save(tx, &mut row).await?;
            desk.note(By::System, Action::RotateKey, &row).await?;
            links.push(NewLink { link: post.link(PAGE, &token.text()), language: row.language });
        }
        desk.settle(true).await?;
    }
    Ok(links)
}

/// Whether somebody has shown that the address is theirs.
fn is_theirs(row: &Model) -> bool {
    row.verified_at.is_some() && row.closed_at.is_none() && row.erased_at.is_none()
}

/// The events for which somebody with an address of theirs may still come.
async fn events_with_addresses(tx: &Tx) -> Result<Vec<EventId>, DbErr> {
    registration::Entity::find()
        .select_only()
        .column(Column::EventId)
        .distinct()
        .filter(Column::VerifiedAt.is_not_null())
        .filter(Column::ClosedAt.is_null())
        .filter(Column::ErasedAt.is_null())
        .order_by_asc(Column::EventId)
        .into_tuple()
        .all(tx)
        .await
}
