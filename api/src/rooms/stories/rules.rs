//! What may become of a story: draft → approved → withdrawn.

use ::entity::kinds::Moderation;

use super::StoryRecord;
use crate::access::Permit;
use crate::access::action::{ApproveStories, EditStories};
use crate::problem::Problem;
use crate::rooms::records::{approved, not_by_its_maker, only_a_draft, stays_with, still_there, withdrawn};

/// Approves it. Nobody approves what they made.
pub(super) fn approve(
    mut story: StoryRecord,
    permit: &Permit<ApproveStories>,
) -> Result<StoryRecord, Problem> {
    not_by_its_maker(permit, story.row.created_by)?;
    story.row.status = approved(story.row.status)?;
    Ok(story)
}

/// Takes it back for good; no text is kept.
pub(super) fn withdraw(mut story: StoryRecord, _: &Permit<EditStories>) -> Result<StoryRecord, Problem> {
    story.row.status = withdrawn(story.row.status)?;
    Ok(silenced(story))
}

/// A story that says nothing any more.
pub(super) fn silenced(mut story: StoryRecord) -> StoryRecord {
    story.row.status = Moderation::Withdrawn;
    story.row.title = String::new();
    story.row.summary = None;
    story.row.url = String::new();
    story.row.language = "und".to_owned();
    story.row.translations = Default::default();
    story.themes = Vec::new();
    story
}

/// Lets an edit pass, unless it was withdrawn. What it belongs to is fixed once it is approved.
pub(super) fn change(
    before: &StoryRecord,
    after: StoryRecord,
    _: &Permit<EditStories>,
) -> Result<StoryRecord, Problem> {
    still_there(before.row.status)?;
    let of = |story: &StoryRecord| (story.row.event_id, story.row.initiative_id);
    stays_with(before.row.status, of(before), of(&after))?;
    Ok(after)
}

/// Lets a draft be removed.
pub(super) fn remove(story: &StoryRecord, _: &Permit<EditStories>) -> Result<(), Problem> {
    only_a_draft(story.row.status)
}
