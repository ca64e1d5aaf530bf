//! A link to a video, blog, document or recording.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, EventId, InitiativeId, StoryId};
use crate::kinds::Moderation;
use crate::values::Translations;

crate::text_enum! {
    /// What a story is.
    StoryKind {
        /// Moving pictures.
        Video = "video",
        /// An article.
        Blog = "blog",
        /// A paper or report.
        Document = "document",
        /// Sound.
        Audio = "audio",
        /// Still pictures.
        PhotoEssay = "photo_essay",
    }
}

/// A row of `story`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "story")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StoryId,
    /// What it is.
    pub kind: StoryKind,
    /// Title.
    pub title: String,
    /// One paragraph.
    pub summary: Option<String>,
    /// Where it is.
    pub url: String,
    /// Country (ISO 3166-1 alpha-2).
    pub country: Option<String>,
    /// The event it tells of.
    pub event_id: Option<EventId>,
    /// The initiative it tells of.
    pub initiative_id: Option<InitiativeId>,
    /// The language of the original text (BCP 47).
    pub language: String,
    /// Whether it passed moderation.
    pub status: Moderation,
    /// The texts in other languages.
    #[sea_orm(column_type = "JsonBinary")]
    pub translations: Translations,
    /// The account that made the record; none if it was imported.
    pub created_by: Option<AccountId>,
    /// Grows by one with every edit.
    pub version: i64,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When the record was last edited.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
