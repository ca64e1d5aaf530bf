//! Codes with which invited people register. A code is told once and kept as a keyed hash; how often it was used is counted
//! from the registrations that name it while the row of the event is locked, so it is never used too often.

mod store;
mod wire;

use ::entity::ids::{EventId, InvitationId};
use ::entity::registration_invitation::Model;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};

use super::api::permitted;
use super::content;
use super::desk::Desk;
use super::wire::RegistrationsPath;
use crate::access::Allowed;
use crate::access::action::{ManageRegistrations, ReadRegistrations};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::Query;
use crate::http::idempotency::{self, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty, fault};
use crate::http::page::{self, Cursor, Paging};
use crate::ids;
use crate::problem::{Kind as Wrong, Problem};
use crate::vault::Vault;
use wire::{InvitationIn, InvitationMade, InvitationOut, InvitationPage, InvitationPath};

/// Codes of one event at most.
const MOST: u64 = 1000;

/// Finds the invitation that a code stands for, if it can still be used. The row of the event is locked.
///
/// # Errors
/// The database's.
pub(super) async fn usable(
    tx: &Tx,
    vault: &Vault,
    event: EventId,
    code: &str,
) -> Result<Option<InvitationId>, Problem> {
    let Some(row) = store::by_code(tx, hash(vault, event, code)?).await? else { return Ok(None) };
    let used = store::used(tx, &[row.id]).await?.remove(&row.id).unwrap_or(0);
    let in_time = row.expires_at.is_none_or(|end| end > tx.now()) && row.revoked_at.is_none();
    Ok(Some(row.id).filter(|_| row.event_id == event && in_time && used < i64::from(row.uses)))
}

fn hash(vault: &Vault, event: EventId, code: &str) -> anyhow::Result<Vec<u8>> {
    let code = content::read_code(code);
    Ok(vault.keyed_hash("invitation code", &[event.0.as_bytes(), code.as_bytes()])?.to_vec())
}

/// Make an invitation code
///
/// For an event with registration `by_invitation`: whoever has the code registers with it (`invitation`), also where the event
/// is private. It is told once. Registrations that nobody confirmed in time give their use back.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.invitations.create",
    params(RegistrationsPath, IdempotencyKey),
    request_body(content = Option<InvitationIn>),
    responses((status = 201, description = "The code", body = InvitationMade,
        headers(("Location" = String, description = "Where the codes of the event are listed"))), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:write"]))
)]
#[post("/v1/events/{event_id}/invitations")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<ManageRegistrations>,
    path: Path<RegistrationsPath>,
    once: Once,
    body: Body<InvitationIn>,
) -> Result<HttpResponse, Problem> {
    let event = EventId(path.event_id);
    let code = format!("{}{}", content::new_code()?, content::new_code()?);
    let code_hash = hash(&app.vault, event, &code)?;
    once.run(&app, who.caller()?, async |tx| {
        let permit = permitted(tx, &app, &who, event, "event").await?;
        if body.expires_at.is_some_and(|end| end <= tx.now()) {
            return Err(Problem::invalid_body(vec![fault(
                "/expires_at",
                "not_ahead",
                "must be in the future",
            )]));
        }
        if store::count(tx, event).await? >= MOST {
            return Err(
                Problem::of(Wrong::Conflict).with_detail("There are a thousand codes for this event.")
            );
        }
        let row = Model {
            id: InvitationId(ids::v4()),
            event_id: event,
            code_hash: code_hash.clone(),
            uses: body.uses,
            expires_at: body.expires_at,
            revoked_at: None,
            created_by: permit.by().account(),
            created_at: tx.now(),
        };
        store::insert(tx, row.clone()).await?;
        let made = Entry::new(By::from(permit.by()), Action::Invite).on(Kind::Event, event);
        audit::note(tx, made.fields(["invitations"])).await?;
        let location = format!("/v1/events/{event}/invitations");
        let made = InvitationMade::new(InvitationOut::new(&row, 0, tx.now()), &code);
        Ok(Reply::created(location, &made)?.about(row.id))
    })
    .await
}

/// List the invitation codes of an event
///
/// How often each was used, and not what it is.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.invitations.list",
    params(RegistrationsPath, Paging),
    responses((status = 200, description = "A page of codes", body = InvitationPage), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:read"]))
)]
#[get("/v1/events/{event_id}/invitations")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadRegistrations>,
    path: Path<RegistrationsPath>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let (event, Paging { limit, cursor }) = (EventId(path.event_id), paging.0);
    let reader = app.db.reader();
    let _permit = permitted(reader, &app, &who, event, "event").await?;
    let binding = format!("invitations {event}");
    let after = cursor.map(|cursor| Cursor::decode::<InvitationId>(&binding, &cursor)).transpose()?;
    let rows = store::page(reader, event, after, limit.get()).await?;
    let ids: Vec<InvitationId> = rows.iter().map(|row| row.id).collect();
    let used = store::used(reader, &ids).await?;
    let now = app.clock.now();
    let shown = |row: Model| InvitationOut::new(&row, used.get(&row.id).copied().unwrap_or(0), now);
    page::answer(&req, &binding, limit, rows, |row| row.id, shown)
}

/// Take an invitation code back
///
/// Nobody registers with it any more. Who did keeps the seat.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.invitations.revoke",
    params(InvitationPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The code, without what it is", body = InvitationOut), Problem),
    security(("bearer" = []), ("api_key" = ["registrations:write"]))
)]
#[post("/v1/events/{event_id}/invitations/{invitation_id}/revoke")]
pub(super) async fn revoke(
    app: Data<App>,
    who: Allowed<ManageRegistrations>,
    path: Path<InvitationPath>,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let (event, id) = (EventId(path.event_id), InvitationId(path.invitation_id));
    once.run(&app, who.caller()?, async |tx| {
        // Under the event's lock: nobody is registering with it meanwhile.
        let desk = Desk::open(tx, &app.post, event).await?.ok_or(Problem::not_found("event"))?;
        let permit = permitted(tx, &app, &who, event, "event").await?;
        let row = store::by_id(tx, event, id).await?;
        let mut row = row.ok_or(Problem::not_found("invitation"))?;
        if row.revoked_at.is_none() {
            row.revoked_at = Some(tx.now());
            store::save(tx, row.clone()).await?;
            idempotency::forget(tx, id).await?;
            let revoked = Entry::new(By::from(permit.by()), Action::RevokeKey).on(Kind::Event, event);
            audit::note(tx, revoked.fields(["invitations"])).await?;
        }
        desk.settle(true).await?;
        let used = store::used(tx, &[id]).await?.remove(&id).unwrap_or(0);
        Reply::ok(&InvitationOut::new(&row, used, tx.now()))
    })
    .await
}
