//! Changes to what is on the map.

use ::entity::submission;
use ::entity::values::{Texts, Translations};
use serde_json::Value;

use super::approval::known_themes;
use super::content;
use super::wire::{SubmissionInitiative, SubmissionInitiativePatch, SubmissionPlace};
use crate::app::App;
use crate::db::Tx;
use crate::problem::Problem;
use crate::rooms::initiatives::{self, InitiativeRecord};
use crate::rooms::records::Record as _;

/// Changes, and where they stand in the body.
pub(super) type Changes<'a> = (&'a SubmissionInitiativePatch, &'static str);

/// The members that can be changed, as the audit log names them.
const MEMBERS: &[&str] = &[
    "title",
    "summary",
    "description",
    "country",
    "place",
    "public_precision",
    "language",
    "languages",
    "themes",
    "url",
    "translations",
];

/// The initiative that a submission is about, kept from changing.
///
/// # Errors
/// 409 if it is not on the map any more.
pub(super) async fn on_the_map(
    tx: &Tx,
    app: &App,
    row: &submission::Model,
) -> Result<InitiativeRecord, Problem> {
    let absent = || Problem::internal(anyhow::anyhow!("a claim or change is about an initiative"));
    let id = row.about.ok_or_else(absent)?;
    initiatives::for_change(tx, id).await?;
    let record = InitiativeRecord::load(tx, &app.vault, &[id.0]).await?.remove(&id.0).ok_or_else(absent)?;
    initiatives::still_on_the_map(&record.row)?;
    Ok(record)
}

/// The initiative that a submission is about with these changes, one after the other, and the members that they change. Nothing
/// is saved.
///
/// # Errors
/// 422 if they do not fit, 409 if it is not on the map any more.
pub(super) async fn carry_out(
    tx: &Tx,
    app: &App,
    row: &submission::Model,
    changes: &[Changes<'_>],
) -> Result<(InitiativeRecord, Vec<&'static str>), Problem> {
    let record = on_the_map(tx, app, row).await?;
    amended(tx, record, changes).await
}

/// An initiative with these changes, and the members that they change.
///
/// # Errors
/// 422 if they do not fit.
pub(super) async fn amended(
    tx: &Tx,
    record: InitiativeRecord,
    changes: &[Changes<'_>],
) -> Result<(InitiativeRecord, Vec<&'static str>), Problem> {
    let before = said(&record);
    let mut after = before.clone();
    for (patch, base) in changes {
        after = content::edit(&after, patch, base)?;
        known_themes(tx, &after.themes, base).await?;
    }
    let (one, other) = (to_value(&before)?, to_value(&after)?);
    let changed = MEMBERS.iter().copied().filter(|name| one.get(name) != other.get(name)).collect();
    Ok((written(record, after), changed))
}

fn to_value(initiative: &SubmissionInitiative) -> Result<Value, Problem> {
    serde_json::to_value(initiative).map_err(Problem::internal)
}

/// What an initiative is, as it would have been submitted. One that spans countries has none here.
fn said(record: &InitiativeRecord) -> SubmissionInitiative {
    let row = &record.row;
    let place =
        SubmissionPlace { region: row.region.clone(), locality: row.locality.clone(), point: record.point };
    SubmissionInitiative {
        title: row.title.clone(),
        summary: row.summary.clone().unwrap_or_default(),
        description: row.description.clone(),
        country: row.country.clone().unwrap_or_default(),
        locality: None,
        place: Some(place).filter(|place| *place != SubmissionPlace::default()),
        public_precision: row.public_precision,
        language: row.language.clone(),
        languages: row.languages.0.clone(),
        themes: record.themes.clone(),
        url: row.url.clone(),
        links: Vec::new(),
        translations: row.translations.0.clone(),
    }
}

/// The initiative that says this. Its place never becomes finer by itself; the links are for reviewers only.
fn written(mut record: InitiativeRecord, said: SubmissionInitiative) -> InitiativeRecord {
    let place = said.place.unwrap_or_default();
    let row = &mut record.row;
    row.title = said.title;
    row.summary = Some(said.summary).filter(|summary| !summary.is_empty());
    row.description = said.description;
    row.country = Some(said.country).filter(|country| !country.is_empty());
    row.region = place.region;
    row.locality = place.locality;
    row.public_precision = row.public_precision.max(said.public_precision);
    row.language = said.language;
    row.languages = Texts(said.languages);
    row.url = said.url;
    row.translations = Translations(said.translations);
    record.point = place.point;
    record.themes = said.themes;
    record
}
