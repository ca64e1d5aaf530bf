//! The revisions of initiatives.

use super::InitiativeRecord;
use super::api::edited;
use super::wire::{InitiativeOut, InitiativePath};
use crate::rooms::records::revision_routes;

revision_routes! {
    "initiatives", "The initiative.", InitiativeRecord, InitiativeOut, InitiativePath, initiative_id,
    ReadInitiatives (("bearer" = []), ("api_key" = ["initiatives:read"])),
    EditInitiatives (("bearer" = []), ("api_key" = ["initiatives:write"])), edited,
    list "initiatives.revisions.list" "/v1/initiatives/{initiative_id}/revisions",
    get "initiatives.revisions.get" "/v1/initiatives/{initiative_id}/revisions/{version}",
    blank "initiatives.revisions.blank" "/v1/initiatives/{initiative_id}/revisions/{version}",
    restore "initiatives.revisions.restore" "/v1/initiatives/{initiative_id}/revisions/{version}/restore",
}
