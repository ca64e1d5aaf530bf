//! What a reader of changes has been told of a record last.

use sea_orm::entity::prelude::*;

use crate::Relation;

crate::text_enum! {
    /// The kinds of records whose changes are told, from what others refer to on to what refers to it.
    ChangeKind {
        /// A topic in several languages.
        Theme = "theme",
        /// A group, NGO, donor, university, medium or public body.
        Organisation = "organisation",
        /// An activist, donor or ally.
        Person = "person",
        /// A continuing effort of one or more organisations.
        Initiative = "initiative",
        /// A rule that makes events recur.
        Series = "series",
        /// Anything with a time and people.
        Event = "event",
        /// A finding, barrier, need, recommendation, decision or lesson.
        Outcome = "outcome",
        /// Words somebody said.
        Quote = "quote",
        /// A link to a video, blog, document or recording.
        Story = "story",
        /// A person's place at one event.
        Registration = "registration",
        /// A newcomer's request to be on the map.
        Submission = "submission",
    }
}

/// A row of `change_entry`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "change_entry")]
pub struct Model {
    /// Who is told.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reader: Uuid,
    /// The record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub record_id: Uuid,
    /// Its kind.
    pub kind: ChangeKind,
    /// Its version, or the last that the reader could see.
    pub version: i64,
    /// The place in the order of what this reader is told.
    pub seq: i64,
    /// When it was given that place.
    pub at: DateTimeUtc,
    /// Whether there is no such record for this reader any more.
    pub gone: bool,
}

impl ActiveModelBehavior for ActiveModel {}
