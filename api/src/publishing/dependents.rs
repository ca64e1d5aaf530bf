//! Who shows what: when a record changes, so may the documents that show it.

use std::collections::{BTreeMap, BTreeSet};

use ::entity::ids::PersonId;
use ::entity::kinds::{PersonRole, RecordKind};
use ::entity::quote::AttributionLevel;
use ::entity::{
    consent, event, event_host, initiative_organisation, outcome, outcome_follow_up, person, quote, story,
    theme_link,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::counts::K;
use super::{Done, RecordRef, publish};
use crate::db::{Tx, find_in};

/// Brings the public side of changed records and of everything that shows them up to date.
///
/// All of it happens here and now: what must hide must not wait for a job.
///
/// # Errors
/// The database's.
pub async fn changed(tx: &Tx, records: &[RecordRef]) -> Result<Done, DbErr> {
    let mut all: BTreeSet<RecordRef> = records.iter().copied().collect();
    let of = |kind: RecordKind, all: &BTreeSet<RecordRef>| -> Vec<Uuid> {
        all.iter().filter(|r| r.kind == kind).map(|r| r.id).collect()
    };
    for link in
        find_in::<theme_link::Entity, _, _>(tx, theme_link::Column::ThemeId, of(RecordKind::Theme, &all))
            .await?
    {
        all.insert(RecordRef::new(link.kind, link.record_id));
    }
    let organisations = of(RecordKind::Organisation, &all);
    let column = initiative_organisation::Column::OrganisationId;
    for row in find_in::<initiative_organisation::Entity, _, _>(tx, column, organisations.clone()).await? {
        all.insert(RecordRef::new(RecordKind::Initiative, row.initiative_id));
    }
    for row in
        find_in::<event_host::Entity, _, _>(tx, event_host::Column::OrganisationId, organisations).await?
    {
        all.insert(RecordRef::new(RecordKind::Event, row.event_id));
    }
    of_people(tx, &of(RecordKind::Person, &all), &mut all).await?;
    // Everything that shows an initiative shows it directly or through an event.
    let initiatives = of(RecordKind::Initiative, &all);
    for row in find_in::<event::Entity, _, _>(tx, event::Column::InitiativeId, initiatives.clone()).await? {
        all.insert(RecordRef::new(RecordKind::Event, row.id));
    }
    let events = of(RecordKind::Event, &all);
    for row in find_in::<quote::Entity, _, _>(tx, quote::Column::InitiativeId, initiatives.clone()).await? {
        all.insert(RecordRef::new(RecordKind::Quote, row.id));
    }
    for row in find_in::<story::Entity, _, _>(tx, story::Column::InitiativeId, initiatives).await? {
        all.insert(RecordRef::new(RecordKind::Story, row.id));
    }
    for row in find_in::<quote::Entity, _, _>(tx, quote::Column::EventId, events.clone()).await? {
        all.insert(RecordRef::new(RecordKind::Quote, row.id));
    }
    for row in find_in::<story::Entity, _, _>(tx, story::Column::EventId, events.clone()).await? {
        all.insert(RecordRef::new(RecordKind::Story, row.id));
    }
    for row in find_in::<outcome::Entity, _, _>(tx, outcome::Column::EventId, events.clone()).await? {
        all.insert(RecordRef::new(RecordKind::Outcome, row.id));
    }
    for row in
        find_in::<outcome_follow_up::Entity, _, _>(tx, outcome_follow_up::Column::EventId, events).await?
    {
        all.insert(RecordRef::new(RecordKind::Outcome, row.outcome_id));
    }
    publish(tx, &all.into_iter().collect::<Vec<_>>()).await
}

/// Brings the public side in line with people who are new: nothing shows them yet, but where they make a crowd of those
/// who were too few, quotes of these may now say "an activist, Zambia".
///
/// # Errors
/// The database's.
pub async fn joined(tx: &Tx, people: &[Uuid]) -> Result<Done, DbErr> {
    let mut crowds: BTreeMap<(PersonRole, String), u64> = BTreeMap::new();
    for person in find_in::<person::Entity, _, _>(tx, person::Column::Id, people.to_vec()).await? {
        if let Some(country) = person.country {
            *crowds.entry((person.role, country)).or_default() += 1;
        }
    }
    let mut quotes = Vec::new();
    for ((role, country), new) in crowds {
        let alike = person::Entity::find()
            .filter(person::Column::Role.eq(role))
            .filter(person::Column::Country.eq(country.as_str()));
        let all = alike.clone().count(tx).await?;
        if !(all - new..all).contains(&(u64::from(K) - 1)) {
            continue;
        }
        let alike: Vec<PersonId> =
            alike.select_only().column(person::Column::Id).into_tuple().all(tx).await?;
        let said = find_in::<quote::Entity, _, _>(tx, quote::Column::PersonId, alike).await?;
        quotes.extend(said.iter().map(|quote| RecordRef::new(RecordKind::Quote, quote.id)));
    }
    publish(tx, &quotes).await
}

/// Events people host, quotes of theirs, and quotes whose "an activist, Zambia" depends on how many such people there are.
async fn of_people(tx: &Tx, people: &[Uuid], all: &mut BTreeSet<RecordRef>) -> Result<(), DbErr> {
    for row in find_in::<event_host::Entity, _, _>(tx, event_host::Column::PersonId, people.to_vec()).await? {
        all.insert(RecordRef::new(RecordKind::Event, row.event_id));
    }
    for row in find_in::<quote::Entity, _, _>(tx, quote::Column::PersonId, people.to_vec()).await? {
        all.insert(RecordRef::new(RecordKind::Quote, row.id));
    }
    if people.is_empty() {
        return Ok(());
    }
    // A crowd may have grown or shrunk, also the one somebody left.
    let by_quote = quote::Entity::find()
        .filter(quote::Column::Level.eq(AttributionLevel::RoleAndCountry))
        .filter(quote::Column::PersonId.is_not_null())
        .all(tx)
        .await?;
    let by_consent = consent::Entity::find()
        .filter(consent::Column::Level.eq(AttributionLevel::RoleAndCountry))
        .all(tx)
        .await?;
    let attributed = by_quote.iter().map(|q| q.id).chain(by_consent.iter().filter_map(|c| c.quote_id));
    all.extend(attributed.map(|id| RecordRef::new(RecordKind::Quote, id)));
    Ok(())
}
