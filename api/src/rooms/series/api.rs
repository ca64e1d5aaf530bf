//! What is done with series as a whole.

use ::entity::ids::SeriesId;
use ::entity::series::{self, SeriesStatus};
use ::entity::series_occurrence;
use ::entity::values::Texts;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, patch, post};
use chrono::{DateTime, Utc};
use sea_orm::Condition;
use uuid::Uuid;

use super::check::{Checked, check};
use super::out::{SeriesOut, path as address};
use super::plan::Plan;
use super::store::{self, Series};
use super::wire::{SeriesEndIn, SeriesFilter, SeriesIn, SeriesPage, SeriesPatch, SeriesPath, WallTimeText};
use super::{follow, policy};
use crate::access::action::{EditEvents, Reach, ReadEvents};
use crate::access::{Allowed, Permit};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::Query;
use crate::http::etag::of_version;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::Body;
use crate::http::page::{self, Cursor, Paging};
use crate::http::patch::{AsRead, DecisionHeaders, EditHeaders, IfMatch, Patch, record};
use crate::ids;
use crate::problem::{Kind as Wrong, Problem};
use crate::rooms::{events, records};

/// Begin a series
///
/// Its rule recurs in local wall time: 19:00 stays 19:00 across clock changes. Each occurrence becomes an ordinary event
/// ninety days ahead, with the rights that you have then; one of more than low risk waits for a moderator.
#[utoipa::path(
    tag = "series",
    operation_id = "series.create",
    params(IdempotencyKey),
    request_body = SeriesIn,
    responses((status = 201, description = "The series", body = SeriesOut,
        headers(("Location" = String, description = "The series' address"))), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[post("/v1/series")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<EditEvents>,
    body: Body<SeriesIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        let checked = check(tx, &who, &permit, &body, None).await?;
        let series = begin(tx, &app, &permit, (*body).clone(), checked, None).await?;
        created(series)
    })
    .await
}

/// Keeps a new series, and notes who made it. One that goes on where a `previous` one ends stays its maker's.
pub(super) async fn begin(
    tx: &Tx,
    app: &App,
    permit: &Permit<EditEvents>,
    body: SeriesIn,
    checked: Checked,
    previous: Option<&series::Model>,
) -> Result<Series, Problem> {
    let id = SeriesId(ids::v4());
    let row = series::Model {
        id,
        sealed_template: Vec::new(),
        starts_local: checked.plan.start,
        time_zone: checked.plan.zone.name().to_owned(),
        duration_minutes: body.duration_minutes,
        rrule: body.rrule,
        exdates: Texts(body.exdates.into_iter().map(|text| text.0).collect()),
        events_become: body.events_become,
        status: SeriesStatus::Active,
        ends_before: None,
        previous_id: previous.map(|previous| previous.id),
        look_at: Some(tx.now()),
        stalled_because: None,
        created_by: previous.map_or(permit.by().account(), |previous| previous.created_by),
        version: 0,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let series = Series { row, template: body.template };
    let series = store::save(tx, &app.vault, series, Some(&checked.hosts)).await?;
    match previous {
        Some(previous) => records::hand_on(tx, previous.id.0, id.0).await?,
        None => records::note_maker(tx, permit.by(), id.0).await?,
    }
    note(tx, permit, Action::Create, id, vec![]).await?;
    Ok(series)
}

/// 201 with a new series.
pub(super) fn created(series: Series) -> Result<Reply, Problem> {
    let (id, version) = (series.row.id, series.row.version);
    Ok(Reply::created(address(id), &SeriesOut::from(series))?.etag(of_version(version)).about(id.0))
}

/// Notes who did what to a series.
pub(super) async fn note(
    tx: &Tx,
    permit: &Permit<EditEvents>,
    action: Action,
    id: SeriesId,
    members: Vec<&'static str>,
) -> Result<(), Problem> {
    let entry = Entry::new(By::from(permit.by()), action).on(Kind::Series, id.0);
    Ok(audit::note(tx, entry.fields(members)).await?)
}

/// List series
///
/// Newest first. Hosts see their own: those they made, and those that they or their organisations host.
#[utoipa::path(
    tag = "series",
    operation_id = "series.list",
    params(Paging, SeriesFilter),
    responses((status = 200, description = "A page of series", body = SeriesPage), Problem),
    security(("bearer" = []), ("api_key" = ["events:read"]))
)]
#[get("/v1/series")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadEvents>,
    paging: Query<Paging>,
    filter: Query<SeriesFilter>,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging.0;
    let binding = format!("series?{}", serde_json::to_string(&filter.0).map_err(Problem::internal)?);
    let after =
        cursor.map(|cursor| Cursor::decode::<(DateTime<Utc>, Uuid)>(&binding, &cursor)).transpose()?;
    let status = records::any_of(series::Column::Status, filter.0.status.iter().copied());
    let mut fits = Condition::all().add_option(status);
    if who.reach() == Reach::Own {
        fits = fits.add(store::own(who.owner()?));
    }
    let snapshot = app.db.snapshot().await?;
    let found = store::page(&snapshot, &app.vault, fits, after, limit.get()).await?;
    snapshot.rollback().await?;
    page::answer(
        &req,
        &binding,
        limit,
        found,
        |series| (series.row.created_at, series.row.id.0),
        SeriesOut::from,
    )
}

/// Read a series
#[utoipa::path(
    tag = "series",
    operation_id = "series.get",
    params(SeriesPath),
    responses((status = 200, description = "The series", body = SeriesOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:read"]))
)]
#[get("/v1/series/{series_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadEvents>,
    path: Path<SeriesPath>,
) -> Result<HttpResponse, Problem> {
    let snapshot = app.db.snapshot().await?;
    let found = policy::find(&snapshot, &app.vault, who.actor(), path.series_id).await?;
    snapshot.rollback().await?;
    let _permit = who.over(&found)?;
    record(found.series.row.version, &SeriesOut::from(found.series))
}

/// Edit a series
///
/// Events that were made of it and have not begun go along, except those that somebody edited. Once there are events, when it
/// takes place changes only from an occurrence on: `POST …/split`.
#[utoipa::path(
    tag = "series",
    operation_id = "series.patch",
    params(SeriesPath, EditHeaders),
    request_body(content((SeriesPatch = "application/merge-patch+json"), (SeriesPatch = "application/json"))),
    responses((status = 200, description = "The series", body = SeriesOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[patch("/v1/series/{series_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<SeriesPath>,
    if_match: IfMatch,
    body: Patch<SeriesPatch>,
) -> Result<HttpResponse, Problem> {
    let series = app
        .db
        .write(async |tx| {
            let found = policy::find_for_change(tx, &app.vault, who.actor(), path.series_id).await?;
            let permit = who.over(&found)?;
            if_match.check(found.series.row.version)?;
            let before = SeriesIn::of(&found.series);
            let (after, changed) = records::edited(&before, &body)?;
            if changed.is_empty() {
                return Ok(found.series);
            }
            if found.series.row.status == SeriesStatus::Ended {
                return Err(Problem::wrong_state(&[]));
            }
            let checked = check(tx, &who, &permit, &after, Some(&before)).await?;
            found.not_oneself(tx, who.owner()?, &checked.hosts).await?;
            let plan = Plan { ends_before: found.series.row.ends_before, ..checked.plan };
            let rows = store::all_known(tx, found.series.row.id).await?;
            may_change(&plan, &changed, &rows)?;
            let series = written_over(found.series, after, &plan, tx);
            let series = store::save(tx, &app.vault, series, Some(&checked.hosts)).await?;
            let made = rows.into_iter().filter(|row| row.event_id.is_some()).collect();
            let followed = follow::follow(tx, &app, &who, &plan, &series.template, made).await?;
            store::keep(tx, followed).await?;
            note(tx, &permit, Action::Update, series.row.id, changed).await?;
            Ok::<_, Problem>(series)
        })
        .await?;
    record(series.row.version, &SeriesOut::from(series))
}

/// What is there of a series changes only from an occurrence on.
fn may_change(plan: &Plan, changed: &[&str], rows: &[series_occurrence::Model]) -> Result<(), Problem> {
    let conflict = |detail: &'static str| Err(Problem::of(Wrong::Conflict).with_detail(detail));
    if !rows.is_empty() && ["starts_local", "time_zone", "rrule"].iter().any(|name| changed.contains(name)) {
        return conflict(
            "Something is known of occurrences already: `POST …/split` changes when it takes place from one of them on.",
        );
    }
    if rows.iter().any(|row| row.event_id.is_some() && plan.exdates.contains(&row.recurrence)) {
        return conflict("An occurrence that became an event is not left out: cancel the event.");
    }
    Ok(())
}

/// The row of a series after an edit.
fn written_over(series: Series, body: SeriesIn, plan: &Plan, tx: &Tx) -> Series {
    let row = series::Model {
        starts_local: plan.start,
        time_zone: plan.zone.name().to_owned(),
        duration_minutes: body.duration_minutes,
        rrule: body.rrule,
        exdates: Texts(body.exdates.into_iter().map(|text| text.0).collect()),
        events_become: body.events_become,
        look_at: Some(tx.now()),
        stalled_because: None,
        ..series.row
    };
    Series { row, template: body.template }
}

impl SeriesIn {
    /// The body that a series would be written with today.
    pub(super) fn of(series: &Series) -> Self {
        let row = &series.row;
        Self {
            template: series.template.clone(),
            starts_local: super::plan::written(row.starts_local),
            time_zone: row.time_zone.clone(),
            duration_minutes: row.duration_minutes,
            rrule: row.rrule.clone(),
            exdates: row.exdates.0.iter().cloned().map(WallTimeText).collect(),
            events_become: row.events_become,
        }
    }
}

/// End a series
///
/// Nothing more comes of it. Events that were made of it stay, unless they are to be cancelled; those that somebody edited
/// stay in any case.
#[utoipa::path(
    tag = "series",
    operation_id = "series.end",
    params(SeriesPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<SeriesEndIn>),
    responses((status = 200, description = "The series", body = SeriesOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[post("/v1/series/{series_id}/end")]
pub(super) async fn end(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<SeriesPath>,
    read: AsRead,
    body: Body<SeriesEndIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found = policy::find_for_change(tx, &app.vault, who.actor(), path.series_id).await?;
        let permit = who.over(&found)?;
        let Series { row, template } = found.series;
        if row.status == SeriesStatus::Ended {
            return Err(Problem::wrong_state(&[]));
        }
        read.check(row.version)?;
        let plan = Series { row: row.clone(), template: template.clone() }.plan()?;
        let now = plan.local(tx.now());
        let ends_before = Some(row.ends_before.map_or(now, |before| before.min(now)));
        let row = series::Model { status: SeriesStatus::Ended, ends_before, look_at: None, ..row };
        if body.cancel_events {
            for row in store::all_known(tx, row.id).await? {
                if let Some(made) = follow::made(&row) {
                    events::call_off(tx, &app.vault, &who, made).await?;
                }
            }
        }
        let series = store::save(tx, &app.vault, Series { row, template }, None).await?;
        note(tx, &permit, Action::End, series.row.id, vec!["status"]).await?;
        let (id, version) = (series.row.id, series.row.version);
        Ok(Reply::ok(&SeriesOut::from(series))?.etag(of_version(version)).about(id.0))
    })
    .await
}
