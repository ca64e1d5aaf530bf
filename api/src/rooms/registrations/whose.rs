//! Whose registrations are.

use ::entity::{event, registration};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, Condition};

use crate::access::Owner;
use crate::rooms::records;

/// The registrations that somebody may read: those for own events and, of an organisation, those that its keys made.
pub fn own(owner: Owner) -> Condition {
    let own_events = Query::select()
        .column((event::Entity, event::Column::Id))
        .from(event::Entity)
        .cond_where(records::own_event(owner))
        .to_owned();
    let of_own = registration::Column::EventId.in_subquery(own_events);
    records::made_by(registration::Column::Id, registration::Column::AccountId, owner).add(of_own)
}
