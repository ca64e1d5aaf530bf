//! Sending files, and reading what became of them.

use std::sync::atomic::{AtomicBool, Ordering};

use ::entity::bulk_import::{ImportFormat, ImportStatus, Model};
use ::entity::event::{EventFormat, EventKind};
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use futures_util::stream;
use serde::Deserialize;

use super::mappings;
use super::rules::{self, Import};
use super::store::{self, After};
use super::stored::READING;
use super::upload::{Received, discard, receive};
use super::wire::{
    ImportOut, ImportPage, ImportPath, ImportQuery, ImportVerdict, UndoVerdict, VerdictFilter, path,
};
use crate::access::action::ImportRecords;
use crate::access::{Allowed, Owner, Partner};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Db;
use crate::http::Query;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::limits::body::Upload;
use crate::http::page::{self, Cursor, Paging};
use crate::ids;
use crate::problem::{self, Problem};
use crate::rooms::bundle::{CAMPAIGN, CalendarReading, Reading, Verdict};
use crate::vault::DataKey;

/// What a list of JSON objects, one a line, is.
const NDJSON: &str = "application/x-ndjson";

/// Send a file of records
///
/// A bundle (`docs/bundle.md`), a table (CSV, by a saved mapping) or a calendar (RFC 5545), of at most 128 MiB. The answer comes once the file is there; its lines are taken in then, one
/// file of an organisation after the other, and `…/verdicts` tells what became of each. Everything new is a draft, whatever the
/// file says; what is there is edited by the rules of `PATCH`; no consent is assumed. A line names records of its own source
/// by their ids there, and others that are yours by their identifiers here. With an `Idempotency-Key`, a file that is sent again is
/// taken in once.
#[utoipa::path(
    tag = "imports",
    operation_id = "imports.create",
    params(ImportQuery, IdempotencyKey),
    request_body(content((String = "application/x-ndjson"), (String = "text/csv"), (String = "text/calendar")), description = "The file"),
    responses((status = 202, description = "It is there whole and will be taken in", body = ImportOut,
        headers(("Location" = String, description = "The import's address"))), Problem),
    security(("bearer" = []), ("api_key" = ["imports:write"]))
)]
#[post("/v1/imports")]
pub(super) async fn create(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ImportRecords>,
    query: Query<ImportQuery>,
    upload: Upload,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let (format, query) = (format_of(&req)?, query.0);
    let id = ids::v7(app.clock.now());
    fits(format, &query)?;
    let read = match format {
        ImportFormat::Bundle => Ok(None),
        ImportFormat::Csv => table_of(&app, &who, &query).await.map(Some),
        ImportFormat::Calendar => Ok(Some(Reading::Calendar(calendar_of(query.clone())?))),
    };
    let (reading, refusal) = match read {
        Ok(reading) => (reading, None),
        // A file that was sent before may have been taken in by a mapping that is no more.
        Err(problem) if once.is_keyed() => (None, Some(problem)),
        Err(problem) => return Err(problem),
    };
    let make = |key: &DataKey| {
        let plain = reading.as_ref().map(serde_json::to_vec).transpose()?;
        let seal = |plain: Vec<u8>| key.seal(READING.0, READING.1, id, &plain);
        let sealed_reading = plain.map(seal).transpose()?;
        Ok(Model { sealed_reading, ..arriving(&app, &who, id, format, &query) })
    };
    let Received { digest, size, chunks } = receive(&app, make, id, upload).await?;
    let kept = AtomicBool::new(false);
    let said = format!("{format} {}", serde_json::to_string(&query).map_err(Problem::internal)?);
    let answer = once.about(&digest, &said).run(&app, who.caller()?, async |tx| {
        if let Some(problem) = &refusal {
            return Err(problem.clone());
        }
        let row = store::find_for_change(tx, id).await?.ok_or_else(unknown)?;
        let (status, due_at) = (ImportStatus::Queued, tx.now());
        let row = Model { status, size, chunks, due_at, created_at: tx.now(), ..row };
        store::save(tx, row.clone()).await?;
        audit::note(tx, Entry::new(By::from(who.actor()), Action::Create).on(Kind::Import, id)).await?;
        kept.store(true, Ordering::Relaxed);
        Ok(Reply::accepted(&ImportOut::from(row))?.located(path(id)))
    });
    let answer = answer.await;
    if answer.is_err() || !kept.load(Ordering::Relaxed) {
        discard(&app, id).await;
    }
    answer
}

/// What a file is, by its `Content-Type`.
fn format_of(req: &HttpRequest) -> Result<ImportFormat, Problem> {
    let header = |name| req.headers().get(name).and_then(|value| value.to_str().ok());
    let essence = header(CONTENT_TYPE).and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    let plain = header(CONTENT_ENCODING).is_none_or(|encoding| encoding.eq_ignore_ascii_case("identity"));
    match plain {
        true if essence.eq_ignore_ascii_case(NDJSON) => Ok(ImportFormat::Bundle),
        true if essence.eq_ignore_ascii_case("text/calendar") => Ok(ImportFormat::Calendar),
        true if essence.eq_ignore_ascii_case("text/csv") => Ok(ImportFormat::Csv),
        _ => Err(Problem::of(problem::Kind::UnsupportedMediaType).with_detail(
            "The file is `application/x-ndjson`, `text/csv` or `text/calendar`, without a `Content-Encoding`.",
        )),
    }
}

/// Refuses what is said of a file that is of another format, and would be heeded by nobody.
fn fits(format: ImportFormat, query: &ImportQuery) -> Result<(), Problem> {
    let of_calendars = [
        ("source", query.source.is_some()),
        ("language", query.language.is_some()),
        ("kind", query.kind.is_some()),
        ("format", query.format.is_some()),
        ("country", query.country.is_some()),
        ("time_zone", query.time_zone.is_some()),
    ];
    let of_tables = [("mapping", query.mapping.is_some())];
    let (stray, code, detail) = match format {
        ImportFormat::Bundle => {
            ([&of_calendars[..], &of_tables].concat(), "not_of_bundles", "is said by a bundle itself")
        }
        ImportFormat::Csv => (of_calendars.to_vec(), "not_of_tables", "is said by a table's mapping"),
        ImportFormat::Calendar => (of_tables.to_vec(), "not_of_calendars", "is of tables"),
    };
    match stray.iter().find(|(_, said)| *said) {
        Some((name, _)) => Err(Problem::invalid_parameter(*name, code, detail)),
        None => Ok(()),
    }
}

/// How a table is read: by a mapping of theirs, as it is now.
async fn table_of(app: &App, who: &Allowed<ImportRecords>, query: &ImportQuery) -> Result<Reading, Problem> {
    let wrong = |code, detail| Problem::invalid_parameter("mapping", code, detail);
    let name =
        query.mapping.as_deref().ok_or_else(|| wrong("missing_parameter", "must be given with a table"))?;
    let reading = mappings::reading(app.db.reader(), mappings::namespace(who), name).await?;
    let reading = reading.ok_or_else(|| wrong("unknown_mapping", "must be the name of a saved mapping"))?;
    Ok(Reading::Table(reading))
}

/// What a calendar does not say of itself.
fn calendar_of(query: ImportQuery) -> Result<CalendarReading, Problem> {
    let missing = |name: &'static str| {
        Problem::invalid_parameter(name, "missing_parameter", "must be given with a calendar")
    };
    Ok(CalendarReading {
        source: query.source.ok_or_else(|| missing("source"))?,
        language: query.language.ok_or_else(|| missing("language"))?.0,
        kind: query.kind.unwrap_or(EventKind::Dialogue).as_str().to_owned(),
        format: query.format.unwrap_or(EventFormat::InPerson).as_str().to_owned(),
        country: query.country.map(|code| code.0),
        time_zone: query.time_zone.map(|zone| zone.0),
    })
}

/// An import whose file is on its way.
fn arriving(
    app: &App,
    who: &Allowed<ImportRecords>,
    id: uuid::Uuid,
    format: ImportFormat,
    query: &ImportQuery,
) -> Model {
    let partner: Option<Partner> = who.actor().partner().copied();
    let now = app.clock.now();
    Model {
        id,
        namespace: partner.map_or(CAMPAIGN, |partner| partner.organisation.0),
        organisation_id: partner.map(|partner| partner.organisation),
        key_id: partner.map(|partner| partner.key),
        account_id: who.actor().account(),
        status: ImportStatus::Receiving,
        mode: query.mode,
        dry_run: query.dry_run,
        format,
        sealed_reading: None,
        source: None,
        size: 0,
        chunks: 0,
        lines: 0,
        parts: 0,
        created: 0,
        updated: 0,
        unchanged: 0,
        conflict: 0,
        gone: 0,
        failed: 0,
        applied: false,
        failure: None,
        attempts: 0,
        due_at: now,
        undo: None,
        undo_parts: 0,
        removed: 0,
        left_alone: 0,
        created_at: now,
        ended_at: None,
    }
}

fn unknown() -> Problem {
    Problem::not_found("import")
}

/// List imports
///
/// Newest first.
#[utoipa::path(
    tag = "imports",
    operation_id = "imports.list",
    params(Paging),
    responses((status = 200, description = "A page of imports", body = ImportPage), Problem),
    security(("bearer" = []), ("api_key" = ["imports:write"]))
)]
#[get("/v1/imports")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ImportRecords>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging.0;
    let after = cursor.map(|cursor| Cursor::decode::<After>("imports", &cursor)).transpose()?;
    let owner: Owner = who.owner()?;
    let rows = store::page(app.db.reader(), who.reach(), owner, after, limit.get()).await?;
    page::answer(&req, "imports", limit, rows, |row| (row.created_at, row.id), ImportOut::from)
}

/// Read an import
///
/// Where it stands, and how many lines have which verdict.
#[utoipa::path(
    tag = "imports",
    operation_id = "imports.get",
    params(ImportPath),
    responses((status = 200, description = "The import", body = ImportOut), Problem),
    security(("bearer" = []), ("api_key" = ["imports:write"]))
)]
#[get("/v1/imports/{import_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ImportRecords>,
    path: Path<ImportPath>,
) -> Result<HttpResponse, Problem> {
    let row = find(&app, &who, &path).await?;
    Ok(HttpResponse::Ok().json(ImportOut::from(row)))
}

async fn find(app: &App, who: &Allowed<ImportRecords>, path: &ImportPath) -> Result<Model, Problem> {
    let row = Import(store::find(app.db.reader(), path.import_id).await?.ok_or_else(unknown)?);
    let _permit = who.over(&row)?;
    Ok(row.0)
}

/// Read what became of the lines of an import
///
/// One JSON object a line, in the order of the lines, of all that have a verdict by now. Of an import that changed nothing, what
/// would have become of them.
#[utoipa::path(
    tag = "imports",
    operation_id = "imports.verdicts",
    params(ImportPath, VerdictFilter),
    responses((status = 200, description = "The verdicts", body = ImportVerdict, content_type = "application/x-ndjson"), Problem),
    security(("bearer" = []), ("api_key" = ["imports:write"]))
)]
#[get("/v1/imports/{import_id}/verdicts")]
pub(super) async fn verdicts(
    app: Data<App>,
    who: Allowed<ImportRecords>,
    path: Path<ImportPath>,
    filter: Query<VerdictFilter>,
) -> Result<HttpResponse, Problem> {
    let row = find(&app, &who, &path).await?;
    Ok(told(&app.db, row.id, false, filter.0))
}

/// Undo an import
///
/// What it created is removed, as far as it is as it came: nobody edited it, let it through or refers to it. What it changed
/// stays changed. The ids in the source are free again.
#[utoipa::path(
    tag = "imports",
    operation_id = "imports.undo",
    params(ImportPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 202, description = "It will be undone", body = ImportOut), Problem),
    security(("bearer" = []), ("api_key" = ["imports:write"]))
)]
#[post("/v1/imports/{import_id}/undo")]
pub(super) async fn undo(
    app: Data<App>,
    who: Allowed<ImportRecords>,
    path: Path<ImportPath>,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let row = store::find_for_change(tx, path.import_id).await?;
        let row = Import(row.filter(|row| row.status != ImportStatus::Receiving).ok_or_else(unknown)?);
        let permit = who.over(&row)?;
        let row = rules::undo(row.0, &permit, tx.now())?;
        store::save(tx, row.clone()).await?;
        let by = By::from(permit.by());
        audit::note(tx, Entry::new(by, Action::Undo).on(Kind::Import, row.id)).await?;
        Reply::accepted(&ImportOut::from(row))
    })
    .await
}

/// Read what became of the records of an import that is undone
///
/// One JSON object a line, the last record first.
#[utoipa::path(
    tag = "imports",
    operation_id = "imports.undone",
    params(ImportPath),
    responses((status = 200, description = "What was removed, and what was left", body = UndoVerdict, content_type = "application/x-ndjson"), Problem),
    security(("bearer" = []), ("api_key" = ["imports:write"]))
)]
#[get("/v1/imports/{import_id}/undo")]
pub(super) async fn undone(
    app: Data<App>,
    who: Allowed<ImportRecords>,
    path: Path<ImportPath>,
) -> Result<HttpResponse, Problem> {
    let row = find(&app, &who, &path).await?;
    Ok(told(&app.db, row.id, true, VerdictFilter::default()))
}

/// Streams what was told: one portion of it is held at a time.
fn told(db: &Db, id: uuid::Uuid, of_undo: bool, filter: VerdictFilter) -> HttpResponse {
    let begin = (db.clone(), filter, 0_i64);
    let lines = stream::try_unfold(begin, move |(db, filter, position)| async move {
        let portion = store::told(db.reader(), id, of_undo, position).await.map_err(Problem::from)?;
        let Some(portion) = portion else { return Ok::<_, Problem>(None) };
        let lines = match filter.verdict.is_empty() && filter.after == 0 {
            true => portion.lines,
            false if portion.last_line <= filter.after => String::new(),
            false => portion.lines.split_inclusive('\n').filter(|line| filter.passes(line)).collect(),
        };
        Ok(Some((Bytes::from(lines), (db, filter, position + 1))))
    });
    HttpResponse::Ok().content_type(NDJSON).streaming(lines)
}

impl VerdictFilter {
    fn passes(&self, line: &str) -> bool {
        #[derive(Deserialize)]
        struct Told {
            line: i64,
            verdict: Verdict,
        }
        let told = serde_json::from_str(line);
        told.is_ok_and(|Told { line, verdict }| {
            line > self.after && (self.verdict.is_empty() || self.verdict.contains(&verdict))
        })
    }
}
