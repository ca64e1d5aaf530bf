//! Which organisations a person belongs to.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{OrganisationId, PersonId};

/// A row of `person_organisation`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person_organisation")]
pub struct Model {
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// Place in the list, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The organisation.
    pub organisation_id: OrganisationId,
}

impl ActiveModelBehavior for ActiveModel {}
