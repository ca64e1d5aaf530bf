//! Stories: links to videos, blogs, documents and recordings.

mod store;

use ::entity::ids::ThemeId;
use ::entity::story;

pub use store::{load, save};

/// A story with what belongs to it.
#[derive(Clone, Debug)]
pub struct StoryRecord {
    /// The story.
    pub row: story::Model,
    /// What it is about.
    pub themes: Vec<ThemeId>,
}
