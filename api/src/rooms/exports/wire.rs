//! What callers send and read.

use ::entity::bulk_export::{ExportFormat, ExportedKind, Model};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::rooms::bundle::CountryCode;

/// What is to be exported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportIn {
    /// What it is written as.
    pub(super) format: ExportFormat,
    /// The kinds of records; all that you may read if not said.
    #[serde(default)]
    #[schema(nullable = false, min_items = 1, max_items = 5)]
    pub(super) kinds: Option<Vec<ExportedKind>>,
    /// Only those of this country.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) country: Option<CountryCode>,
}

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExportStatus {
    /// It can be read, once.
    Done,
    /// It was read.
    Read,
    /// Its day is over.
    Expired,
}

/// An export.
#[derive(Serialize, ToSchema)]
pub(super) struct ExportOut {
    /// Identifier.
    id: Uuid,
    /// Where it stands.
    status: ExportStatus,
    /// What it is written as.
    format: ExportFormat,
    /// The kinds of records in it.
    kinds: Vec<String>,
    /// The country that they are of; `null` for all.
    country: Option<String>,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// Until when it can be read.
    expires_at: DateTime<Utc>,
    links: ExportLinks,
}

/// Where an export is.
#[derive(Serialize, ToSchema)]
struct ExportLinks {
    /// The export.
    #[serde(rename = "self")]
    this: String,
    /// The file: it is read once.
    file: String,
}

impl ExportOut {
    pub(super) fn new(row: Model, now: DateTime<Utc>) -> Self {
        let status = match row.read_at {
            Some(_) => ExportStatus::Read,
            None if row.expires_at <= now => ExportStatus::Expired,
            None => ExportStatus::Done,
        };
        let Model {
            id,
            organisation_id: _,
            account_id: _,
            format,
            kinds,
            country,
            created_at,
            expires_at,
            read_at: _,
        } = row;
        let links = ExportLinks { this: path(id), file: format!("{}/file", path(id)) };
        Self { id, status, format, kinds: kinds.0, country, created_at, expires_at, links }
    }
}

/// Where an export is.
pub(super) fn path(id: Uuid) -> String {
    format!("/v1/exports/{id}")
}

/// Which export.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ExportPath {
    /// The export.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) export_id: Uuid,
}
