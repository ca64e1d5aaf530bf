//! Which submissions are asked for.

use ::entity::submission::{SubmissionKind, SubmissionStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which submission.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SubmissionPath {
    /// The submission.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) submission_id: Uuid,
}

/// Which submissions.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SubmissionFilters {
    /// States, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 8)]
    pub(super) status: Vec<SubmissionStatus>,
    /// Countries (ISO 3166-1 alpha-2), separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 60)]
    pub(super) country: Vec<QueueCountry>,
    /// What they ask for, separated by commas: one of these.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 3)]
    pub(super) kind: Vec<SubmissionKind>,
    /// Whether somebody is reviewing it now.
    #[param(nullable = false)]
    pub(super) claimed: Option<bool>,
    /// Which come first.
    #[serde(default)]
    #[param(inline, required = false)]
    pub(super) sort: QueueOrder,
}

/// A country's two-letter code.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = "^[A-Z]{2}$", example = "ZM")]
pub(super) struct QueueCountry(pub(super) String);

/// Which submissions come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(default = "oldest")]
pub(super) enum QueueOrder {
    /// Those that have waited longest.
    #[default]
    Oldest,
    /// Those that came last.
    Newest,
}
