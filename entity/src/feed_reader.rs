//! How far an organisation has read the gallery's feed of changes with its keys.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::OrganisationId;

/// A row of `feed_reader`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "feed_reader")]
pub struct Model {
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: OrganisationId,
    /// The last place that it was handed.
    pub seq: i64,
    /// When it was handed something it had not read yet.
    pub read_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
