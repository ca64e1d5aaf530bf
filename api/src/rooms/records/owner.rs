//! Whose a record is: of whoever made it, and of the person or organisation behind an account that hosts or carries it.

use ::entity::ids::{AccountId, OrganisationId};
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

use crate::problem::{Kind, Problem};

/// The records of a kind that are an account's own.
pub(super) fn own(kind: RecordKind, account: AccountId) -> Condition {
    match kind {
        RecordKind::Theme => made(theme::Column::CreatedBy, account),
        RecordKind::Organisation => made(organisation::Column::CreatedBy, account)
            .add(organisation::Column::Id.in_subquery(organisations(account))),
        RecordKind::Person => made(person::Column::CreatedBy, account)
            .add(person::Column::Id.in_subquery(people(account)))
            .add(person::Column::Id.in_subquery(hosts(account)))
            .add(person::Column::Id.in_subquery(helpers(account))),
        RecordKind::Initiative => own_initiative(account),
        RecordKind::Event => own_event(account),
        RecordKind::Outcome => made(outcome::Column::CreatedBy, account)
            .add(outcome::Column::EventId.in_subquery(events(account))),
        RecordKind::Quote => made(quote::Column::CreatedBy, account)
            .add(quote::Column::EventId.in_subquery(events(account)))
            .add(of_no_event(quote::Column::EventId, quote::Column::InitiativeId, account)),
        RecordKind::Story => made(story::Column::CreatedBy, account)
            .add(story::Column::EventId.in_subquery(events(account)))
            .add(of_no_event(story::Column::EventId, story::Column::InitiativeId, account)),
    }
}

fn made(column: impl ColumnTrait, account: AccountId) -> Condition {
    Condition::any().add(column.eq(account))
}

/// What belongs to an own initiative and to no event. What was said at an event is for those who host it: others who carry the
/// same initiative need not know that it took place.
fn of_no_event(event: impl ColumnTrait, initiative: impl ColumnTrait, account: AccountId) -> Condition {
    Condition::all().add(event.is_null()).add(initiative.in_subquery(initiatives(account)))
}

fn own_initiative(account: AccountId) -> Condition {
    let carried = select(initiative_organisation::Entity, initiative_organisation::Column::InitiativeId)
        .cond_where(initiative_organisation::Column::OrganisationId.in_subquery(organisations(account)))
        .to_owned();
    made(initiative::Column::CreatedBy, account).add(initiative::Column::Id.in_subquery(carried))
}

/// The events that the person or organisations behind an account host, co-host or help at.
pub fn events_with_a_part(account: AccountId) -> Condition {
    let hosting = hosted_by(account, event_host::Column::PersonId, event_host::Column::OrganisationId);
    let hosted = select(event_host::Entity, event_host::Column::EventId).cond_where(hosting).to_owned();
    let helping = hosted_by(account, event_helper::Column::PersonId, event_helper::Column::OrganisationId);
    let helped = select(event_helper::Entity, event_helper::Column::EventId).cond_where(helping).to_owned();
    Condition::any().add(event::Column::Id.in_subquery(hosted)).add(event::Column::Id.in_subquery(helped))
}

/// The events that are an account's own.
pub fn own_event(account: AccountId) -> Condition {
    let hosting = hosted_by(account, event_host::Column::PersonId, event_host::Column::OrganisationId);
    let hosted = select(event_host::Entity, event_host::Column::EventId).cond_where(hosting).to_owned();
    made(event::Column::CreatedBy, account).add(event::Column::Id.in_subquery(hosted))
}

/// Which of these organisations somebody does not belong to.
///
/// # Errors
/// The database's.
pub async fn others<C: ConnectionTrait>(
    conn: &C,
    account: Option<AccountId>,
    of: &[OrganisationId],
) -> Result<Vec<OrganisationId>, DbErr> {
    let (Some(account), false) = (account, of.is_empty()) else { return Ok(of.to_vec()) };
    let own = organisation::Column::Id.in_subquery(organisations(account));
    let own = organisation::Entity::find().select_only().column(organisation::Column::Id).filter(own);
    let own: Vec<OrganisationId> =
        own.filter(organisation::Column::Id.is_in(of.iter().copied())).into_tuple().all(conn).await?;
    Ok(of.iter().copied().filter(|id| !own.contains(id)).collect())
}

/// A condition that a person or organisation is the one behind an account, or one of those.
pub fn hosted_by(account: AccountId, person: impl ColumnTrait, organisation: impl ColumnTrait) -> Condition {
    Condition::any()
        .add(person.in_subquery(people(account)))
        .add(organisation.in_subquery(organisations(account)))
}

/// Nobody makes a record their own by the right of moderating alone: the hosts that somebody names for what is not their own are
/// not the person behind their account and none of that person's organisations.
///
/// # Errors
/// 403 if one is.
pub async fn not_oneself(
    conn: &impl ConnectionTrait,
    account: AccountId,
    is_own: bool,
    named: &[Uuid],
) -> Result<(), Problem> {
    if is_own || named.is_empty() {
        return Ok(());
    }
    let person = person::Column::Id.is_in(named.to_vec());
    let person = person.and(person::Column::Id.in_subquery(people(account)));
    let organisation = organisation::Column::Id.is_in(named.to_vec());
    let organisation = organisation.and(organisation::Column::Id.in_subquery(organisations(account)));
    let found = person::Entity::find().filter(person).count(conn).await?
        + organisation::Entity::find().filter(organisation).count(conn).await?;
    match found {
        0 => Ok(()),
        _ => Err(Problem::of(Kind::Forbidden)
            .with_detail("It is not yours: somebody else has to name you or your organisation.")),
    }
}

/// The person behind an account.
fn people(account: AccountId) -> SelectStatement {
    let linked = account::Column::Id.eq(account).and(account::Column::PersonId.is_not_null());
    select(account::Entity, account::Column::PersonId).cond_where(linked).to_owned()
}

/// The organisations of that person.
fn organisations(account: AccountId) -> SelectStatement {
    select(person_organisation::Entity, person_organisation::Column::OrganisationId)
        .cond_where(person_organisation::Column::PersonId.in_subquery(people(account)))
        .to_owned()
}

/// The people who host one's own events.
fn hosts(account: AccountId) -> SelectStatement {
    let of_own = event_host::Column::EventId.in_subquery(events(account));
    select(event_host::Entity, event_host::Column::PersonId)
        .cond_where(of_own.and(event_host::Column::PersonId.is_not_null()))
        .to_owned()
}

/// The people who help at one's own events. The events are not theirs.
fn helpers(account: AccountId) -> SelectStatement {
    let of_own = event_helper::Column::EventId.in_subquery(events(account));
    select(event_helper::Entity, event_helper::Column::PersonId)
        .cond_where(of_own.and(event_helper::Column::PersonId.is_not_null()))
        .to_owned()
}

fn events(account: AccountId) -> SelectStatement {
    select(event::Entity, event::Column::Id).cond_where(own_event(account)).to_owned()
}

fn initiatives(account: AccountId) -> SelectStatement {
    select(initiative::Entity, initiative::Column::Id).cond_where(own_initiative(account)).to_owned()
}

fn select<E: EntityTrait>(table: E, column: E::Column) -> SelectStatement {
    Query::select().column((table, column)).from(table).to_owned()
}
