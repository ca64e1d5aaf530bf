//! From a submission to what stands on the map.

use ::entity::ids::{InitiativeId, OrganisationId, ThemeId};
use ::entity::initiative::{self, InitiativeStatus};
use ::entity::kinds::RecordKind;
use ::entity::organisation::OrganisationKind;
use ::entity::submission::{self, SubmissionKind};
use ::entity::values::{Texts, Translations};
use uuid::Uuid;

use super::content::{self, Asked, Content};
use super::wire::{ApproveIn, SubmissionInitiative, Submitter};
use super::{amend, claims, store};
use crate::access::Permit;
use crate::access::action::ReviewSubmissions;
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::json::{fault, step};
use crate::ids;
use crate::problem::{self, Problem};
use crate::publishing::{self, NOWHERE, RecordRef};
use crate::rooms::initiatives::{self, Contact, InitiativeRecord};
use crate::rooms::records::{Author, not_by_its_maker, not_finer, revise};
use crate::rooms::{organisations, records, themes};

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

/// Makes or edits the records and puts them on the map, or hands over or changes what is there. Gives the initiative, which is
/// confirmed by it.
///
/// # Errors
/// 422 if what is changed does not fit, or there is nothing to merge into; 409 if what it is about is on the map no more, if
/// there is an organisation of that name, or if a place would be shown more finely; 403 to merge into what one made.
pub(super) async fn carry_out(
    tx: &Tx,
    app: &App,
    row: &submission::Model,
    permit: &Permit<ReviewSubmissions>,
    how: &ApproveIn,
) -> Result<InitiativeId, Problem> {
    let Content { asked, submitter, email, messages: _ } = store::content(tx, &app.vault, row).await?;
    let (Some(asked), Some(submitter)) = (asked, submitter) else {
        return Err(Problem::internal(anyhow::anyhow!("an open submission has its content")));
    };
    fits(row.kind, how)?;
    match asked {
        Asked::Initiative(initiative) => {
            let language = row.language.clone();
            let contact = email.map(|email| Contact { email, language: Some(language) });
            onto_the_map(tx, app, permit, how, *initiative, &submitter, contact).await
        }
        Asked::Claim => {
            let carriers = amend::on_the_map(tx, app, row).await?.organisations;
            let carrier = carrier(tx, permit, how, &submitter, Some(&row.country), &carriers).await?;
            let required = || fault("/organisation", "required", "is required: who will carry it");
            let carrier = carrier.ok_or_else(|| Problem::invalid_body(vec![required()]))?;
            claims::hand_over(tx, app, row, permit, carrier, email).await
        }
        Asked::Change(changes) => {
            let mut all = vec![(&*changes, "/changes")];
            all.extend(how.changes.as_ref().map(|further| (further, "/changes")));
            let before = amend::on_the_map(tx, app, row).await?;
            let (mut record, mut members) = amend::amended(tx, before.clone(), &all).await?;
            revise(tx, Author::of_submission(permit.by().account()), &before, &record).await?;
            let id = record.row.id;
            record.row.confirmed_on = Some(tx.now().date_naive());
            members.push("confirmed_on");
            records::keep(tx, &app.vault, permit, Action::Update, members, record).await?;
            Ok(id)
        }
    }
}

/// Refuses what says nothing about this kind of submission.
fn fits(kind: SubmissionKind, how: &ApproveIn) -> Result<(), Problem> {
    let (new, claim) = (kind == SubmissionKind::Initiative, kind == SubmissionKind::Claim);
    let members = [
        ("/changes", how.changes.is_some() && claim),
        ("/merge_into", how.merge_into.is_some() && !new),
        ("/organisation", how.organisation.is_some() && !new && !claim),
        ("/organisation_id", how.organisation_id.is_some() && !new && !claim),
    ];
    let refuse = |(pointer, _)| fault(pointer, "not_applicable", "is not part of this kind of submission");
    let mut faults: Vec<_> = members.into_iter().filter(|(_, wrong)| *wrong).map(refuse).collect();
    if how.organisation.is_some() && how.organisation_id.is_some() {
        let detail = "must be left out beside organisation";
        faults.push(fault("/organisation_id", "contradiction", detail));
    }
    if faults.is_empty() { Ok(()) } else { Err(Problem::invalid_body(faults)) }
}

/// Makes a new initiative, or edits the one that it belongs to.
async fn onto_the_map(
    tx: &Tx,
    app: &App,
    permit: &Permit<ReviewSubmissions>,
    how: &ApproveIn,
    mut initiative: SubmissionInitiative,
    submitter: &Submitter,
    contact: Option<Contact>,
) -> Result<InitiativeId, Problem> {
    if let Some(changes) = &how.changes {
        let chosen = initiative.public_precision;
        initiative = content::edit(&initiative, changes, "/changes")?;
        // Whoever asks decides how finely they are shown; whoever reviews it is no second person of theirs.
        not_finer(chosen, initiative.public_precision)?;
    }
    known_themes(tx, &initiative.themes, "/changes").await?;
    let into = match how.merge_into {
        Some(into) => Some(existing(tx, app, permit, into.into()).await?),
        None => None,
    };
    let carriers = into.as_ref().map_or(&[][..], |into| &into.organisations);
    let carrier = carrier(tx, permit, how, submitter, Some(&initiative.country), carriers).await?;
    let (record, action) = match into {
        Some(before) => {
            let after = merged(before.clone(), initiative, carrier, tx);
            revise(tx, Author::of_submission(permit.by().account()), &before, &after).await?;
            (after, Action::Update)
        }
        None => (new(initiative, carrier, tx), Action::Create),
    };
    let id = record.row.id;
    initiatives::save(tx, &app.vault, vec![record]).await?;
    initiatives::confirm(tx, id).await?;
    // Who is asked already goes on being asked.
    if contact.is_some() && initiatives::contacts_of(tx, &app.vault, &[id.0]).await?.is_empty() {
        initiatives::set_contact(tx, &app.vault, id, contact.as_ref()).await?;
    }
    publishing::changed(tx, &[RecordRef::new(RecordKind::Initiative, id)]).await?;
    for action in [action, Action::Publish] {
        audit::note(tx, Entry::new(By::from(permit.by()), action).on(Kind::Initiative, id)).await?;
    }
    Ok(id)
}

/// The organisation that carries it, made if there is none of its name. One that is there is taken only where the reviewer says
/// so, or where it carries this already: a name is nobody's proof of being it.
async fn carrier(
    tx: &Tx,
    permit: &Permit<ReviewSubmissions>,
    how: &ApproveIn,
    submitter: &Submitter,
    country: Option<&str>,
    carriers: &[OrganisationId],
) -> Result<Option<OrganisationId>, Problem> {
    if let Some(id) = how.organisation_id {
        let detail = "must be an organisation that is there already";
        return match organisations::load(tx, &[id]).await?.contains_key(&id) {
            true => Ok(Some(id.into())),
            false => Err(Problem::invalid_body(vec![fault("/organisation_id", "unknown_reference", detail)])),
        };
    }
    let country = country.filter(|code| *code != NOWHERE);
    let name = how.organisation.as_ref().unwrap_or(&submitter.organisation);
    let Some(name) = name else { return Ok(None) };
    let kind = submitter.organisation_kind.unwrap_or(OrganisationKind::GrassrootsGroup);
    let (id, new) = organisations::named(tx, name, kind, country).await?;
    if new {
        audit::note(tx, Entry::new(By::from(permit.by()), Action::Create).on(Kind::Organisation, id)).await?;
    } else if !carriers.contains(&id) {
        let detail = format!(
            "There is an organisation of this name: {id}. If it is the one, say so with `organisation_id`; if not, give another name as `organisation`."
        );
        return Err(Problem::of(problem::Kind::Conflict).with_detail(detail));
    }
    Ok(Some(id))
}

/// What it is merged into, which is approved by that: nobody approves what they made.
async fn existing(
    tx: &Tx,
    app: &App,
    permit: &Permit<ReviewSubmissions>,
    id: InitiativeId,
) -> Result<InitiativeRecord, Problem> {
    initiatives::for_change(tx, id).await?;
    let found = initiatives::load(tx, &app.vault, &[id.0]).await?.remove(&id.0);
    let found = found.filter(|record| record.row.status != InitiativeStatus::Archived);
    let detail = "must be an initiative that is not archived";
    let absent = || Problem::invalid_body(vec![fault("/merge_into", "unknown_reference", detail)]);
    let found = found.ok_or_else(absent)?;
    not_by_its_maker(permit, found.row.created_by)?;
    Ok(found)
}

fn new(initiative: SubmissionInitiative, carrier: Option<OrganisationId>, tx: &Tx) -> InitiativeRecord {
    let place = initiative.place.unwrap_or_default();
    InitiativeRecord {
        point: place.point,
        organisations: carrier.into_iter().collect(),
        themes: initiative.themes,
        contact: None,
        row: initiative::Model {
            id: InitiativeId(ids::v4()),
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
            confirmed_on: None,
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
