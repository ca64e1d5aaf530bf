//! An export that somebody asked for, and whether it was read.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, OrganisationId};
use crate::kinds::RecordKind;
use crate::values::Texts;

crate::text_enum! {
    /// What an export is written as.
    ExportFormat {
        /// A bundle.
        Bundle = "bundle",
        /// A table.
        Csv = "csv",
        /// Features on a map.
        Geojson = "geojson",
    }
}

crate::text_enum! {
    /// The kinds of records that an export holds.
    ExportedKind {
        /// Continuing efforts.
        Initiative = "initiative",
        /// Everything with a time and people.
        Event = "event",
        /// What came of events.
        Outcome = "outcome",
        /// Words that are public.
        Quote = "quote",
        /// Links to videos, blogs, documents and recordings.
        Story = "story",
    }
}

impl From<ExportedKind> for RecordKind {
    fn from(kind: ExportedKind) -> Self {
        match kind {
            ExportedKind::Initiative => Self::Initiative,
            ExportedKind::Event => Self::Event,
            ExportedKind::Outcome => Self::Outcome,
            ExportedKind::Quote => Self::Quote,
            ExportedKind::Story => Self::Story,
        }
    }
}

/// A row of `bulk_export`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_export")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation whose key asked for it.
    pub organisation_id: Option<OrganisationId>,
    /// The account that asked for it.
    pub account_id: Option<AccountId>,
    /// What it is written as.
    pub format: ExportFormat,
    /// The kinds of records in it.
    #[sea_orm(column_type = "JsonBinary")]
    pub kinds: Texts,
    /// The country that they are of.
    pub country: Option<String>,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// Until when it can be read.
    pub expires_at: DateTimeUtc,
    /// When it was read.
    pub read_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
