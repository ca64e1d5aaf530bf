//! What hosts do: see who comes, decide, check in.

use ::entity::ids::{EventId, RegistrationId};
use ::entity::registration::{Column, Model, RegistrationStatus as Status};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use sea_orm::Condition;
use uuid::Uuid;

use super::desk::Desk;
use super::out::{RegistrationContact, RegistrationItem, RegistrationOut, RegistrationPage};
use super::wire::{
    RegistrationCodeIn, RegistrationContactIn, RegistrationFilter, RegistrationPath, RegistrationsPath,
};
use super::{content, letters, proofs, rules, store};
use crate::access::action::{self, ManageRegistrations, ReadRegistrations, RevealContacts};
use crate::access::{Allowed, Permit};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::http::Query;
use crate::http::etag;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::{self, Cursor, Paging};
use crate::http::patch::{AsRead, DecisionHeaders, record};
use crate::outbox::Message;
use crate::problem::Problem;
use crate::rooms::events::EventRecord;
use crate::rooms::records::{self, any_of};

/// The permit for the registrations of an event: whose the event is, theirs they are.
pub(super) async fn permitted<A: action::Action>(
    conn: &impl sea_orm::ConnectionTrait,
    app: &App,
    who: &Allowed<A>,
    event: EventId,
    noun: &'static str,
) -> Result<Permit<A>, Problem> {
    let found = records::find::<EventRecord, _>(conn, &app.vault, who.actor(), event.0).await;
    // Who may not see the event does not learn that somebody registered for it.
    let hidden = |problem: Problem| match problem.kind() {
        crate::problem::Kind::NotFound => Problem::not_found(noun),
        _ => problem,
    };
    found.and_then(|found| who.over(&found)).map_err(hidden)
}

/// The same for one registration that whoever made it may see and take back too: a partner registers people for others' events.
async fn permitted_as_maker<A: action::Action>(
    conn: &impl sea_orm::ConnectionTrait,
    app: &App,
    who: &Allowed<A>,
    row: &Model,
) -> Result<Permit<A>, Problem> {
    let permitted = permitted(conn, app, who, row.event_id, "registration").await;
    let Some(partner) = who.actor().partner() else { return permitted };
    match permitted {
        Err(problem) if problem.kind() == crate::problem::Kind::NotFound => {
            let maker = records::maker(conn, row.id.0).await?;
            let is_maker = maker.is_some_and(|maker| maker.organisation_id == partner.organisation);
            if is_maker { Ok(who.anew()) } else { Err(problem) }
        }
        other => other,
    }
}

/// Does one thing to one registration, in one transaction.
async fn act(
    app: &App,
    who: &Allowed<ManageRegistrations>,
    once: Once,
    (path, read): (&RegistrationPath, &AsRead),
    effect: impl AsyncFn(&mut Desk<'_>, &mut Model) -> Result<Action, Problem>,
) -> Result<HttpResponse, Problem> {
    let id = RegistrationId(path.registration_id);
    let found = store::by_id(app.db.reader(), id).await?.ok_or(Problem::not_found("registration"))?;
    let _turn = app.replays.line_up(found.event_id.0).await?;
    once.run(app, who.caller()?, async |tx| {
        let missing = || Problem::not_found("registration");
        let mut desk = Desk::open(tx, &app.post, found.event_id).await?.ok_or_else(missing)?;
        let mut row = store::by_id(tx, id).await?.ok_or_else(missing)?;
        let version = row.version;
        let as_maker = permitted_as_maker(tx, app, who, &row).await?;
        let action = effect(&mut desk, &mut row).await?;
        let permit = match who.actor().partner() {
            Some(_) if action != Action::Cancel => {
                permitted(tx, app, who, found.event_id, "registration").await?
            }
            _ => as_maker,
        };
        read.check(version)?;
        desk.note(By::from(permit.by()), action, &row).await?;
        desk.settle(true).await?;
        let reply = Reply::ok(&RegistrationOut::read(tx, &app.vault, &row, who.actor()).await?)?;
        Ok(reply.etag(etag::of_version(row.version)).about(id))
    })
    .await
}

/// List registrations for an event
///
/// In the order in which people came, under the names they chose. Partners read the names of those who allow it
/// (`share_with_partners`).
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.list",
    params(RegistrationsPath, Paging, RegistrationFilter),
    responses((status = 200, description = "A page of registrations", body = RegistrationPage), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:read"]))
)]
#[get("/v1/events/{event_id}/registrations")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadRegistrations>,
    path: Path<RegistrationsPath>,
    (filter, paging): (Query<RegistrationFilter>, Query<Paging>),
) -> Result<HttpResponse, Problem> {
    let (filter, Paging { limit, cursor }) = (filter.0, paging.0);
    let event = EventId(path.event_id);
    let reader = app.db.reader();
    let _permit = permitted(reader, &app, &who, event, "event").await?;
    let binding = serde_json::to_string(&("registrations", event, &filter)).map_err(Problem::internal)?;
    let after = cursor.map(|cursor| Cursor::decode::<(i64, Uuid)>(&binding, &cursor)).transpose()?;
    let fits = Condition::all()
        .add_option(any_of(Column::Status, filter.status.iter().copied()))
        .add_option(any_of(Column::Role, filter.role.iter().copied()));
    let rows = store::page(reader, event, fits, after, limit.get()).await?;
    let mut people = store::people(reader, &app.vault, &rows).await?;
    proofs::only_shared(reader, who.actor(), &mut people).await?;
    let key = |row: &Model| (row.arrival, row.id.0);
    page::answer(&req, &binding, limit, rows, key, |row| RegistrationItem::new(&row, people.remove(&row.id)))
}

/// Read a registration
///
/// With access needs and answers. That it was read is noted in the audit log: it tells of a person.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.get",
    params(RegistrationPath),
    responses((status = 200, description = "The registration", body = RegistrationOut,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:read"]))
)]
#[get("/v1/registrations/{registration_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadRegistrations>,
    path: Path<RegistrationPath>,
) -> Result<HttpResponse, Problem> {
    let (version, shown) = app
        .db
        .write(async |tx| {
            let row = store::by_id(tx, RegistrationId(path.registration_id)).await?;
            let row = row.ok_or(Problem::not_found("registration"))?;
            let permit = permitted_as_maker(tx, &app, &who, &row).await?;
            let read = Entry::new(By::from(permit.by()), Action::Read).on(Kind::Registration, row.id);
            let fields: &[_] = match who.actor().partner() {
                Some(_) => &["display_name"],
                None => &["access_needs", "answers"],
            };
            audit::note(tx, read.fields(fields.iter().copied())).await?;
            Ok::<_, Problem>((row.version, RegistrationOut::read(tx, &app.vault, &row, who.actor()).await?))
        })
        .await?;
    record(version, &shown)
}

/// Confirm a registration
///
/// Somebody who waits for a decision gets a seat or, where all are taken, a place on the waiting list. Somebody who is on it
/// already moves up only if there is a seat.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.confirm",
    params(RegistrationPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The registration", body = RegistrationOut), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:write"]))
)]
#[post("/v1/registrations/{registration_id}/confirm")]
pub(super) async fn confirm(
    app: Data<App>,
    who: Allowed<ManageRegistrations>,
    path: Path<RegistrationPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    act(&app, &who, once, (&path, &read), async |desk, row| {
        rules::host_may(row.status, "confirm")?;
        let waited = row.status == Status::Waitlisted;
        desk.admit(row).await?;
        if waited && row.status == Status::Waitlisted {
            let detail = "There is no seat for this role: they are next when there is one.";
            return Err(Problem::of(crate::problem::Kind::Conflict).with_detail(detail));
        }
        store::save(desk.tx, row).await?;
        letters::news(desk.tx, desk.post, row, |link| Message::EntryNews { link }).await?;
        Ok(Action::Confirm)
    })
    .await
}

/// Turn a registration down
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.decline",
    params(RegistrationPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The registration", body = RegistrationOut), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:write"]))
)]
#[post("/v1/registrations/{registration_id}/decline")]
pub(super) async fn decline(
    app: Data<App>,
    who: Allowed<ManageRegistrations>,
    path: Path<RegistrationPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    act(&app, &who, once, (&path, &read), async |desk, row| {
        rules::host_may(row.status, "decline")?;
        end(desk, row, Status::Declined).await?;
        Ok(Action::Decline)
    })
    .await
}

/// Cancel a registration
///
/// The seat is given to whoever is next, in the same moment.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.cancel",
    params(RegistrationPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The registration", body = RegistrationOut), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:write"]))
)]
#[post("/v1/registrations/{registration_id}/cancel")]
pub(super) async fn cancel(
    app: Data<App>,
    who: Allowed<ManageRegistrations>,
    path: Path<RegistrationPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    act(&app, &who, once, (&path, &read), async |desk, row| {
        rules::host_may(row.status, "cancel")?;
        end(desk, row, Status::Cancelled).await?;
        Ok(Action::Cancel)
    })
    .await
}

async fn end(desk: &mut Desk<'_>, row: &mut Model, how: Status) -> Result<(), Problem> {
    desk.end(row, how).await?;
    letters::news(desk.tx, desk.post, row, |link| Message::EntryNews { link }).await
}

/// Check somebody in
///
/// From 24 hours before the event begins.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.check_in",
    params(RegistrationPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The registration", body = RegistrationOut), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:write"]))
)]
#[post("/v1/registrations/{registration_id}/check-in")]
pub(super) async fn check_in(
    app: Data<App>,
    who: Allowed<ManageRegistrations>,
    path: Path<RegistrationPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    act(&app, &who, once, (&path, &read), async |desk, row| at_the_door(desk, row, Status::Attended).await)
        .await
}

/// Note that somebody did not come
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.mark_absent",
    params(RegistrationPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The registration", body = RegistrationOut), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:write"]))
)]
#[post("/v1/registrations/{registration_id}/mark-absent")]
pub(super) async fn mark_absent(
    app: Data<App>,
    who: Allowed<ManageRegistrations>,
    path: Path<RegistrationPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    act(&app, &who, once, (&path, &read), async |desk, row| at_the_door(desk, row, Status::Absent).await)
        .await
}

async fn at_the_door(desk: &mut Desk<'_>, row: &mut Model, seen: Status) -> Result<Action, Problem> {
    let (verb, action) = match seen {
        Status::Attended => ("check-in", Action::CheckIn),
        _ => ("mark-absent", Action::MarkAbsent),
    };
    rules::host_may(row.status, verb)?;
    rules::door_is_open(&desk.event, desk.tx.now())?;
    row.status = seen;
    store::save(desk.tx, row).await?;
    Ok(action)
}

/// Check somebody in by their code
///
/// The one that `/v1/registrations/mine` shows to whoever has a seat.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.check_in_by_code",
    params(RegistrationsPath, IdempotencyKey),
    request_body = RegistrationCodeIn,
    responses((status = 200, description = "The registration", body = RegistrationOut), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:write"]))
)]
#[post("/v1/events/{event_id}/check-in")]
pub(super) async fn check_in_by_code(
    app: Data<App>,
    who: Allowed<ManageRegistrations>,
    path: Path<RegistrationsPath>,
    once: Once,
    body: Body<RegistrationCodeIn>,
) -> Result<HttpResponse, Problem> {
    let (reader, event) = (app.db.reader(), EventId(path.event_id));
    let _permit = permitted(reader, &app, &who, event, "event").await?;
    let found = store::by_code(reader, event, &content::read_code(&body.code)).await?;
    let registration_id = found.ok_or(Problem::not_found("registration"))?.id.0;
    let path = RegistrationPath { registration_id };
    act(&app, &who, once, (&path, &AsRead::none()), async |desk, row| {
        at_the_door(desk, row, Status::Attended).await
    })
    .await
}

/// See the contact of one who registered
///
/// With a reason, which is kept beside it. Who looked, and when, is in the audit log.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.contact",
    params(RegistrationPath, IdempotencyKey),
    request_body = RegistrationContactIn,
    responses((status = 200, description = "The contact", body = RegistrationContact), Problem),
    security(("bearer" = []))
)]
#[post("/v1/registrations/{registration_id}/contact")]
pub(super) async fn contact(
    app: Data<App>,
    who: Allowed<RevealContacts>,
    path: Path<RegistrationPath>,
    once: Once,
    body: Body<RegistrationContactIn>,
) -> Result<HttpResponse, Problem> {
    let account = who.account()?;
    once.run(&app, who.caller()?, async |tx| {
        let row = store::by_id(tx, RegistrationId(path.registration_id)).await?;
        let row = row.ok_or(Problem::not_found("registration"))?;
        let permit = permitted(tx, &app, &who, row.event_id, "registration").await?;
        let email = store::email(tx, &app.vault, &row).await?;
        if row.erased_at.is_none() {
            store::note_reveal(tx, &app.vault, &row, account, body.reason.trim()).await?;
        }
        let read = Entry::new(By::from(permit.by()), Action::Read).on(Kind::Registration, row.id);
        audit::note(tx, read.fields(["email"])).await?;
        let contact = RegistrationContact { email, verified: row.verified_at.is_some() };
        Ok(Reply::ok(&contact)?.about(row.id))
    })
    .await
}
