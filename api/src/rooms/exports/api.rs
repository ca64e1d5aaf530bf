//! Asking for exports, and reading them.

use ::entity::api_key::ApiScope;
use ::entity::bulk_export::{ExportFormat, ExportedKind, Model};
use ::entity::values::Texts;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentType};
use actix_web::web::{Data, Path};
use actix_web::{HttpMessage as _, HttpResponse, get, post};
use chrono::TimeDelta;
use futures_util::stream;

use super::making::Making;
use super::store;
use super::wire::{ExportIn, ExportOut, ExportPath, path};
use crate::access::action::{ExportRecords, Reach};
use crate::access::{Actor, Allowed, Owner, Row};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::Body;
use crate::http::manners::HeadersOnly;
use crate::ids;
use crate::problem::{self, Fault, Problem};
use crate::reference;

/// How long an export can be read: hours.
const KEPT: i64 = 24;

/// An export, as somebody's: whoever asked for it reads it, and nobody else.
struct Export(Model);

impl Row for Export {
    const NOUN: &'static str = "export";

    fn belongs_to(&self, owner: Owner) -> bool {
        match owner {
            Owner::Account(account) => self.0.account_id == Some(account),
            Owner::Organisation(organisation) => self.0.organisation_id == Some(organisation),
        }
    }
}

/// The scope that an API key needs to read records of a kind.
const fn scope(kind: ExportedKind) -> ApiScope {
    match kind {
        ExportedKind::Initiative => ApiScope::InitiativesRead,
        ExportedKind::Event => ApiScope::EventsRead,
        ExportedKind::Outcome | ExportedKind::Story => ApiScope::OutcomesRead,
        ExportedKind::Quote => ApiScope::QuotesRead,
    }
}

/// Ask for an export
///
/// Of your own records; moderators and admins of all. Without personal data: who is named, exact places and how to join are not in
/// it, small counts of people are suppressed, and words are in it only while they are public. It can be read once, within a day, and is
/// made while it is read, so that what is withdrawn meanwhile is not in it. `bundle` is NDJSON; `csv` a table, fit for spreadsheets;
/// `geojson` what is public, at its public point.
#[utoipa::path(
    tag = "exports",
    operation_id = "exports.create",
    params(IdempotencyKey),
    request_body = ExportIn,
    responses((status = 201, description = "The export", body = ExportOut,
        headers(("Location" = String, description = "The export's address"))), Problem),
    security(("bearer" = []), ("api_key" = ["events:read"]))
)]
#[post("/v1/exports")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<ExportRecords>,
    body: Body<ExportIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let kinds = kinds(who.actor(), body.kinds.as_deref())?;
    let country = body.country.as_ref().map(|country| country.0.clone());
    if country.as_deref().is_some_and(|country| reference::country(country).is_none()) {
        let detail = "must be a country of ISO 3166-1";
        return Err(Problem::invalid_body(vec![Fault::pointer("/country", "unknown_country", detail)]));
    }
    once.run(&app, who.caller()?, async |tx| {
        let row = Model {
            id: ids::v4(),
            organisation_id: who.actor().partner().map(|partner| partner.organisation),
            account_id: who.actor().account(),
            format: body.format,
            kinds: Texts(kinds.iter().map(|kind| kind.as_str().to_owned()).collect()),
            country: country.clone(),
            created_at: tx.now(),
            expires_at: tx.now() + TimeDelta::hours(KEPT),
            read_at: None,
        };
        store::insert(tx, row.clone()).await?;
        let by = By::from(who.actor());
        audit::note(tx, Entry::new(by, Action::Create).on(Kind::Export, row.id)).await?;
        Reply::created(path(row.id), &ExportOut::new(row, tx.now()))
    })
    .await
}

/// The kinds that somebody may read: those asked for, or all.
fn kinds(who: &Actor, wanted: Option<&[ExportedKind]>) -> Result<Vec<ExportedKind>, Problem> {
    let may = |kind: &ExportedKind| who.partner().is_none_or(|partner| partner.scopes.has(scope(*kind)));
    match wanted.and_then(|wanted| wanted.iter().find(|kind| !may(kind))) {
        Some(kind) => {
            let detail = format!("The key lacks the scope `{}`.", scope(*kind));
            Err(Problem::of(problem::Kind::InsufficientScope).with_detail(detail))
        }
        None => Ok(ExportedKind::ALL
            .iter()
            .copied()
            .filter(|kind| wanted.map_or_else(|| may(kind), |wanted| wanted.contains(kind)))
            .collect()),
    }
}

fn unknown() -> Problem {
    Problem::not_found("export")
}

/// Read how an export stands
#[utoipa::path(
    tag = "exports",
    operation_id = "exports.get",
    params(ExportPath),
    responses((status = 200, description = "The export", body = ExportOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:read"]))
)]
#[get("/v1/exports/{export_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ExportRecords>,
    path: Path<ExportPath>,
) -> Result<HttpResponse, Problem> {
    let row = store::find(app.db.reader(), path.export_id).await?;
    let row = own(&who, row)?;
    Ok(HttpResponse::Ok().json(ExportOut::new(row, app.clock.now())))
}

/// An export of somebody's own, also for those who see everybody's records.
fn own(who: &Allowed<ExportRecords>, row: Option<Model>) -> Result<Model, Problem> {
    let row = Export(row.ok_or_else(unknown)?);
    let _permit = who.over(&row)?;
    match row.belongs_to(who.owner()?) {
        true => Ok(row.0),
        false => Err(unknown()),
    }
}

/// Read the file of an export
///
/// Once: from then on it is 410, and so it is after a day. Ask for another one if the line was cut.
#[utoipa::path(
    tag = "exports",
    operation_id = "exports.file",
    params(ExportPath),
    responses((status = 200, description = "The file", content(
        (String = "application/x-ndjson"), (String = "text/csv"), (String = "application/geo+json"))), Problem),
    security(("bearer" = []), ("api_key" = ["events:read"]))
)]
#[get("/v1/exports/{export_id}/file")]
pub(super) async fn file(
    app: Data<App>,
    req: actix_web::HttpRequest,
    who: Allowed<ExportRecords>,
    path: Path<ExportPath>,
) -> Result<HttpResponse, Problem> {
    let is_read = req.extensions().get::<HeadersOnly>().is_none();
    let row = app
        .db
        .write(async |tx| {
            let row = own(&who, store::find_for_change(tx, path.export_id).await?)?;
            if row.read_at.is_some() || row.expires_at <= tx.now() {
                return Err(Problem::gone());
            }
            if is_read {
                store::save(tx, Model { read_at: Some(tx.now()), ..row.clone() }).await?;
                let by = By::from(who.actor());
                audit::note(tx, Entry::new(by, Action::Read).on(Kind::Export, row.id)).await?;
            }
            Ok::<_, Problem>(row)
        })
        .await?;
    let kinds: Vec<ExportedKind> = ExportedKind::ALL
        .iter()
        .copied()
        .filter(|kind| row.kinds.0.iter().any(|word| word == kind.as_str()))
        .collect();
    // What they may read is what they may read today.
    let kinds = self::kinds(who.actor(), Some(&kinds))?;
    let owner = if who.reach() == Reach::All { None } else { Some(who.owner()?) };
    let making = Making::new(app.db.clone(), app.vault.clone(), owner, row.format, kinds, row.country);
    let pieces = stream::try_unfold(making, |mut making| async move {
        Ok::<_, Problem>(making.next().await?.map(|piece| (piece, making)))
    });
    let (media, name) = match row.format {
        ExportFormat::Bundle => ("application/x-ndjson", "export.ndjson"),
        ExportFormat::Csv => ("text/csv; charset=utf-8; header=present", "export.csv"),
        ExportFormat::Geojson => ("application/geo+json", "export.geojson"),
    };
    let media = media.parse().map_or(ContentType::octet_stream(), ContentType);
    let name = format!("attachment; filename=\"{name}\"");
    Ok(HttpResponse::Ok().insert_header(media).insert_header((CONTENT_DISPOSITION, name)).streaming(pieces))
}
