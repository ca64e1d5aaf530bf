//! How registration for an event goes, and where an event really is.

use ::entity::ids::EventId;
use ::entity::registration::{Model, RegistrationStatus as Status};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, put};
use std::collections::BTreeSet;

use super::api::permitted;
use super::desk::Desk;
use super::mine;
use super::out::{EventVenue, RegistrationSettings};
use super::wire::{RegistrationSettingsIn, RegistrationsPath};
use super::{rules, store};
use crate::access::action::{Anyone, ManageRegistrations, ReadRegistrations, RevealVenues};
use crate::access::{Actor, Allowed, ManageToken};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::json::{Body, fault, step};
use crate::problem::{self, Problem};
use crate::publishing;
use crate::rooms::events::{self, EventRecord};
use crate::rooms::records;

/// Read how registration for an event goes
///
/// With the number of seats that are taken, which is not public.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.settings.get",
    params(RegistrationsPath),
    responses((status = 200, description = "The settings", body = RegistrationSettings), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:read"]))
)]
#[get("/v1/events/{event_id}/registration-settings")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadRegistrations>,
    path: Path<RegistrationsPath>,
) -> Result<HttpResponse, Problem> {
    let (reader, event) = (app.db.reader(), EventId(path.event_id));
    let _permit = permitted(reader, &app, &who, event, "event").await?;
    let desk = store::desk(reader, event).await?;
    let desk = desk.unwrap_or_else(|| store::new_desk(event, app.clock.now()));
    let taken = store::taken(reader, event).await?;
    Ok(HttpResponse::Ok().json(RegistrationSettings::new(&desk, &taken)))
}

/// Say how registration for an event goes
///
/// Written whole. Answers that were given stay as they are. The questions are public: of an event that only a moderator
/// schedules, a moderator changes them.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.settings.put",
    params(RegistrationsPath),
    request_body = RegistrationSettingsIn,
    responses((status = 200, description = "The settings", body = RegistrationSettings), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:write"]))
)]
#[put("/v1/events/{event_id}/registration-settings")]
pub(super) async fn put(
    app: Data<App>,
    who: Allowed<ManageRegistrations>,
    path: Path<RegistrationsPath>,
    body: Body<RegistrationSettingsIn>,
) -> Result<HttpResponse, Problem> {
    let mut named = BTreeSet::new();
    let mut offsets = BTreeSet::new();
    let again = body.reminders.iter().enumerate().filter(|(_, minutes)| !offsets.insert(**minutes));
    let again = again.map(|(at, _)| step("/reminders", &at.to_string()));
    let repeated = body.questions.iter().enumerate().filter(|(_, question)| !named.insert(&question.id));
    let pointer = |at: usize| step(&step("/questions", &at.to_string()), "id");
    let repeated = repeated.map(|(at, _)| pointer(at)).chain(again);
    let faults: Vec<_> = repeated.map(|at| fault(&at, "repeated", "is named before")).collect();
    if !faults.is_empty() {
        return Err(Problem::invalid_body(faults));
    }
    let event = EventId(path.event_id);
    let shown = app
        .db
        .write(async |tx| {
            let mut desk = Desk::open(tx, &app.post, event).await?.ok_or(Problem::not_found("event"))?;
            let permit = permitted(tx, &app, &who, event, "event").await?;
            if desk.row.questions.0 != body.questions {
                events::may_be_told_otherwise(&desk.event, &permit)?;
            }
            desk.row.offers = body.offers;
            desk.row.questions.0.clone_from(&body.questions);
            desk.row.reminders.0 = body.reminders.iter().map(|minutes| minutes.0).collect();
            desk.row.remind_at = Some(desk.row.remind_at.map_or(tx.now(), |at| at.min(tx.now())));
            desk.row.version += 1;
            desk.row.updated_at = tx.now();
            let row = desk.row.clone();
            desk.settle(true).await?;
            let said = Entry::new(By::from(permit.by()), Action::Update).on(Kind::Event, event);
            audit::note(tx, said.fields(["registration_settings"])).await?;
            Ok::<_, Problem>(RegistrationSettings::new(&row, &store::taken(tx, event).await?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// Read where an event is, and how it is joined
///
/// For those who have a seat, with their manage token, from 24 hours before the event to 24 hours after it; for hosts at any
/// time. Every time it is told is in the audit log. Under a lockdown it is told to nobody.
#[utoipa::path(
    tag = "registrations",
    operation_id = "events.venue.get",
    params(RegistrationsPath),
    responses((status = 200, description = "Where it is", body = EventVenue), Problem),
    security(("manage_token" = []), ("bearer" = []))
)]
#[get("/v1/events/{event_id}/venue")]
pub(super) async fn venue(
    app: Data<App>,
    who: Allowed<Anyone>,
    token: Option<ManageToken>,
    path: Path<RegistrationsPath>,
) -> Result<HttpResponse, Problem> {
    let event = EventId(path.event_id);
    if who.actor() == &Actor::Anonymous && token.is_none() {
        return Err(Problem::of(problem::Kind::Unauthenticated));
    }
    let found = match &token {
        Some(token) => Some(mine::find(&app, token).await?),
        None => None,
    };
    let told = app
        .db
        .write(async |tx| {
            let by = match &found {
                Some(found) => with_seat(tx, &app, found, event).await?,
                None => signed_in(tx, &app, who.actor(), event).await?,
            };
            let record = events::load(tx, &app.vault, &[event.0]).await?.remove(&event.0);
            let EventRecord { row, place, joining, .. } = record.ok_or(Problem::not_found("event"))?;
            if row.locked_down_at.is_some() || publishing::locked_down_since(tx).await?.is_some() {
                let detail = "It is locked down: where it is, is told to nobody.";
                return Err(Problem::of(problem::Kind::Forbidden).with_detail(detail));
            }
            let read = Entry::new(by, Action::Read).on(Kind::Event, event);
            audit::note(tx, read.fields(["venue", "point", "online"])).await?;
            Ok::<_, Problem>(EventVenue::new(&row, place, joining))
        })
        .await?;
    Ok(HttpResponse::Ok().json(told))
}

/// Whoever has a seat at this very event, at the right time.
async fn with_seat(tx: &Tx, app: &App, found: &Model, event: EventId) -> Result<By, Problem> {
    let row = store::by_id(tx, found.id).await?.filter(|row| row.event_id == event);
    let row = row.filter(|row| mine::still_opens(found, row)).ok_or(Problem::not_found("event"))?;
    told_where(tx, app, row.status, event).await?;
    Ok(By::Token(audit::Token::Manage))
}

/// A host, or an account that has a seat.
async fn signed_in(tx: &Tx, app: &App, actor: &Actor, event: EventId) -> Result<By, Problem> {
    if let Ok(host) = Allowed::<RevealVenues>::ask(actor.clone())
        && permitted(tx, app, &host, event, "event").await.is_ok()
    {
        return Ok(By::from(actor));
    }
    let Actor::Account(signed_in) = actor else { return Err(Problem::of(problem::Kind::Forbidden)) };
    let row = store::of_account(tx, event, signed_in.account).await?.ok_or(Problem::not_found("event"))?;
    told_where(tx, app, row.status, event).await?;
    Ok(By::from(actor))
}

async fn told_where(tx: &Tx, app: &App, status: Status, event: EventId) -> Result<(), Problem> {
    let found = records::find::<EventRecord, _>(tx, &app.vault, &Actor::Anonymous, event.0).await?;
    rules::told_where(&found.record.row, status, tx.now())
}
