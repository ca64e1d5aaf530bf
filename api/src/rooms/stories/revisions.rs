//! The revisions of stories.

use super::StoryRecord;
use super::api::edited;
use super::wire::{StoryOut, StoryPath};
use crate::rooms::records::revision_routes;

revision_routes! {
    "stories", "The story.", StoryRecord, StoryOut, StoryPath, story_id,
    ReadStories (("bearer" = []), ("api_key" = ["outcomes:read"])),
    EditStories (("bearer" = []), ("api_key" = ["outcomes:write"])), edited,
    list "stories.revisions.list" "/v1/stories/{story_id}/revisions",
    get "stories.revisions.get" "/v1/stories/{story_id}/revisions/{version}",
    blank "stories.revisions.blank" "/v1/stories/{story_id}/revisions/{version}",
    restore "stories.revisions.restore" "/v1/stories/{story_id}/revisions/{version}/restore",
}
