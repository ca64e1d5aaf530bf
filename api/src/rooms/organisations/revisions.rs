//! The revisions of organisations.

use super::Organisation;
use super::api::edited;
use super::wire::{OrganisationOut, OrganisationPath};
use crate::rooms::records::revision_routes;

revision_routes! {
    "organisations", "The organisation.", Organisation, OrganisationOut, OrganisationPath, organisation_id,
    ReadOrganisations (("bearer" = []), ("api_key" = ["initiatives:read"])),
    EditOrganisations (("bearer" = []), ("api_key" = ["initiatives:write"])), edited,
    list "organisations.revisions.list" "/v1/organisations/{organisation_id}/revisions",
    get "organisations.revisions.get" "/v1/organisations/{organisation_id}/revisions/{version}",
    blank "organisations.revisions.blank" "/v1/organisations/{organisation_id}/revisions/{version}",
    restore "organisations.revisions.restore" "/v1/organisations/{organisation_id}/revisions/{version}/restore",
}
