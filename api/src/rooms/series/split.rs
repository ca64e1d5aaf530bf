//! A change "from here on": the series ends before an occurrence, and another goes on from it.

use ::entity::series::{self, SeriesStatus};
use ::entity::series_occurrence;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use chrono::NaiveDateTime;

use super::api::{begin, created, note};
use super::check::{check, under};
use super::out::SeriesOut;
use super::plan::{Plan, Slot, wall_time, written};
use super::store::{self, Series};
use super::wire::{SeriesIn, SeriesPatch, SeriesPath, SeriesSplitIn, WallTimeText};
use super::{follow, policy, rrule};
use crate::access::Allowed;
use crate::access::action::EditEvents;
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::json::{Body, fault};
use crate::problem::{Kind, Problem};
use crate::rooms::{events, records};

/// Change a series from an occurrence on
///
/// It ends before that occurrence, and the answer is the series that goes on: with its own rule and time where `changes` says
/// so, else with those of the old one, and what is left of its COUNT. Events made ahead go over to it, the first for its
/// first occurrence and so on: they change and move along, and are cancelled where there is none. Those that somebody
/// edited stay as they are and count as that occurrence.
#[utoipa::path(
    tag = "series",
    operation_id = "series.split",
    params(SeriesPath, IdempotencyKey),
    request_body = SeriesSplitIn,
    responses((status = 201, description = "The series that goes on", body = SeriesOut,
        headers(("Location" = String, description = "Its address"))), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[post("/v1/series/{series_id}/split")]
pub(super) async fn split(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<SeriesPath>,
    body: Body<SeriesSplitIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found = policy::find_for_change(tx, &app.vault, who.actor(), path.series_id).await?;
        let permit = who.over(&found)?;
        let old = found.series.clone();
        if old.row.status == SeriesStatus::Ended {
            return Err(Problem::wrong_state(&[]));
        }
        let plan = old.plan()?;
        let from = first(&plan, &body.from.0, tx)?;
        let before = going_on(&old, &plan, from);
        let after = match &body.changes {
            Some(changes) => changed(&before, changes).map_err(|problem| under(problem, "/changes"))?,
            None => before.clone(),
        };
        let checked = check(tx, &who, &permit, &after, Some(&before)).await;
        let checked = checked.map_err(|problem| under(problem, "/changes"))?;
        found.not_oneself(tx, who.owner()?, &checked.hosts).await?;
        let new_plan = checked.plan.clone();
        if new_plan.instants(new_plan.start, new_plan.minutes).0 <= tx.now() {
            let fault = fault("/changes/starts_local", "not_ahead", "must be in the future");
            return Err(Problem::invalid_body(vec![fault]));
        }
        let series = begin(tx, &app, &permit, after, checked, Some(&old.row)).await?;
        hand_over(tx, &app, &who, &old, &plan, from, &series, &new_plan).await?;
        let row = series::Model { ends_before: Some(from), look_at: Some(tx.now()), ..old.row };
        let old = store::save(tx, &app.vault, Series { row, ..old }, None).await?;
        note(tx, &permit, Action::Split, old.row.id, vec!["ends_before"]).await?;
        created(series)
    })
    .await
}

/// The body of the series that goes on. Days that were left out stay so, at whatever hour it takes place.
fn changed(before: &SeriesIn, changes: &SeriesPatch) -> Result<SeriesIn, Problem> {
    let (mut after, names) = records::edited(before, changes)?;
    if let Some(start) = wall_time(&after.starts_local).filter(|_| !names.contains(&"exdates")) {
        let days = after.exdates.iter().filter_map(|text| wall_time(&text.0));
        let times = days.map(|time| WallTimeText(written(time.date().and_time(start.time()))));
        after.exdates = times.collect();
    }
    Ok(after)
}

/// The occurrence from which on it changes: one that lies ahead.
fn first(plan: &Plan, text: &str, tx: &Tx) -> Result<NaiveDateTime, Problem> {
    let wrong = |code, detail| Problem::invalid_body(vec![fault("/from", code, detail)]);
    let slot = wall_time(text).and_then(|from| plan.slot(from)).filter(Slot::takes_place);
    let Some(slot) = slot else { return Err(wrong("not_in_rule", "must be an occurrence of the series")) };
    match plan.instants(slot.recurrence, plan.minutes).0 > tx.now() {
        true => Ok(slot.recurrence),
        false => {
            let detail = "That occurrence is over: a series changes from one on that lies ahead.";
            Err(Problem::of(Kind::Conflict).with_detail(detail))
        }
    }
}

/// The body of the series that goes on as before.
fn going_on(old: &Series, plan: &Plan, from: NaiveDateTime) -> SeriesIn {
    let mut body = SeriesIn::of(old);
    body.starts_local = written(from);
    if let Some(count) = plan.rule.count {
        let left = count.saturating_sub(plan.counted_before(from)).max(1);
        body.rrule = rrule::with_count(&body.rrule, left);
    }
    body.exdates.retain(|text| wall_time(&text.0).is_some_and(|time| time >= from));
    body
}

/// Hands what is known of occurrences from `from` on over to the series that goes on: the first to its first and so on.
#[allow(clippy::too_many_arguments, reason = "two series with their plans")]
async fn hand_over(
    tx: &Tx,
    app: &App,
    who: &Allowed<EditEvents>,
    old: &Series,
    old_plan: &Plan,
    from: NaiveDateTime,
    new: &Series,
    new_plan: &Plan,
) -> Result<(), Problem> {
    let known = store::all_known(tx, old.row.id).await?;
    let known: Vec<_> = known.into_iter().filter(|row| row.recurrence >= from).collect();
    let Some(last) = known.last().map(|row| row.recurrence) else { return Ok(()) };
    let former: Vec<_> = occurrences(old_plan, last).filter(|time| *time >= from).collect();
    // As many as there were, and no further than the years that a series knows.
    let far = new_plan.start + chrono::Duration::days(36_530);
    let new_times: Vec<_> = occurrences(new_plan, far).take(former.len()).collect();
    let mut handed = Vec::new();
    for row in known {
        let place = former.iter().position(|time| *time == row.recurrence);
        match place.and_then(|place| new_times.get(place)) {
            Some(recurrence) => {
                store::forget(tx, &row).await?;
                // What was moved by hand stays where it was moved to.
                handed.push(series_occurrence::Model {
                    series_id: new.row.id,
                    recurrence: *recurrence,
                    ..row
                });
            }
            None => match follow::made(&row) {
                Some(made) => drop(events::call_off(tx, &app.vault, who, made).await?),
                None => store::forget(tx, &row).await?,
            },
        }
    }
    let followed = follow::follow(tx, app, who, new_plan, &new.template, handed).await?;
    Ok(store::keep(tx, followed).await?)
}

fn occurrences(plan: &Plan, last: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> {
    plan.slots(last).filter(Slot::takes_place).map(|slot| slot.recurrence)
}
