//! Who is in two places at once: a warning, never a refusal.

use ::entity::event::{self, EventStatus};
use ::entity::ids::{OrganisationId, PersonId};
use ::entity::{event_helper, event_host};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait};

use super::out::{EventWarning, EventWarningCode};
use super::{EventRecord, HostId};
use crate::access::Allowed;
use crate::access::action::Action;
use crate::db::Tx;
use crate::http::page::Limit;
use crate::problem::Problem;
use crate::rooms::records;
use crate::vault::Vault;

/// The events that take place at the same time as this one and in which somebody has a part who has one in this: drafts
/// too, and of all these only such as `who` may see anyway. The newest twenty-five.
///
/// # Errors
/// The database's.
pub(super) async fn clashes<A: Action>(
    tx: &Tx,
    vault: &Vault,
    who: &Allowed<A>,
    event: &EventRecord,
) -> Result<Vec<EventWarning>, Problem> {
    let taking_part: Vec<HostId> = taking_part(event).collect();
    let Some((start, end)) = event.row.starts_at.zip(event.row.ends_at) else { return Ok(Vec::new()) };
    if taking_part.is_empty() || is_over(event.row.status) {
        return Ok(Vec::new());
    }
    let ahead = [EventStatus::Draft, EventStatus::InReview, EventStatus::Scheduled];
    let at_the_same_time = Condition::all()
        .add(event::Column::Id.ne(event.row.id))
        .add(event::Column::Status.is_in(ahead))
        .add(event::Column::StartsAt.lt(end))
        .add(event::Column::EndsAt.gt(start))
        .add(with_one_of(&taking_part));
    let limit = Limit::default();
    let others = records::page::<EventRecord, A>(tx, vault, who, at_the_same_time, None, limit).await?;
    let mut warnings = Vec::new();
    for other in others.iter().take(usize::from(limit.get())) {
        let mut seen = Vec::new();
        for host in self::taking_part(other).filter(|host| taking_part.contains(host)) {
            if !seen.contains(&host) {
                seen.push(host);
                let code = EventWarningCode::DoubleBooked;
                warnings.push(EventWarning { code, event: other.row.id, host: host.id() });
            }
        }
    }
    Ok(warnings)
}

const fn is_over(status: EventStatus) -> bool {
    matches!(status, EventStatus::Held | EventStatus::Cancelled)
}

fn taking_part(event: &EventRecord) -> impl Iterator<Item = HostId> {
    event.hosts.iter().map(|(_, host)| *host).chain(event.helpers.iter().map(|(_, helper)| *helper))
}

fn with_one_of(taking_part: &[HostId]) -> Condition {
    let people: Vec<PersonId> = taking_part.iter().filter_map(|host| host.columns().0).collect();
    let groups: Vec<OrganisationId> = taking_part.iter().filter_map(|host| host.columns().1).collect();
    use {event_helper::Column as Helper, event_host::Column as Host};
    let hosts = select(event_host::Entity, Host::EventId)
        .cond_where(any(Host::PersonId, &people, Host::OrganisationId, &groups))
        .to_owned();
    let helpers = select(event_helper::Entity, Helper::EventId)
        .cond_where(any(Helper::PersonId, &people, Helper::OrganisationId, &groups))
        .to_owned();
    Condition::any().add(event::Column::Id.in_subquery(hosts)).add(event::Column::Id.in_subquery(helpers))
}

fn select<E: EntityTrait>(table: E, column: E::Column) -> SelectStatement {
    Query::select().column(column).from(table).to_owned()
}

fn any<C: ColumnTrait>(person: C, people: &[PersonId], group: C, groups: &[OrganisationId]) -> Condition {
    Condition::any().add(person.is_in(people.iter().copied())).add(group.is_in(groups.iter().copied()))
}
