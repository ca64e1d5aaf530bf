//! What is done with events.

use ::entity::event::EventStatus;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use uuid::Uuid;

use super::clashes::clashes;
use super::guided::with_questions;
use super::out::{EventOut, EventWarning};
use super::second_person::{not_to_a_safer_country, risk_around};
use super::wire::{
    EventCancelIn, EventCompleteIn, EventFilter, EventIn, EventPage, EventPatch, EventPath, EventRescheduleIn,
};
use super::{EventRecord, rules, store};
use crate::access::Allowed;
use crate::access::action::{EditEvents, ReadEvents, ScheduleEvents};
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::http::Query;
use crate::http::etag::of_version;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::Paging;
use crate::http::patch::{AsRead, DecisionHeaders, EditHeaders, IfMatch, Patch, record};
use crate::ids;
use crate::outbox::{self, Fact, Post};
use crate::problem::Problem;
use crate::rooms::records::{self, Author, Edit, Shown, revise};
use crate::rooms::registrations;

/// Record an event
///
/// It is a draft. Venue, point and how to join are sealed and not read back. Who has a part in another event at that time is
/// told in `warnings`, as far as you may see that event.
#[utoipa::path(
    tag = "events",
    operation_id = "events.create",
    params(IdempotencyKey),
    request_body = EventIn,
    responses((status = 201, description = "The event", body = EventOut,
        headers(("Location" = String, description = "The event's address"))), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[post("/v1/events")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<EditEvents>,
    body: Body<EventIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        let event = records::read(tx, &who, &permit, ids::v4(), (*body).clone()).await?;
        let event = with_questions(tx, None, event).await?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Create, vec![], event).await?;
        let warnings = clashes(tx, &app.vault, &who, &shown.record).await?;
        let (id, version) = (shown.record.row.id, shown.record.row.version);
        let reply =
            Reply::created(records::path::<EventRecord>(id.0), &EventOut::from(shown).warned(warnings))?;
        Ok(reply.etag(of_version(version)).about(id.0))
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
    security(("bearer" = []), ("api_key" = ["events:read"]))
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
    security(("bearer" = []), ("api_key" = ["events:read"]))
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
/// What is public changes at once. `when` is written whole; on a scheduled event that is like rescheduling it. Once an event
/// is no draft, its risk is not lowered and its place not shown more finely without a second person. Of one that only a
/// moderator schedules, its host changes neither what is public, nor when it was, nor makes it more public (403): to move it
/// there is `…/reschedule`. What a host edits while it is in review is a draft again, and has to be submitted anew.
#[utoipa::path(
    tag = "events",
    operation_id = "events.patch",
    params(EventPath, EditHeaders),
    request_body(content((EventPatch = "application/merge-patch+json"), (EventPatch = "application/json"))),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[patch("/v1/events/{event_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<EventPath>,
    if_match: IfMatch,
    body: Patch<EventPatch>,
) -> Result<HttpResponse, Problem> {
    let (shown, warnings) = app
        .db
        .write(async |tx| {
            let shown = edited(tx, &app.post, &who, path.event_id, &if_match, &body).await?;
            let warnings = clashes(tx, &app.vault, &who, &shown.record).await?;
            Ok::<_, Problem>((shown, warnings))
        })
        .await?;
    record(shown.record.row.version, &EventOut::from(shown).warned(warnings))
}

/// Makes an edit: a patch, or what an earlier edit changed is put back.
pub(super) async fn edited(
    tx: &Tx,
    post: &Post,
    who: &Allowed<EditEvents>,
    id: Uuid,
    if_match: &IfMatch,
    edit: &EventPatch,
) -> Result<Shown<EventRecord>, Problem> {
    let found = records::find_for_change::<EventRecord>(tx, post.vault(), who.actor(), id).await?;
    let permit = who.over(&found)?;
    if_match.check(found.record.row.version)?;
    let (edited, mut changed) = records::edit(tx, who, &permit, &found.record, edit).await?;
    let edited = with_questions(tx, Some(&found.record), edited).await?;
    let hosts: Vec<Uuid> = edited.hosts.iter().map(|(_, host)| host.id()).collect();
    records::not_oneself(tx, who.owner()?, found.is_own(), &hosts).await?;
    let mut edited = rules::change(&found.record, edited, &permit, tx.now())?;
    not_to_a_safer_country(tx, &permit, &found.record.row, &edited.row).await?;
    for member in rules::less_safe(&found.record, &edited) {
        records::not_set_by_others(tx, &permit, &found.record, member).await?;
    }
    if !changed.is_empty() && rules::is_submitted_anew(&found.record, &permit) {
        edited.row.status = EventStatus::Draft;
        changed.push("status");
    }
    registrations::follow(tx, post, &found.record.row, &edited.row).await?;
    if let Some(moved) = rules::moved(&found.record.row, &edited.row, tx.now()) {
        outbox::tell(tx, moved).await?;
    }
    records::keep_edit(tx, post.vault(), &permit, edit, &found.record, changed, edited).await
}

/// Submit an event for review
///
/// A draft waits for a moderator, who schedules it: so does every event of more than low risk.
#[utoipa::path(
    tag = "events",
    operation_id = "events.submit",
    params(EventPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[post("/v1/events/{event_id}/submit")]
pub(super) async fn submit(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<EventPath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
        let permit = who.over(&found)?;
        let event = rules::submit(found.record, &permit)?;
        read.check(event.row.version)?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Submit, vec!["status"], event).await?;
        records::done::<_, EventOut>(shown)
    })
    .await
}

/// Schedule an event
///
/// Hosts schedule their own events of low risk in countries of low risk; the others are scheduled by a moderator who did not make them. What somebody
/// else made is scheduled as it was read: `If-Match` is needed (428).
#[utoipa::path(
    tag = "events",
    operation_id = "events.schedule",
    params(EventPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/events/{event_id}/schedule")]
pub(super) async fn schedule(
    app: Data<App>,
    who: Allowed<ScheduleEvents>,
    path: Path<EventPath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
        let permit = who.over(&found)?;
        let of_country = risk_around(tx, &permit, &found.record.row).await?;
        let event = rules::schedule(found.record, &permit, of_country)?;
        match event.row.created_by == permit.by().account() {
            true => read.check(event.row.version)?,
            false => read.demand(event.row.version)?,
        }
        let shown = records::keep(tx, &app.vault, &permit, Action::Schedule, vec!["status"], event).await?;
        if shown.withheld_because.is_empty() {
            outbox::tell(tx, Fact::EventPublished { event_id: path.event_id }).await?;
        }
        let warnings = clashes(tx, &app.vault, &who, &shown.record).await?;
        done(shown, warnings)
    })
    .await
}

/// Move an event
///
/// A scheduled one that has not begun, into the future; `when` is checked like that of a new one. What is public moves at
/// once, and whoever comes is told: if it moves by more than an hour, they are asked again.
#[utoipa::path(
    tag = "events",
    operation_id = "events.reschedule",
    params(EventPath, DecisionHeaders, IdempotencyKey),
    request_body = EventRescheduleIn,
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[post("/v1/events/{event_id}/reschedule")]
pub(super) async fn reschedule(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<EventPath>,
    read: AsRead,
    body: Body<EventRescheduleIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let edit = Edit::<EventIn>::of("when", serde_json::to_value(&body.when).map_err(Problem::internal)?);
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
        let permit = who.over(&found)?;
        read.check(found.record.row.version)?;
        let (edited, _) = records::edit(tx, &who, &permit, &found.record, &edit).await?;
        let event = rules::reschedule(&found.record, edited, &permit, body.reason.clone(), tx.now())?;
        registrations::follow(tx, &app.post, &found.record.row, &event.row).await?;
        let (action, members) = match rules::moved(&found.record.row, &event.row, tx.now()) {
            Some(moved) => {
                outbox::tell(tx, moved).await?;
                revise(tx, Author::of_edit(permit.by().account(), None), &found.record, &event).await?;
                (Action::Reschedule, vec!["when", "reschedule_reason"])
            }
            None => (Action::Update, vec![]),
        };
        let shown = records::keep(tx, &app.vault, &permit, action, members, event).await?;
        let warnings = clashes(tx, &app.vault, &who, &shown.record).await?;
        done(shown, warnings)
    })
    .await
}

/// 200 with an event and warnings.
fn done(shown: Shown<EventRecord>, warnings: Vec<EventWarning>) -> Result<Reply, Problem> {
    let (id, version) = (shown.record.row.id, shown.record.row.version);
    let reply = Reply::ok(&EventOut::from(shown).warned(warnings))?;
    Ok(reply.etag(of_version(version)).about(id.0))
}

/// Record an event as held
///
/// With the headcount, if there is one; else that of those who were checked in. It is published rounded, and not at all where it is small.
#[utoipa::path(
    tag = "events",
    operation_id = "events.complete",
    params(EventPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<EventCompleteIn>),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[post("/v1/events/{event_id}/complete")]
pub(super) async fn complete(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<EventPath>,
    read: AsRead,
    body: Body<EventCompleteIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
        let permit = who.over(&found)?;
        let headcount = match body.headcount.or(found.record.row.headcount) {
            Some(headcount) => Some(headcount),
            None => registrations::attendance(tx, path.event_id.into()).await?,
        };
        let event = rules::complete(found.record, &permit, headcount, tx.now())?;
        read.check(event.row.version)?;
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
/// The reason is kept and not published. Everybody who registered with an address is told.
#[utoipa::path(
    tag = "events",
    operation_id = "events.cancel",
    params(EventPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<EventCancelIn>),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[post("/v1/events/{event_id}/cancel")]
pub(super) async fn cancel(
    app: Data<App>,
    who: Allowed<EditEvents>,
    path: Path<EventPath>,
    read: AsRead,
    body: Body<EventCancelIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
        let permit = who.over(&found)?;
        let event = rules::cancel(found.record, &permit, body.reason.clone())?;
        read.check(event.row.version)?;
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
    security(("bearer" = []), ("api_key" = ["events:write"]))
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
