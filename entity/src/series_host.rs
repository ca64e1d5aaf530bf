//! Whose a series is, beside its maker's: who hosts or co-hosts its events.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{OrganisationId, PersonId, SeriesId};

/// A row of `series_host`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "series_host")]
pub struct Model {
    /// The series.
    #[sea_orm(primary_key, auto_increment = false)]
    pub series_id: SeriesId,
    /// Place in the list, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The person; exactly one of person and organisation is set.
    pub person_id: Option<PersonId>,
    /// The organisation.
    pub organisation_id: Option<OrganisationId>,
}

impl ActiveModelBehavior for ActiveModel {}
