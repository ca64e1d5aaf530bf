//! The revisions of outcomes.

use super::OutcomeRecord;
use super::api::edited;
use super::wire::{OutcomeOut, OutcomePath};
use crate::rooms::records::revision_routes;

revision_routes! {
    "outcomes", "The outcome.", OutcomeRecord, OutcomeOut, OutcomePath, outcome_id,
    ReadOutcomes (("bearer" = []), ("api_key" = ["outcomes:read"])),
    EditOutcomes (("bearer" = []), ("api_key" = ["outcomes:write"])), edited,
    list "outcomes.revisions.list" "/v1/outcomes/{outcome_id}/revisions",
    get "outcomes.revisions.get" "/v1/outcomes/{outcome_id}/revisions/{version}",
    blank "outcomes.revisions.blank" "/v1/outcomes/{outcome_id}/revisions/{version}",
    restore "outcomes.revisions.restore" "/v1/outcomes/{outcome_id}/revisions/{version}/restore",
}
