//! The occurrences of a series, and what is done with one that is no event yet.

use std::collections::BTreeMap;

use ::entity::ids::SeriesId;
use ::entity::series::{self, SeriesStatus};
use ::entity::series_occurrence;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::api::note;
use super::out::OccurrenceOut;
use super::plan::{Plan, Slot, wall_time};
use super::store::{self, Series};
use super::wire::{OccurrencePage, OccurrencePath, OccurrencePeriod, OccurrenceRescheduleIn, SeriesPath};
use super::{check, policy};
use crate::access::action::{EditEvents, ReadEvents};
use crate::access::{Allowed, Permit};
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::http::Query;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty, fault};
use crate::http::page::{self, Cursor, Paging};
use crate::moment::{When, WhenFault};
use crate::problem::{Kind, Problem};

/// The longest period that is listed.
const LONGEST: TimeDelta = TimeDelta::days(3653);

/// List the occurrences of a series
///
/// In the order of the wall times that its rule gives them, with what became of each: an event, another time, nothing. A wall
/// time that a clock change skips is listed as `skipped`: it is no occurrence and is not counted (RFC 5545 §3.3.10), but it
/// can be moved to one of the `candidates`.
#[utoipa::path(
    tag = "series",
    operation_id = "series.occurrences",
    params(SeriesPath, Paging, OccurrencePeriod),
    responses((status = 200, description = "A page of occurrences", body = OccurrencePage), Problem),
    security(("bearer" = []), ("api_key" = ["events:read"]))
)]
#[get("/v1/series/{series_id}/occurrences")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadEvents>,
    path: Path<SeriesPath>,
    paging: Query<Paging>,
    period: Query<OccurrencePeriod>,
) -> Result<HttpResponse, Problem> {
    let snapshot = app.db.snapshot().await?;
    let found = policy::find(&snapshot, &app.vault, who.actor(), path.series_id).await?;
    let _permit = who.over(&found)?;
    let plan = found.series.plan()?;
    let [from, last] = bounds(&period.0, plan.local(app.clock.now()).date())?;
    let Paging { limit, cursor } = paging.0;
    let asked = serde_json::to_string(&period.0).map_err(Problem::internal)?;
    let binding = format!("series/{}/occurrences?{asked}", path.series_id);
    let after = cursor.map(|cursor| Cursor::decode::<String>(&binding, &cursor)).transpose()?;
    let after = after.as_deref().and_then(wall_time);
    let known = store::known(&snapshot, found.series.row.id, from, last).await?;
    let events = store::events_of(&snapshot, &known).await?;
    snapshot.rollback().await?;
    let known: BTreeMap<_, _> = known.iter().map(|row| (row.recurrence, row)).collect();
    let occurrences = slots(&plan, &known, from, last)
        .into_values()
        .filter(|slot| after.is_none_or(|after| slot.recurrence > after))
        .take(usize::from(limit.get()) + 1)
        .map(|slot| {
            let known = known.get(&slot.recurrence).copied();
            let event = known.and_then(|row| row.event_id).and_then(|id| events.get(&id));
            OccurrenceOut::of(&plan, &slot, known, event)
        });
    page::answer(&req, &binding, limit, occurrences.collect(), |one| one.key().to_owned(), |one| one)
}

/// The first and the last wall time of a period.
fn bounds(period: &OccurrencePeriod, today: NaiveDate) -> Result<[NaiveDateTime; 2], Problem> {
    let from = period.from.unwrap_or(today);
    let to = period.to.or_else(|| from.checked_add_months(Months::new(12))).unwrap_or(from);
    if to < from || to - from > LONGEST {
        return Err(Problem::invalid_parameter(
            "to",
            "out_of_range",
            "must be a date from `from` to ten years later",
        ));
    }
    let known = NaiveDate::from_ymd_opt(1900, 1, 1)..=NaiveDate::from_ymd_opt(2310, 12, 31);
    if !known.contains(&Some(from)) {
        return Err(Problem::invalid_parameter(
            "from",
            "out_of_range",
            "must be a date of the years 1900 to 2310",
        ));
    }
    let midnight = |day: Option<NaiveDate>| day.unwrap_or(from).and_time(NaiveTime::MIN);
    Ok([midnight(Some(from)), midnight(to.succ_opt()) - TimeDelta::seconds(1)])
}

/// What the rule gives in a period, and what events there are of what it gave before it was ended or changed.
fn slots(
    plan: &Plan,
    known: &BTreeMap<NaiveDateTime, &series_occurrence::Model>,
    from: NaiveDateTime,
    last: NaiveDateTime,
) -> BTreeMap<NaiveDateTime, Slot> {
    let by_rule = plan.slots(last).filter(|slot| slot.recurrence >= from);
    let mut slots: BTreeMap<_, _> = by_rule.map(|slot| (slot.recurrence, slot)).collect();
    for recurrence in known.values().filter(|row| row.event_id.is_some()).map(|row| row.recurrence) {
        slots.entry(recurrence).or_insert(Slot { recurrence, skipped: None });
    }
    slots
}

/// Move an occurrence
///
/// One that is no event yet; once it is, `POST /v1/events/{id}/reschedule`. By its `recurrence` it is known as before.
#[utoipa::path(
    tag = "series",
    operation_id = "series.reschedule_occurrence",
    params(OccurrencePath, IdempotencyKey),
    request_body = OccurrenceRescheduleIn,
    responses((status = 200, description = "The occurrence", body = OccurrenceOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[post("/v1/series/{series_id}/occurrences/{recurrence}/reschedule")]
pub(super) async fn reschedule(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<OccurrencePath>,
    body: Body<OccurrenceRescheduleIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let open = open(tx, &app, &who, &path).await?;
        let minutes = body.duration_minutes.unwrap_or(open.plan.minutes);
        let local = ahead(&open.plan, &body.starts_local.0, minutes, tx.now())?;
        let moved = series_occurrence::Model {
            starts_local: Some(local),
            duration_minutes: Some(minutes),
            ..open.known.clone()
        };
        keep(tx, open, Action::Reschedule, moved).await
    })
    .await
}

/// Cancel an occurrence
///
/// One that is no event yet; once it is, `POST /v1/events/{id}/cancel`. The others take place.
#[utoipa::path(
    tag = "series",
    operation_id = "series.cancel_occurrence",
    params(OccurrencePath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The occurrence", body = OccurrenceOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[post("/v1/series/{series_id}/occurrences/{recurrence}/cancel")]
pub(super) async fn cancel(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<OccurrencePath>,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let open = open(tx, &app, &who, &path).await?;
        let cancelled = series_occurrence::Model { is_cancelled: true, ..open.known.clone() };
        keep(tx, open, Action::Cancel, cancelled).await
    })
    .await
}

/// An occurrence that has not become an event.
struct Open {
    series: Series,
    plan: Plan,
    slot: Slot,
    known: series_occurrence::Model,
    permit: Permit<EditEvents>,
}

async fn open(tx: &Tx, app: &App, who: &Allowed<EditEvents>, path: &OccurrencePath) -> Result<Open, Problem> {
    let found = policy::find_for_change(tx, &app.vault, who.actor(), path.series_id).await?;
    let permit = who.over(&found)?;
    let (series, plan) = (found.series.clone(), found.series.plan()?);
    let slot = plan.slot(path.recurrence).ok_or_else(|| Problem::not_found("occurrence"))?;
    let known = store::known(tx, series.row.id, slot.recurrence, slot.recurrence).await?.pop();
    let known = known.unwrap_or_else(|| unknown(series.row.id, slot.recurrence));
    if known.made_at.is_some() {
        let detail = "This occurrence became an event: what is to be done is done to that.";
        return Err(Problem::of(Kind::Conflict).with_detail(detail));
    }
    if known.is_cancelled || series.row.status == SeriesStatus::Ended {
        return Err(Problem::wrong_state(&[]));
    }
    let begins = plan.instants(known.starts_local.unwrap_or(slot.recurrence), plan.minutes).0;
    if begins <= tx.now() {
        return Err(Problem::of(Kind::Conflict).with_detail("This occurrence is over."));
    }
    Ok(Open { series, plan, slot, known, permit })
}

/// An occurrence of which nothing is known.
const fn unknown(series_id: SeriesId, recurrence: NaiveDateTime) -> series_occurrence::Model {
    series_occurrence::Model {
        series_id,
        recurrence,
        event_id: None,
        event_version: None,
        made_at: None,
        starts_local: None,
        duration_minutes: None,
        is_cancelled: false,
    }
}

/// A wall time that there is and that lies ahead.
fn ahead(plan: &Plan, text: &str, minutes: i32, now: DateTime<Utc>) -> Result<NaiveDateTime, Problem> {
    let refused = |code, detail: String| Problem::invalid_body(vec![fault("/starts_local", code, detail)]);
    let local = wall_time(text).ok_or_else(|| refused("invalid_time", check::NO_WALL_TIME.to_owned()))?;
    let time_zone = plan.zone.name().to_owned();
    let when = When::Minute {
        starts_local: text.to_owned(),
        time_zone,
        duration_minutes: minutes,
        utc_offset: None,
    };
    when.understand().map_err(|why: WhenFault| refused("invalid_time", why.to_string()))?;
    match plan.instants(local, minutes).0 > now {
        true => Ok(local),
        false => Err(refused("not_ahead", "must be in the future".to_owned())),
    }
}

async fn keep(
    tx: &Tx,
    open: Open,
    action: Action,
    known: series_occurrence::Model,
) -> Result<Reply, Problem> {
    let Open { series, plan, slot, permit, .. } = open;
    let id = series.row.id;
    store::keep(tx, vec![known.clone()]).await?;
    store::set_look(tx, series::Model { look_at: Some(tx.now()), ..series.row }).await?;
    note(tx, &permit, action, id, vec!["occurrences"]).await?;
    Ok(Reply::ok(&OccurrenceOut::of(&plan, &slot, Some(&known), None))?.about(id.0))
}
