//! Which organisations carry an initiative.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{InitiativeId, OrganisationId};

/// A row of `initiative_organisation`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "initiative_organisation")]
pub struct Model {
    /// The initiative.
    #[sea_orm(primary_key, auto_increment = false)]
    pub initiative_id: InitiativeId,
    /// Place in the list, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The organisation.
    pub organisation_id: OrganisationId,
}

impl ActiveModelBehavior for ActiveModel {}
