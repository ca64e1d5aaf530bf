//! Which later events took an outcome up.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{EventId, OutcomeId};

/// A row of `outcome_follow_up`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outcome_follow_up")]
pub struct Model {
    /// The outcome.
    #[sea_orm(primary_key, auto_increment = false)]
    pub outcome_id: OutcomeId,
    /// Place in the list, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The event that followed.
    pub event_id: EventId,
}

impl ActiveModelBehavior for ActiveModel {}
