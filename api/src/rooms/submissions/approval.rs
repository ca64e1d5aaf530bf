//! From a submission to what stands on the map.

use ::entity::ids::{InitiativeId, OrganisationId, ThemeId};
use ::entity::initiative::{self, InitiativeStatus};
use ::entity::kinds::RecordKind;
use ::entity::organisation::OrganisationKind;
use ::entity::submission;
use ::entity::values::{Texts, Translations};
use uuid::Uuid;

use super::content;
use super::store;
use super::wire::{ApproveIn, SubmissionInitiative, Submitter};
use crate::access::Permit;
use crate::access::action::ReviewSubmissions;
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::json::{fault, step};
use crate::ids;
use crate::problem::Problem;
use crate::publishing::{self, RecordRef};
use crate::rooms::initiatives::{self, InitiativeRecord};
use crate::rooms::{organisations, themes};

/// Refuses themes that are not there. `base` is where the initiative stands in the body.
pub(super) async fn known_themes(tx: &Tx, named: &[ThemeId], base: &str) -> Result<(), Problem> {
    let ids: Vec<Uuid> = named.iter().map(|theme| theme.0).collect();
    let known = themes::load(tx, &ids).await?;
    let unknown = ids.iter().enumerate().filter(|(_, id)| !known.contains_key(*id));
    let refuse = |(at, _): (usize, _)| {
        let pointer = step(&format!("{base}/themes"), &at.to_string());
        fault(&pointer, "unknown_reference", "must be a theme that is in /v1/themes")
    };
    let faults: Vec<_> = unknown.map(refuse).collect();
    if faults.is_empty() { Ok(()) } else { Err(Problem::invalid_body(faults)) }
}

/// Makes or edits the records and puts them on the map. Gives the initiative.
///
/// # Errors
/// 422 if what is changed does not fit, or there is nothing to merge into.
pub(super) async fn carry_out(
    tx: &Tx,
    app: &App,
    row: &submission::Model,
    permit: &Permit<ReviewSubmissions>,
    how: &ApproveIn,
) -> Result<InitiativeId, Problem> {
    let content = store::content(tx, &app.vault, row).await?;
    let (Some(mut initiative), Some(submitter)) = (content.initiative, content.submitter) else {
        return Err(Problem::internal(anyhow::anyhow!("an open submission has its content")));
    };
    if let Some(changes) = &how.changes {
        initiative = content::edit(&initiative, changes, "/changes")?;
    }
    known_themes(tx, &initiative.themes, "/changes").await?;
    let carrier = carrier(tx, permit, how, &submitter, &initiative.country).await?;
    let record = match how.merge_into {
        Some(into) => merged(existing(tx, app, into.into()).await?, initiative, carrier, tx),
        None => new(initiative, carrier, tx),
    };
    let (id, action) =
        (record.row.id, if how.merge_into.is_some() { Action::Update } else { Action::Create });
    initiatives::save(tx, &app.vault, vec![record]).await?;
    publishing::changed(tx, &[RecordRef::new(RecordKind::Initiative, id)]).await?;
    for action in [action, Action::Publish] {
        audit::note(tx, Entry::new(By::from(permit.by()), action).on(Kind::Initiative, id)).await?;
    }
    Ok(id)
}

/// The organisation that carries it, made if there is none of its name.
async fn carrier(
    tx: &Tx,
    permit: &Permit<ReviewSubmissions>,
    how: &ApproveIn,
    submitter: &Submitter,
    country: &str,
) -> Result<Option<OrganisationId>, Problem> {
    let name = how.organisation.as_ref().unwrap_or(&submitter.organisation);
    let Some(name) = name else { return Ok(None) };
    let kind = submitter.organisation_kind.unwrap_or(OrganisationKind::GrassrootsGroup);
    let (id, new) = organisations::named(tx, name, kind, Some(country)).await?;
    if new {
        audit::note(tx, Entry::new(By::from(permit.by()), Action::Create).on(Kind::Organisation, id)).await?;
    }
    Ok(Some(id))
}

async fn existing(tx: &Tx, app: &App, id: InitiativeId) -> Result<InitiativeRecord, Problem> {
    initiatives::for_change(tx, id).await?;
    let found = initiatives::load(tx, &app.vault, &[id.0]).await?.remove(&id.0);
    let found = found.filter(|record| record.row.status != InitiativeStatus::Archived);
    let detail = "must be an initiative that is not archived";
    found.ok_or_else(|| Problem::invalid_body(vec![fault("/merge_into", "unknown_reference", detail)]))
}

fn new(initiative: SubmissionInitiative, carrier: Option<OrganisationId>, tx: &Tx) -> InitiativeRecord {
    let place = initiative.place.unwrap_or_default();
    InitiativeRecord {
        point: place.point,
        organisations: carrier.into_iter().collect(),
        themes: initiative.themes,
        row: initiative::Model {
            id: InitiativeId(ids::v7(tx.now())),
            title: initiative.title,
            summary: Some(initiative.summary),
            description: initiative.description,
            country: Some(initiative.country),
            region: place.region,
            locality: place.locality,
            sealed_place: None,
            public_lat: None,
            public_lon: None,
            public_precision: initiative.public_precision,
            language: initiative.language,
            languages: Texts(initiative.languages),
            url: initiative.url,
            status: InitiativeStatus::Published,
            translations: Translations(initiative.translations),
            version: 1,
            created_at: tx.now(),
            updated_at: tx.now(),
            created_by: None,
        },
    }
}

/// What is submitted replaces what is there, and what is not said stays. A place is one thing: it is replaced whole, with how
/// finely it may be shown, which never becomes finer by itself.
fn merged(
    mut record: InitiativeRecord,
    from: SubmissionInitiative,
    carrier: Option<OrganisationId>,
    tx: &Tx,
) -> InitiativeRecord {
    let row = &mut record.row;
    let mut translations = std::mem::take(&mut row.translations.0);
    if row.language != from.language {
        translations.remove(&from.language);
    }
    translations.extend(from.translations);
    row.title = from.title;
    row.summary = Some(from.summary);
    row.description = from.description.or(row.description.take());
    row.country = Some(from.country);
    if let Some(place) = from.place {
        row.region = place.region;
        row.locality = place.locality;
        record.point = place.point;
    }
    row.public_precision = row.public_precision.max(from.public_precision);
    row.language = from.language;
    for language in from.languages {
        if !row.languages.0.contains(&language) {
            row.languages.0.push(language);
        }
    }
    row.url = from.url.or(row.url.take());
    row.status = InitiativeStatus::Published;
    row.translations = Translations(translations);
    row.version += 1;
    row.updated_at = tx.now();
    for theme in from.themes {
        if !record.themes.contains(&theme) {
            record.themes.push(theme);
        }
    }
    if let Some(carrier) = carrier.filter(|carrier| !record.organisations.contains(carrier)) {
        record.organisations.push(carrier);
    }
    record
}
