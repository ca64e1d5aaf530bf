//! What callers send and read.

use ::entity::ids::OrganisationId;
use ::entity::organisation::{self, OrganisationKind};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Organisation;
use crate::rooms::bundle::{CountryCode, Incoming, Names, OrganisationLine, RecordId, WebAddress};
use crate::rooms::records::{Edit, Links, Mergeable, Shown, Written, written_as};

/// An organisation as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganisationIn {
    /// Its name.
    #[schema(max_length = 200, pattern = r"\S", example = "Sample group")]
    name: String,
    /// What it is.
    kind: OrganisationKind,
    /// Whether it is legally constituted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    formal: Option<bool>,
    /// Its country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    country: Option<CountryCode>,
    /// Its own site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    url: Option<WebAddress>,
}

written_as!(OrganisationIn is OrganisationLine without { id: RecordId } with { name, kind, formal, country, url });

impl Mergeable for OrganisationIn {}

impl Written for OrganisationIn {
    type Record = Organisation;

    fn of(record: Organisation) -> Self {
        Self::of_line(OrganisationLine::of(record, &Names::here()))
    }

    fn names(&self) -> Vec<&RecordId> {
        Vec::new()
    }

    fn into_record(self, incoming: &mut Incoming<'_>, _: Option<&Organisation>) -> Option<Organisation> {
        Some(self.into_line(incoming.name()).into_record(incoming))
    }
}

/// An edit of an organisation: what is left out stays, `null` clears.
pub(super) type OrganisationPatch = Edit<OrganisationIn>;

/// Where an organisation stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OrganisationStatus {
    /// Its API keys work.
    Active,
    /// They are refused.
    Suspended,
}

/// An organisation.
#[derive(Serialize, ToSchema)]
pub(super) struct OrganisationOut {
    /// Identifier.
    id: OrganisationId,
    /// Its name.
    name: String,
    /// What it is.
    kind: OrganisationKind,
    /// Whether it is legally constituted, where known.
    formal: Option<bool>,
    /// Its country (ISO 3166-1 alpha-2).
    country: Option<String>,
    /// Its own site.
    url: Option<String>,
    /// Whether its API keys work.
    status: OrganisationStatus,
    /// Grows by one with every edit; the `ETag` is made of it.
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last edited.
    updated_at: DateTime<Utc>,
    links: Links,
}

impl From<Shown<Organisation>> for OrganisationOut {
    fn from(shown: Shown<Organisation>) -> Self {
        let links = Links::of(&shown);
        let organisation::Model {
            id,
            name,
            kind,
            formal,
            country,
            url,
            suspended_at,
            created_by: _,
            version,
            created_at,
            updated_at,
        } = shown.record;
        let status = match suspended_at {
            None => OrganisationStatus::Active,
            Some(_) => OrganisationStatus::Suspended,
        };
        Self { id, name, kind, formal, country, url, status, version, created_at, updated_at, links }
    }
}

/// A page of organisations.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct OrganisationPage {
    /// The organisations.
    items: Vec<OrganisationOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which organisation.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OrganisationPath {
    /// The organisation.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) organisation_id: Uuid,
}

/// Which organisations are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OrganisationFilter {
    /// What they are, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 8)]
    pub(super) kind: Vec<OrganisationKind>,
    /// Countries (ISO 3166-1 alpha-2), separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 60)]
    pub(super) country: Vec<CountryCode>,
}
