//! What callers send and read.

use std::collections::BTreeMap;

use ::entity::ids::ThemeId;
use ::entity::theme;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Theme;
use crate::rooms::bundle::{Incoming, Names, RecordId, ThemeLine, labels_schema};
use crate::rooms::records::{Edit, Links, Mergeable, Shown, Written, written_as};

/// A theme as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ThemeIn {
    /// Its label by language.
    #[schema(schema_with = labels_schema)]
    labels: BTreeMap<String, String>,
}

written_as!(ThemeIn is ThemeLine without { id: RecordId } with { labels });

impl Mergeable for ThemeIn {}

impl Written for ThemeIn {
    type Record = Theme;

    fn of(record: Theme) -> Self {
        Self::of_line(ThemeLine::of(record, &Names::here()))
    }

    fn names(&self) -> Vec<&RecordId> {
        Vec::new()
    }

    fn into_record(self, incoming: &mut Incoming<'_>, _: Option<&Theme>) -> Option<Theme> {
        Some(self.into_line(incoming.name()).into_record(incoming))
    }
}

/// An edit of a theme: a label that is left out stays, `null` takes one away.
pub(super) type ThemePatch = Edit<ThemeIn>;

/// A theme, as staff sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = ThemeRecordOut)]
pub(super) struct ThemeOut {
    /// Identifier.
    id: ThemeId,
    /// Its label by language.
    labels: BTreeMap<String, String>,
    /// Grows by one with every edit; the `ETag` is made of it.
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last edited.
    updated_at: DateTime<Utc>,
    links: Links,
}

impl From<Shown<Theme>> for ThemeOut {
    fn from(shown: Shown<Theme>) -> Self {
        let links = Links::of(&shown);
        let theme::Model { id, labels, created_by: _, version, created_at, updated_at } = shown.record;
        Self { id, labels: labels.0, version, created_at, updated_at, links }
    }
}

/// Which theme.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ThemePath {
    /// The theme.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) theme_id: Uuid,
}
