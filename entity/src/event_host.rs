//! Who hosts an event: a person or an organisation.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{EventId, OrganisationId, PersonId};

crate::text_enum! {
    /// The part a host has.
    HostPart {
        /// Answers for the event.
        Host = "host",
        /// Helps.
        CoHost = "co_host",
    }
}

/// A row of `event_host`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event_host")]
pub struct Model {
    /// The event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: EventId,
    /// Host or co-host.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: HostPart,
    /// Place in the list, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The person; exactly one of person and organisation is set.
    pub person_id: Option<PersonId>,
    /// The organisation.
    pub organisation_id: Option<OrganisationId>,
}

impl ActiveModelBehavior for ActiveModel {}
