//! Letters that wait to be sent. A row goes, with its key, when the letter is sent or given up.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `outbox_letter`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_letter")]
pub struct Model {
    /// Identifier (UUIDv4): it stands in the letter's `Message-ID`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which of the texts, a word.
    pub template: String,
    /// Address and content, sealed under the letter's own data key.
    pub sealed: Vec<u8>,
    /// When it was written.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
