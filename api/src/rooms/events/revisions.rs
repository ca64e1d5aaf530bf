//! The revisions of events.

use super::EventRecord;
use super::api::edited;
use super::out::EventOut;
use super::wire::EventPath;
use crate::rooms::records::revision_routes;

revision_routes! {
    "events", "The event.", EventRecord, EventOut, EventPath, event_id,
    ReadEvents (("bearer" = []), ("api_key" = ["events:read"])),
    EditEvents (("bearer" = []), ("api_key" = ["events:write"])), edited,
    list "events.revisions.list" "/v1/events/{event_id}/revisions",
    get "events.revisions.get" "/v1/events/{event_id}/revisions/{version}",
    blank "events.revisions.blank" "/v1/events/{event_id}/revisions/{version}",
    restore "events.revisions.restore" "/v1/events/{event_id}/revisions/{version}/restore",
}
