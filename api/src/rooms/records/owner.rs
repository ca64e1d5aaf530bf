//! Whose a record is: of whoever made it, and of the person or organisation behind an account that hosts or carries it. What is made
//! with an API key is its organisation's, and so is what that hosts or carries.

use ::entity::ids::OrganisationId;
use ::entity::kinds::RecordKind;
use ::entity::{
    account, event, event_helper, event_host, initiative, initiative_organisation, organisation, outcome,
    person, person_organisation, quote, story, theme,
};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

use super::partner;
use crate::access::Owner;
use crate::problem::{Kind, Problem};

/// The records of a kind that are somebody's own. Of people, an organisation sees those that its keys recorded.
pub fn own(kind: RecordKind, owner: Owner) -> Condition {
    match kind {
        RecordKind::Theme => made_by(theme::Column::Id, theme::Column::CreatedBy, owner),
        RecordKind::Organisation => made_by(organisation::Column::Id, organisation::Column::CreatedBy, owner)
            .add(organisation::Column::Id.in_subquery(organisations(owner))),
        RecordKind::Person if matches!(owner, Owner::Organisation(_)) => {
            made_by(person::Column::Id, person::Column::CreatedBy, owner)
        }
        RecordKind::Person => made_by(person::Column::Id, person::Column::CreatedBy, owner)
            .add(person::Column::Id.in_subquery(people(owner)))
            .add(person::Column::Id.in_subquery(hosts(owner)))
            .add(person::Column::Id.in_subquery(helpers(owner))),
        RecordKind::Initiative => own_initiative(owner),
        RecordKind::Event => own_event(owner),
        RecordKind::Outcome => made_by(outcome::Column::Id, outcome::Column::CreatedBy, owner)
            .add(outcome::Column::EventId.in_subquery(events(owner))),
        RecordKind::Quote => made_by(quote::Column::Id, quote::Column::CreatedBy, owner)
            .add(quote::Column::EventId.in_subquery(events(owner)))
            .add(of_no_event(quote::Column::EventId, quote::Column::InitiativeId, owner)),
        RecordKind::Story => made_by(story::Column::Id, story::Column::CreatedBy, owner)
            .add(story::Column::EventId.in_subquery(events(owner)))
            .add(of_no_event(story::Column::EventId, story::Column::InitiativeId, owner)),
    }
}

/// Made by somebody, or with a key of an organisation.
pub fn made_by(id: impl ColumnTrait, created_by: impl ColumnTrait, owner: Owner) -> Condition {
    Condition::any().add(match owner {
        Owner::Account(account) => created_by.eq(account),
        Owner::Organisation(organisation) => id.in_subquery(partner::made_by(organisation)),
    })
}

/// What belongs to an own initiative and to no event. What was said at an event is for those who host it: others who carry the
/// same initiative need not know that it took place.
fn of_no_event(event: impl ColumnTrait, initiative: impl ColumnTrait, owner: Owner) -> Condition {
    Condition::all().add(event.is_null()).add(initiative.in_subquery(initiatives(owner)))
}

/// The initiatives that are somebody's own.
pub fn own_initiative(owner: Owner) -> Condition {
    let carried = select(initiative_organisation::Entity, initiative_organisation::Column::InitiativeId)
        .cond_where(initiative_organisation::Column::OrganisationId.in_subquery(organisations(owner)))
        .to_owned();
    made_by(initiative::Column::Id, initiative::Column::CreatedBy, owner)
        .add(initiative::Column::Id.in_subquery(carried))
}

/// The events that the person or organisations behind somebody host, co-host or help at.
pub fn events_with_a_part(owner: Owner) -> Condition {
    let hosting = hosted_by(owner, event_host::Column::PersonId, event_host::Column::OrganisationId);
    let hosted = select(event_host::Entity, event_host::Column::EventId).cond_where(hosting).to_owned();
    let helping = hosted_by(owner, event_helper::Column::PersonId, event_helper::Column::OrganisationId);
    let helped = select(event_helper::Entity, event_helper::Column::EventId).cond_where(helping).to_owned();
    Condition::any().add(event::Column::Id.in_subquery(hosted)).add(event::Column::Id.in_subquery(helped))
}

/// The events that are somebody's own.
pub fn own_event(owner: Owner) -> Condition {
    let hosting = hosted_by(owner, event_host::Column::PersonId, event_host::Column::OrganisationId);
    let hosted = select(event_host::Entity, event_host::Column::EventId).cond_where(hosting).to_owned();
    made_by(event::Column::Id, event::Column::CreatedBy, owner).add(event::Column::Id.in_subquery(hosted))
}

/// Which of these organisations somebody does not belong to.
///
/// # Errors
/// The database's.
pub async fn others<C: ConnectionTrait>(
    conn: &C,
    owner: Option<Owner>,
    of: &[OrganisationId],
) -> Result<Vec<OrganisationId>, DbErr> {
    let (Some(owner), false) = (owner, of.is_empty()) else { return Ok(of.to_vec()) };
    let own = organisation::Column::Id.in_subquery(organisations(owner));
    let own = organisation::Entity::find().select_only().column(organisation::Column::Id).filter(own);
    let own: Vec<OrganisationId> =
        own.filter(organisation::Column::Id.is_in(of.iter().copied())).into_tuple().all(conn).await?;
    Ok(of.iter().copied().filter(|id| !own.contains(id)).collect())
}

/// A condition that a person or organisation is the one behind somebody, or one of those.
pub fn hosted_by(owner: Owner, person: impl ColumnTrait, organisation: impl ColumnTrait) -> Condition {
    Condition::any()
        .add(person.in_subquery(people(owner)))
        .add(organisation.in_subquery(organisations(owner)))
}

/// Nobody makes a record their own by the right of moderating alone: the hosts that somebody names for what is not their own are
/// not the person behind their account and none of that person's organisations.
///
/// # Errors
/// 403 if one is.
pub async fn not_oneself(
    conn: &impl ConnectionTrait,
    owner: Owner,
    is_own: bool,
    named: &[Uuid],
) -> Result<(), Problem> {
    if is_own || named.is_empty() {
        return Ok(());
    }
    let person = person::Column::Id.is_in(named.to_vec());
    let person = person.and(person::Column::Id.in_subquery(people(owner)));
    let organisation = organisation::Column::Id.is_in(named.to_vec());
    let organisation = organisation.and(organisation::Column::Id.in_subquery(organisations(owner)));
    let found = person::Entity::find().filter(person).count(conn).await?
        + organisation::Entity::find().filter(organisation).count(conn).await?;
    match found {
        0 => Ok(()),
        _ => Err(Problem::of(Kind::Forbidden)
            .with_detail("It is not yours: somebody else has to name you or your organisation.")),
    }
}

/// The person behind an account.
fn people(owner: Owner) -> SelectStatement {
    let of = match owner {
        Owner::Account(account) => account::Column::Id.eq(account),
        // Behind an organisation is nobody.
        Owner::Organisation(_) => account::Column::Id.is_null(),
    };
    select(account::Entity, account::Column::PersonId)
        .cond_where(of.and(account::Column::PersonId.is_not_null()))
        .to_owned()
}

/// The organisations of that person, or the one whose key asks.
fn organisations(owner: Owner) -> SelectStatement {
    match owner {
        Owner::Account(_) => select(person_organisation::Entity, person_organisation::Column::OrganisationId)
            .cond_where(person_organisation::Column::PersonId.in_subquery(people(owner)))
            .to_owned(),
        Owner::Organisation(id) => select(organisation::Entity, organisation::Column::Id)
            .cond_where(organisation::Column::Id.eq(id))
            .to_owned(),
    }
}

/// The people who host one's own events.
fn hosts(owner: Owner) -> SelectStatement {
    let of_own = event_host::Column::EventId.in_subquery(events(owner));
    select(event_host::Entity, event_host::Column::PersonId)
        .cond_where(of_own.and(event_host::Column::PersonId.is_not_null()))
        .to_owned()
}

/// The people who help at one's own events. The events are not theirs.
fn helpers(owner: Owner) -> SelectStatement {
    let of_own = event_helper::Column::EventId.in_subquery(events(owner));
    select(event_helper::Entity, event_helper::Column::PersonId)
        .cond_where(of_own.and(event_helper::Column::PersonId.is_not_null()))
        .to_owned()
}

fn events(owner: Owner) -> SelectStatement {
    select(event::Entity, event::Column::Id).cond_where(own_event(owner)).to_owned()
}

fn initiatives(owner: Owner) -> SelectStatement {
    select(initiative::Entity, initiative::Column::Id).cond_where(own_initiative(owner)).to_owned()
}

fn select<E: EntityTrait>(table: E, column: E::Column) -> SelectStatement {
    Query::select().column((table, column)).from(table).to_owned()
}
