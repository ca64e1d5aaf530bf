//! What the rules and renderers need to know of a batch of records, read in one round trip per question.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use ::entity::gallery_document::DocumentKind;
use ::entity::ids::{EventId, InitiativeId, OrganisationId, OutcomeId, PersonId, QuoteId, StoryId, ThemeId};
use ::entity::kinds::{PersonRole, Risk};
use ::entity::{
    consent, country_risk, event, event_host, hidden_record, initiative, initiative_organisation,
    organisation, outcome, outcome_follow_up, person, quote, registration_desk, story, theme, theme_link,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::place::effective_precision;
use crate::db::find_in;

/// Everything known of a batch.
#[derive(Default)]
pub struct Facts {
    pub initiatives: HashMap<InitiativeId, initiative::Model>,
    pub carriers: HashMap<InitiativeId, Vec<OrganisationId>>,
    pub organisations: HashMap<OrganisationId, organisation::Model>,
    pub events: HashMap<EventId, event::Model>,
    pub hosts: HashMap<EventId, Vec<event_host::Model>>,
    /// How registration goes, of the events themselves.
    pub desks: HashMap<EventId, registration_desk::Model>,
    pub people: HashMap<PersonId, person::Model>,
    pub name_consents: HashMap<PersonId, Vec<consent::Model>>,
    pub outcomes: HashMap<OutcomeId, outcome::Model>,
    pub follow_ups: HashMap<OutcomeId, Vec<EventId>>,
    pub quotes: HashMap<QuoteId, quote::Model>,
    pub quote_consents: HashMap<QuoteId, Vec<consent::Model>>,
    pub stories: HashMap<StoryId, story::Model>,
    pub themes: HashMap<ThemeId, theme::Model>,
    pub theme_links: HashMap<Uuid, Vec<ThemeId>>,
    /// How many people share a role and a country.
    pub crowds: HashMap<(PersonRole, String), u64>,
    /// How dangerous countries are.
    pub risks: HashMap<String, Risk>,
    /// What a moderator took off the public side because it was reported.
    pub reported: HashSet<Uuid>,
}

impl Facts {
    /// How dangerous a country is; low where nothing was said.
    pub fn risk_in(&self, country: Option<&str>) -> Risk {
        country.and_then(|country| self.risks.get(country)).copied().unwrap_or(Risk::Low)
    }

    /// The coarsest of what a record and its country ask for: the rules and the renderers see no event of less risk than its
    /// country's, and no initiative that shows its place more finely than that lets it.
    fn beware(&mut self) {
        let risk_in = |country: Option<&str>| {
            country.and_then(|country| self.risks.get(country)).copied().unwrap_or(Risk::Low)
        };
        for event in self.events.values_mut() {
            event.risk = event.risk.max(risk_in(event.country.as_deref()));
        }
        for initiative in self.initiatives.values_mut() {
            let risk = risk_in(initiative.country.as_deref());
            initiative.public_precision = effective_precision(initiative.public_precision, risk);
        }
    }
}

/// The record, if it is hidden because it was reported.
pub async fn reported<C: ConnectionTrait>(conn: &C, id: Uuid) -> Result<HashSet<Uuid>, DbErr> {
    Ok(hidden_record::Entity::find_by_id(id).one(conn).await?.map(|row| row.record_id).into_iter().collect())
}

/// Which of the records, and of what they belong to, are hidden because they were reported.
async fn load_reported<C: ConnectionTrait>(tx: &C, facts: &mut Facts, ids: &[Uuid]) -> Result<(), DbErr> {
    let events = facts.events.keys().map(|id| id.0);
    let all: HashSet<Uuid> =
        ids.iter().copied().chain(events).chain(facts.initiatives.keys().map(|id| id.0)).collect();
    let column = hidden_record::Column::RecordId;
    let rows = find_in::<hidden_record::Entity, _, _>(tx, column, all.into_iter().collect()).await?;
    facts.reported = rows.into_iter().map(|row| row.record_id).collect();
    Ok(())
}

/// How dangerous the countries are that something known is in.
async fn load_risks<C: ConnectionTrait>(tx: &C, facts: &mut Facts) -> Result<(), DbErr> {
    let events = facts.events.values().filter_map(|event| event.country.clone());
    let initiatives = facts.initiatives.values().filter_map(|initiative| initiative.country.clone());
    let stories = facts.stories.values().filter_map(|story| story.country.clone());
    let countries: HashSet<String> = events.chain(initiatives).chain(stories).collect();
    let column = country_risk::Column::Country;
    let rows = find_in::<country_risk::Entity, _, _>(tx, column, countries.into_iter().collect()).await?;
    facts.risks = rows.into_iter().map(|row| (row.country, row.risk)).collect();
    facts.beware();
    Ok(())
}

/// Reads what is needed to decide about and render these records of one kind.
pub async fn load<C: ConnectionTrait>(tx: &C, kind: DocumentKind, ids: &[Uuid]) -> Result<Facts, DbErr> {
    let mut facts = Facts::default();
    let (mut events, mut initiatives, mut people) = (HashSet::new(), HashSet::new(), HashSet::new());
    match kind {
        DocumentKind::Initiative => initiatives.extend(ids.iter().map(|&id| InitiativeId(id))),
        DocumentKind::Event => events.extend(ids.iter().map(|&id| EventId(id))),
        DocumentKind::Outcome => {
            facts.outcomes =
                keyed(find_in::<outcome::Entity, _, _>(tx, outcome::Column::Id, ids.to_vec()).await?, |o| {
                    o.id
                });
            let rows = find_in::<outcome_follow_up::Entity, _, _>(
                tx,
                outcome_follow_up::Column::OutcomeId,
                ids.to_vec(),
            )
            .await?;
            facts.follow_ups = grouped(rows, |r| r.position, |r| r.outcome_id, |r| r.event_id);
            events.extend(facts.outcomes.values().map(|o| o.event_id));
            events.extend(facts.follow_ups.values().flatten());
        }
        DocumentKind::Quote => {
            facts.quotes =
                keyed(find_in::<quote::Entity, _, _>(tx, quote::Column::Id, ids.to_vec()).await?, |q| q.id);
            let rows = find_in::<consent::Entity, _, _>(tx, consent::Column::QuoteId, ids.to_vec()).await?;
            for row in rows {
                if let Some(id) = row.quote_id {
                    facts.quote_consents.entry(id).or_default().push(row);
                }
            }
            events.extend(facts.quotes.values().filter_map(|q| q.event_id));
            initiatives.extend(facts.quotes.values().filter_map(|q| q.initiative_id));
            people.extend(facts.quotes.values().filter_map(|q| q.person_id));
        }
        DocumentKind::Story => {
            facts.stories =
                keyed(find_in::<story::Entity, _, _>(tx, story::Column::Id, ids.to_vec()).await?, |s| s.id);
            events.extend(facts.stories.values().filter_map(|s| s.event_id));
            initiatives.extend(facts.stories.values().filter_map(|s| s.initiative_id));
        }
    }
    facts.events = keyed(find_in::<event::Entity, _, _>(tx, event::Column::Id, raw(events)).await?, |e| e.id);
    initiatives.extend(facts.events.values().filter_map(|e| e.initiative_id));
    facts.initiatives = keyed(
        find_in::<initiative::Entity, _, _>(tx, initiative::Column::Id, raw(initiatives)).await?,
        |i| i.id,
    );
    load_risks(tx, &mut facts).await?;
    load_reported(tx, &mut facts, ids).await?;

    let mut organisations = HashSet::new();
    if kind == DocumentKind::Initiative {
        let column = initiative_organisation::Column::InitiativeId;
        let rows = find_in::<initiative_organisation::Entity, _, _>(tx, column, ids.to_vec()).await?;
        facts.carriers = grouped(rows, |r| r.position, |r| r.initiative_id, |r| r.organisation_id);
        organisations.extend(facts.carriers.values().flatten());
    }
    if kind == DocumentKind::Event {
        let mut rows =
            find_in::<event_host::Entity, _, _>(tx, event_host::Column::EventId, ids.to_vec()).await?;
        rows.sort_by_key(|r| (r.part, r.position));
        for row in rows {
            people.extend(row.person_id);
            organisations.extend(row.organisation_id);
            facts.hosts.entry(row.event_id).or_default().push(row);
        }
        let column = registration_desk::Column::EventId;
        let desks = find_in::<registration_desk::Entity, _, _>(tx, column, ids.to_vec()).await?;
        facts.desks = keyed(desks, |desk| desk.event_id);
    }
    facts.organisations = keyed(
        find_in::<organisation::Entity, _, _>(tx, organisation::Column::Id, raw(organisations)).await?,
        |o| o.id,
    );
    let people = raw(people);
    facts.people =
        keyed(find_in::<person::Entity, _, _>(tx, person::Column::Id, people.clone()).await?, |p| p.id);
    for row in find_in::<consent::Entity, _, _>(tx, consent::Column::PersonId, people).await? {
        if let Some(id) = row.person_id {
            facts.name_consents.entry(id).or_default().push(row);
        }
    }
    facts
        .name_consents
        .values_mut()
        .for_each(|c| c.retain(|c| c.purpose == consent::ConsentPurpose::PublishName));

    let mut links =
        find_in::<theme_link::Entity, _, _>(tx, theme_link::Column::RecordId, ids.to_vec()).await?;
    links.sort_by_key(|l| l.position);
    let themes: HashSet<ThemeId> = links.iter().map(|l| l.theme_id).collect();
    facts.theme_links = grouped(links, |l| l.position, |l| l.record_id, |l| l.theme_id);
    facts.themes = keyed(find_in::<theme::Entity, _, _>(tx, theme::Column::Id, raw(themes)).await?, |t| t.id);
    count_crowds(tx, &mut facts).await?;
    Ok(facts)
}

/// Counts the people of the roles and countries that a quote wants to be attributed to.
async fn count_crowds<C: ConnectionTrait>(tx: &C, facts: &mut Facts) -> Result<(), DbErr> {
    let wanted: HashSet<(PersonRole, String)> = facts
        .quotes
        .values()
        .filter(|q| {
            let consents = facts.quote_consents.get(&q.id).into_iter().flatten();
            let mut levels = consents.filter_map(|c| c.level).chain([q.level]);
            levels.any(|level| level == quote::AttributionLevel::RoleAndCountry)
        })
        .filter_map(|q| facts.people.get(&q.person_id?))
        .filter_map(|p| Some((p.role, p.country.clone()?)))
        .collect();
    for (role, country) in wanted {
        let people = person::Entity::find()
            .filter(person::Column::Role.eq(role))
            .filter(person::Column::Country.eq(country.as_str()))
            .count(tx)
            .await?;
        facts.crowds.insert((role, country), people);
    }
    Ok(())
}

fn raw<I: Into<Uuid>>(ids: impl IntoIterator<Item = I>) -> Vec<Uuid> {
    ids.into_iter().map(Into::into).collect()
}

fn keyed<K: Hash + Eq, M>(rows: Vec<M>, key: impl Fn(&M) -> K) -> HashMap<K, M> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

fn grouped<K: Hash + Eq, M, V>(
    mut rows: Vec<M>,
    position: impl Fn(&M) -> i32,
    key: impl Fn(&M) -> K,
    value: impl Fn(&M) -> V,
) -> HashMap<K, Vec<V>> {
    rows.sort_by_key(position);
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(value(&row));
    }
    groups
}
