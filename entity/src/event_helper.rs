//! Who helps at an event without answering for it: a person or an organisation. Never public.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{EventId, OrganisationId, PersonId};

crate::text_enum! {
    /// The part a helper has.
    HelperPart {
        /// Leads the talk.
        Facilitator = "facilitator",
        /// Carries it over into another language, sign languages included.
        Interpreter = "interpreter",
        /// Writes down what is said.
        NoteTaker = "note_taker",
    }
}

/// A row of `event_helper`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event_helper")]
pub struct Model {
    /// The event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: EventId,
    /// The part.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: HelperPart,
    /// Place in the list, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The person; exactly one of person and organisation is set.
    pub person_id: Option<PersonId>,
    /// The organisation.
    pub organisation_id: Option<OrganisationId>,
}

impl ActiveModelBehavior for ActiveModel {}
