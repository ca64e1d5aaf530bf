//! Registering for an event, with or without an account.

use ::entity::event::RegistrationMode;
use ::entity::ids::{EventId, RegistrationId};
use ::entity::registration::{Model, RegistrationStatus as Status};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};

use super::desk::Desk;
use super::mine::BY_ITS_HOLDER;
use super::out::{MyRegistration, RegistrationReceived};
use super::rules::Way;
use super::wire::{RegistrationIn, RegistrationsPath};
use super::{KIND, content, invitations, letters, proofs, rules, store};
use crate::access::action::{ManageRegistrations, Register, RevealVenues};
use crate::access::{Actor, Allowed, ManageToken};
use crate::app::App;
use crate::audit::{Action, By};
use crate::db::Tx;
use crate::http::etag;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, fault};
use crate::ids;
use crate::problem::{Kind, Problem};
use crate::publishing;
use crate::rooms::events::EventRecord;
use crate::rooms::records;

/// Who comes, and the two secrets that belong to it.
struct Comer {
    body: RegistrationIn,
    language: Option<String>,
    /// Told in the answer.
    token: ManageToken,
    /// Told by mail alone: it shows that the address is theirs.
    mailed: ManageToken,
}

/// Register for an event
///
/// With a name or pseudonym, and without any contact if one likes: then there is a seat, or a place on the waiting list, at
/// once. With an e-mail address it counts when the link in the letter is opened (`verify`); a seat is held for thirty
/// minutes. The answer is the same whether or not somebody registered with this address before, and so is the seat. It holds a
/// manage token, once: with it `/v1/registrations/mine` is followed, changed and taken back, until the address is confirmed;
/// then the token from the letter does that. Hosts enter others, also where registration is closed or by invitation. Where it is
/// by invitation, whoever has a code registers with it, also where the event is not public. A partner registers others with its
/// API key (`registrations:write`) and says of each consent how, when and to whom it was given; `participate` is needed. Who has
/// an address gets the manage token there.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.create",
    params(RegistrationsPath, IdempotencyKey),
    request_body = RegistrationIn,
    responses((status = 201, description = "It has arrived", body = RegistrationReceived,
        headers(("Location" = String, description = "Where it is followed"),
            ("ETag" = String, description = "Its version"))), Problem),
    security((), ("bearer" = []), ("api_key" = ["registrations:write"]))
)]
#[post("/v1/events/{event_id}/registrations")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<Register>,
    path: Path<RegistrationsPath>,
    once: Once,
    body: Body<RegistrationIn>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let (consents, zone) = (proofs::plain(&body.consents), body.time_zone.as_deref());
    let faults = proofs::faults(&body.consents, who.actor(), app.clock.now());
    let language = content::check(body.language.as_deref(), zone, &consents, faults)?;
    let comer = Comer { body, language, token: ManageToken::new()?, mailed: ManageToken::new()? };
    let _turn = app.replays.line_up(path.event_id).await?;
    once.run(&app, who.actor().caller(), async |tx| {
        let event = EventId(path.event_id);
        let desk = Desk::open(tx, &app.post, event).await?.ok_or(Problem::not_found("event"))?;
        let way = way(&desk, &app, who.actor(), &comer.body).await?;
        rules::takes(&desk.event, way, tx.now())?;
        content::answered(&desk.row.questions.0, &comer.body.answers)?;
        let (row, registration) = enter(desk, &app, who.actor(), &comer, way).await?;
        // Whoever has an address gets the token there, and not from a partner who may keep it.
        let by_letter = who.actor().partner().is_some() && row.status == Status::Unverified;
        let manage_token = (!by_letter).then(|| comer.token.text());
        let received = RegistrationReceived { registration, manage_token };
        let reply = Reply::created("/v1/registrations/mine", &received)?;
        Ok(reply.etag(etag::of_version(row.version)).about(row.id))
    })
    .await
}

/// How somebody comes to register for this event. What is not public is not there for who has no code.
async fn way(desk: &Desk<'_>, app: &App, actor: &Actor, body: &RegistrationIn) -> Result<Way, Problem> {
    let (tx, event) = (desk.tx, &desk.event);
    if is_host(tx, app, actor, event.id).await? {
        return Ok(Way::Host);
    }
    let is_public = publishing::is_public(tx, event, tx.now()).await?;
    // Nobody comes from outside while the whole gallery is locked down: not with a code, and not through a partner.
    let locked_down = publishing::locked_down_since(tx).await?.is_some();
    let invites = event.registration == RegistrationMode::ByInvitation && !locked_down;
    let code = body.invitation.as_deref().filter(|_| invites);
    match code {
        Some(code) => match invitations::usable(tx, &app.vault, event.id, code).await? {
            Some(invitation) => Ok(Way::Invited(invitation)),
            None if is_public => {
                let detail = "is no code for this event, or none that can still be used";
                Err(Problem::invalid_body(vec![fault("/invitation", "not_usable", detail)]))
            }
            None => Err(Problem::not_found("event")),
        },
        None if is_public => Ok(Way::Open),
        None if is_own(tx, app, actor, event.id).await? => match locked_down {
            true => Err(Problem::of(Kind::RegistrationClosed)),
            false => Ok(Way::Open),
        },
        None => Err(Problem::not_found("event")),
    }
}

/// Whether somebody answers for this event, and so enters others: with the token of a seat one learns where it is, which
/// moderating alone does not tell.
async fn is_host(tx: &Tx, app: &App, actor: &Actor, event: EventId) -> Result<bool, Problem> {
    let Ok(host) = Allowed::<RevealVenues>::ask(actor.clone()) else { return Ok(false) };
    let found = records::find::<EventRecord, _>(tx, &app.vault, actor, event.0).await?;
    Ok(host.over(&found).is_ok())
}

/// Whether an event is a partner's own: its systems register people there as everybody may elsewhere, public or not.
async fn is_own(tx: &Tx, app: &App, actor: &Actor, event: EventId) -> Result<bool, Problem> {
    if actor.partner().is_none() {
        return Ok(false);
    }
    let Ok(partner) = Allowed::<ManageRegistrations>::ask(actor.clone()) else { return Ok(false) };
    let found = records::find::<EventRecord, _>(tx, &app.vault, actor, event.0).await?;
    Ok(partner.over(&found).is_ok())
}

/// Writes the registration, and takes a seat if there is one.
async fn enter(
    mut desk: Desk<'_>,
    app: &App,
    actor: &Actor,
    comer: &Comer,
    way: Way,
) -> Result<(Model, MyRegistration), Problem> {
    let (tx, body, by_host) = (desk.tx, &comer.body, way == Way::Host);
    let mut row = blank(&mut desk, comer, way)?;
    row.token_hash = Some(comer.token.hash(&app.vault, KIND)?);
    if let (Actor::Account(signed_in), false) = (actor, by_host) {
        let account = signed_in.account;
        if store::of_account(tx, desk.event.id, account).await?.is_some() {
            return Err(Problem::of(Kind::Conflict).with_detail("You are registered for this event already."));
        }
        row.account_id = Some(account);
    }
    // Without mail nobody can confirm an address: it is kept for the host, and that is all.
    let email = body.email.as_deref().map(str::trim);
    match email.filter(|_| !app.post.is_off()) {
        None => desk.enter(&mut row, by_host).await?,
        Some(email) => to_verify(&mut desk, app, &mut row, email, &comer.mailed).await?,
    }
    let person = content::person(body);
    store::insert(tx, &app.vault, &mut row, &person, email).await?;
    let consents = proofs::consents(row.id, &body.consents, &row.language, tx.now());
    store::insert_consents(tx, consents.clone()).await?;
    records::note_maker(tx, actor, row.id.0).await?;
    desk.note(noted(actor, by_host), Action::Create, &row).await?;
    desk.settle(true).await?;
    let registration = MyRegistration::of(&row, Some(person), consents);
    Ok((row, registration))
}

/// Whom the audit log tells of. It is kept for good, and the registration's event with it: an account in it would say for ever
/// who came where.
fn noted(actor: &Actor, by_host: bool) -> By {
    match (actor, by_host) {
        (Actor::Account(_), false) => BY_ITS_HOLDER,
        _ => By::from(actor),
    }
}

fn blank(desk: &mut Desk<'_>, comer: &Comer, way: Way) -> Result<Model, Problem> {
    let now = desk.tx.now();
    Ok(Model {
        id: RegistrationId(ids::v4()),
        event_id: desk.event.id,
        arrival: desk.arrival(),
        status: Status::Waitlisted,
        holds_seat: false,
        role: comer.body.role,
        language: comer.language.clone().unwrap_or_else(|| desk.event.language.clone()),
        account_id: None,
        code: Some(content::new_code()?),
        token_hash: None,
        mailed_hash: None,
        email_hash: None,
        sealed_person: None,
        sealed_email: None,
        verified_at: None,
        reminders: comer.body.reminders,
        invitation_id: match way {
            Way::Invited(id) => Some(id),
            Way::Host | Way::Open => None,
        },
        until_at: None,
        closed_at: None,
        erased_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

/// Has somebody confirm the address first. For one address that is to be confirmed one seat is held, whether or not it is
/// registered already: whoever counts the seats that others get learns nothing of it.
async fn to_verify(
    desk: &mut Desk<'_>,
    app: &App,
    row: &mut Model,
    email: &str,
    mailed: &ManageToken,
) -> Result<(), Problem> {
    let hash = content::address_hash(&app.vault, desk.event.id.0, email)?;
    let before = store::of_address(desk.tx, desk.event.id, &hash).await?;
    (row.status, row.until_at) = (Status::Unverified, Some(desk.tx.now() + rules::TO_VERIFY));
    (row.email_hash, row.mailed_hash) = (Some(hash), Some(mailed.hash(&app.vault, KIND)?));
    let to_confirm = || before.iter().filter(|other| other.status == Status::Unverified);
    if !to_confirm().any(|other| other.holds_seat) {
        desk.hold(row);
    }
    let unanswered = to_confirm().count();
    if unanswered >= rules::LETTERS {
        return Ok(());
    }
    let again = before.len() > unanswered;
    letters::confirm(desk.tx, desk.post, row, email, mailed, again).await
}
