//! A record that was made with an organisation's API key, and so is the organisation's own.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{ApiKeyId, OrganisationId};

/// A row of `partner_record`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_record")]
pub struct Model {
    /// The record, of whatever kind.
    #[sea_orm(primary_key, auto_increment = false)]
    pub record_id: Uuid,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// The key that made it.
    pub key_id: ApiKeyId,
}

impl ActiveModelBehavior for ActiveModel {}
