//! What is done with events.

use ::entity::event::EventStatus;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};

use super::out::EventOut;
use super::wire::{EventCancelIn, EventCompleteIn, EventFilter, EventIn, EventPage, EventPatch, EventPath};
use super::{EventRecord, rules, store};
use crate::access::Allowed;
use crate::access::action::{EditEvents, ReadEvents, ScheduleEvents};
use crate::app::App;
use crate::audit::Action;
use crate::http::Query;
use crate::http::idempotency::{Caller, IdempotencyKey, Once};
use crate::http::json::{Body, Empty};
use crate::http::page::Paging;
use crate::http::patch::{EditHeaders, IfMatch, Patch};
use crate::ids;
use crate::outbox::{self, Fact};
use crate::problem::Problem;
use crate::rooms::records;

/// Record an event
///
/// It is a draft. Venue, point and how to join are sealed and not read back.
#[utoipa::path(
    tag = "events",
    operation_id = "events.create",
    params(IdempotencyKey),
    request_body = EventIn,
    responses((status = 201, description = "The event", body = EventOut,
        headers(("Location" = String, description = "The event's address"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/events")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<EditEvents>,
    body: Body<EventIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, Caller::Holder(who.account()?.0), async |tx| {
        let event = records::read(tx, &who, &permit, ids::v7(tx.now()), (*body).clone()).await?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Create, vec![], event).await?;
        records::created::<_, EventOut>(shown)
    })
    .await
}

/// List events
///
/// Newest first. Hosts see their own: those they recorded, and those that they or their organisations host.
#[utoipa::path(
    tag = "events",
    operation_id = "events.list",
    params(Paging, EventFilter),
    responses((status = 200, description = "A page of events", body = EventPage), Problem),
    security(("bearer" = []))
)]
#[get("/v1/events")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadEvents>,
    paging: Query<Paging>,
    filter: Query<EventFilter>,
) -> Result<HttpResponse, Problem> {
    let fits = store::fitting(&filter.0);
    records::list::<EventRecord, EventOut>(&app, &req, &who, paging.0, &filter.0, fits).await
}

/// Read an event
#[utoipa::path(
    tag = "events",
    operation_id = "events.get",
    params(EventPath),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []))
)]
#[get("/v1/events/{event_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadEvents>,
    path: Path<EventPath>,
) -> Result<HttpResponse, Problem> {
    records::get::<EventRecord, EventOut>(&app, &who, path.event_id).await
}

/// Edit an event
///
/// What is public changes at once. `when` is written whole. Once an event is no draft, its risk is not lowered and its
/// place not shown more finely without a second person.
#[utoipa::path(
    tag = "events",
    operation_id = "events.patch",
    params(EventPath, EditHeaders),
    request_body(content((EventPatch = "application/merge-patch+json"), (EventPatch = "application/json"))),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []))
)]
#[patch("/v1/events/{event_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<EventPath>,
    if_match: IfMatch,
    body: Patch<EventPatch>,
) -> Result<HttpResponse, Problem> {
    let shown = app
        .db
        .write(async |tx| {
            let found =
                records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
            let permit = who.over(&found)?;
            if_match.check(found.record.row.version)?;
            let (edited, changed) = records::edit(tx, &who, &permit, &found.record, &body).await?;
            let edited = rules::change(&found.record, edited, &permit)?;
            let moved = changed.contains(&"when") && edited.row.status == EventStatus::Scheduled;
            if moved {
                outbox::tell(tx, Fact::EventRescheduled { event_id: path.event_id }).await?;
            }
            records::keep(tx, &app.vault, &permit, Action::Update, changed, edited).await
        })
        .await?;
    records::answer::<_, EventOut>(shown)
}

/// Submit an event for review
///
/// A draft waits for a moderator, who schedules it: so does every event of more than low risk.
#[utoipa::path(
    tag = "events",
    operation_id = "events.submit",
    params(EventPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/events/{event_id}/submit")]
pub(super) async fn submit(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<EventPath>,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, Caller::Holder(who.account()?.0), async |tx| {
        let found =
            records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
        let permit = who.over(&found)?;
        let event = rules::submit(found.record, &permit)?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Submit, vec!["status"], event).await?;
        records::done::<_, EventOut>(shown)
    })
    .await
}

/// Schedule an event
///
/// Hosts schedule their own events of low risk; the others are scheduled by a moderator who did not make them.
#[utoipa::path(
    tag = "events",
    operation_id = "events.schedule",
    params(EventPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/events/{event_id}/schedule")]
pub(super) async fn schedule(
    app: Data<App>,
    who: Allowed<ScheduleEvents>,
    path: Path<EventPath>,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, Caller::Holder(who.account()?.0), async |tx| {
        let found =
            records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
        let permit = who.over(&found)?;
        let event = rules::schedule(found.record, &permit)?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Schedule, vec!["status"], event).await?;
        if shown.withheld_because.is_empty() {
            outbox::tell(tx, Fact::EventPublished { event_id: path.event_id }).await?;
        }
        records::done::<_, EventOut>(shown)
    })
    .await
}

/// Record an event as held
///
/// With the headcount, if there is one. It is published rounded, and not at all where it is small.
#[utoipa::path(
    tag = "events",
    operation_id = "events.complete",
    params(EventPath, IdempotencyKey),
    request_body(content = Option<EventCompleteIn>),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/events/{event_id}/complete")]
pub(super) async fn complete(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<EventPath>,
    body: Body<EventCompleteIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, Caller::Holder(who.account()?.0), async |tx| {
        let found =
            records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
        let permit = who.over(&found)?;
        let event = rules::complete(found.record, &permit, body.headcount, tx.now())?;
        let shown =
            records::keep(tx, &app.vault, &permit, Action::Complete, vec!["status", "headcount"], event)
                .await?;
        outbox::tell(tx, Fact::EventHeld { event_id: path.event_id }).await?;
        records::done::<_, EventOut>(shown)
    })
    .await
}

/// Cancel an event
///
/// The reason is kept and not published.
#[utoipa::path(
    tag = "events",
    operation_id = "events.cancel",
    params(EventPath, IdempotencyKey),
    request_body(content = Option<EventCancelIn>),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/events/{event_id}/cancel")]
pub(super) async fn cancel(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<EventPath>,
    body: Body<EventCancelIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, Caller::Holder(who.account()?.0), async |tx| {
        let found =
            records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
        let permit = who.over(&found)?;
        let event = rules::cancel(found.record, &permit, body.reason.clone())?;
        let shown =
            records::keep(tx, &app.vault, &permit, Action::Cancel, vec!["status", "cancel_reason"], event)
                .await?;
        outbox::tell(tx, Fact::EventCancelled { event_id: path.event_id }).await?;
        records::done::<_, EventOut>(shown)
    })
    .await
}

/// Remove an event
///
/// A draft to which nothing refers. What was scheduled is cancelled instead.
#[utoipa::path(
    tag = "events",
    operation_id = "events.delete",
    params(EventPath),
    responses((status = 204, description = "It is gone"), Problem),
    security(("bearer" = []))
)]
#[delete("/v1/events/{event_id}")]
pub(super) async fn remove(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<EventPath>,
) -> Result<HttpResponse, Problem> {
    app.db
        .write(async |tx| {
            let found =
                records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
            let permit = who.over(&found)?;
            rules::remove(&found.record, &permit)?;
            records::remove(tx, &permit, &found.record).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
