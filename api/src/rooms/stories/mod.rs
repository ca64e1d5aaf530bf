//! Stories: links to videos, blogs, documents and recordings.

mod api;
mod imported;
mod revisions;
mod rules;
mod store;
mod wire;

use ::entity::ids::ThemeId;
use ::entity::kinds::Moderation;
use ::entity::story;
use sea_orm::DbErr;
use uuid::Uuid;

use super::records;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::idempotency;
use crate::http::routes::Routes;

pub use imported::edit_by_file;
pub use store::{load, save};

/// A story with what belongs to it.
#[derive(Clone, Debug)]
pub struct StoryRecord {
    /// The story.
    pub row: story::Model,
    /// What it is about.
    pub themes: Vec<ThemeId>,
}

/// Withdraws stories again that a copy of the database brought back. Gives which; the public side is the caller's.
///
/// # Errors
/// The database's.
pub async fn withdraw_again(tx: &Tx, stories: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    let back = load(tx, stories).await?.into_values();
    let back: Vec<_> = back.filter(|story| story.row.status != Moderation::Withdrawn).collect();
    let ids: Vec<Uuid> = back.iter().map(|story| story.row.id.0).collect();
    let mut silenced = Vec::with_capacity(back.len());
    for story in back {
        let id = story.row.id;
        audit::note(tx, Entry::new(By::System, Action::Withdraw).on(Kind::Story, id).fields(["status"]))
            .await?;
        idempotency::forget(tx, id.0).await?;
        let mut story = rules::silenced(story);
        story.row.version += 1;
        story.row.updated_at = tx.now();
        silenced.push(story);
    }
    save(tx, silenced).await?;
    records::blank_revisions(tx, &ids).await?;
    Ok(ids)
}

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(api::change)
        .service(api::approve)
        .service(api::withdraw)
        .service(api::remove)
        .service(revisions::list)
        .service(revisions::get)
        .service(revisions::blank)
        .service(revisions::restore);
}
