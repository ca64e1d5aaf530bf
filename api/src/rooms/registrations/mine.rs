//! What somebody does about their own registration, with the manage token or with the one that was mailed.

use ::entity::registration::{Model, RegistrationStatus as Status};
use actix_web::web::Data;
use actix_web::{HttpResponse, get, patch, post};

use super::desk::Desk;
use super::out::MyRegistration;
use super::wire::RegistrationPatch;
use super::{KIND, content, reminders, rules, store};
use crate::access::action::Anyone;
use crate::access::{Allowed, ManageToken};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::etag;
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::patch::{EditHeaders, IfMatch, Patch, record};
use crate::problem::Problem;
use crate::rooms::accounts;

/// Whoever holds a registration, also where their account is what opens it.
pub(super) const BY_ITS_HOLDER: By = By::Token(audit::Token::Manage);

/// The registration that this token opens.
pub(super) async fn find(app: &App, token: &ManageToken) -> Result<Model, Problem> {
    let hash = token.hash(&app.vault, KIND)?;
    store::by_token(app.db.reader(), hash).await?.ok_or(Problem::bad_token())
}

/// The event's desk, and the registration as it is now that nobody else changes it.
pub(super) async fn open<'a>(tx: &'a Tx, app: &'a App, found: &Model) -> Result<(Desk<'a>, Model), Problem> {
    let desk = Desk::open(tx, &app.post, found.event_id).await?.ok_or(Problem::bad_token())?;
    let row =
        store::by_id(tx, found.id).await?.filter(|row| row.erased_at.is_none() && still_opens(found, row));
    Ok((desk, row.ok_or(Problem::bad_token())?))
}

/// Whether what opened a registration when it was found opens it now: the link in the letter may have been opened meanwhile.
pub(super) fn still_opens(found: &Model, now: &Model) -> bool {
    found.token_hash == now.token_hash
}

/// Does one thing to one's registration, in one transaction.
pub(super) async fn act(
    app: &App,
    found: Model,
    by: By,
    once: Once,
    effect: impl AsyncFn(&mut Desk<'_>, &mut Model) -> Result<Action, Problem>,
) -> Result<HttpResponse, Problem> {
    let _turn = app.replays.line_up(found.event_id.0).await?;
    once.run(app, Caller::Holder(found.id.0), async |tx| {
        let (mut desk, mut row) = open(tx, app, &found).await?;
        let action = effect(&mut desk, &mut row).await?;
        desk.note(by, action, &row).await?;
        desk.settle(true).await?;
        let reply = Reply::ok(&MyRegistration::read(tx, &app.vault, &row).await?)?;
        Ok(reply.etag(etag::of_version(row.version)).about(row.id))
    })
    .await
}

/// Follow one's registration
///
/// Where it stands, and until when something has to be done.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.mine.get",
    responses((status = 200, description = "The registration", body = MyRegistration,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("manage_token" = []))
)]
#[get("/v1/registrations/mine")]
pub(super) async fn get(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
) -> Result<HttpResponse, Problem> {
    let row = find(&app, &token).await?;
    record(row.version, &MyRegistration::read(app.db.reader(), &app.vault, &row).await?)
}

/// Change one's registration
///
/// Role and address stay: who wants another one registers anew.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.mine.patch",
    params(EditHeaders),
    request_body(content((RegistrationPatch = "application/merge-patch+json"), (RegistrationPatch = "application/json"))),
    responses((status = 200, description = "The registration", body = MyRegistration,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("manage_token" = []))
)]
#[patch("/v1/registrations/mine")]
pub(super) async fn change(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    if_match: IfMatch,
    body: Patch<RegistrationPatch>,
) -> Result<HttpResponse, Problem> {
    let zone = body.time_zone.as_ref().and_then(Option::as_deref);
    let consents = body.consents.as_deref().unwrap_or_default();
    let language = content::check(body.language.as_deref(), zone, consents, Vec::new())?;
    let found = find(&app, &token).await?;
    let _turn = app.replays.line_up(found.event_id.0).await?;
    let (version, shown) = app
        .db
        .write(async |tx| {
            let (desk, mut row) = open(tx, &app, &found).await?;
            if_match.check(row.version)?;
            rules::registrant_may(row.status, "edit")?;
            let fields = put(&desk, &app, &mut row, &body, language.as_deref()).await?;
            let edited = Entry::new(BY_ITS_HOLDER, Action::Update).on(Kind::Registration, row.id);
            audit::note(tx, edited.fields(fields)).await?;
            desk.settle(true).await?;
            let shown = MyRegistration::read(tx, &app.vault, &row).await?;
            Ok::<_, Problem>((row.version, shown))
        })
        .await?;
    record(version, &shown)
}

/// Puts the edit into the row. Gives the names of the members that were edited.
async fn put(
    desk: &Desk<'_>,
    app: &App,
    row: &mut Model,
    patch: &RegistrationPatch,
    language: Option<&str>,
) -> Result<Vec<&'static str>, Problem> {
    let tx = desk.tx;
    let mut person = store::person(tx, &app.vault, row).await?.ok_or(Problem::bad_token())?;
    let mut fields = content::edit(&mut person, patch, &desk.row.questions.0)?;
    if let Some(language) = language {
        language.clone_into(&mut row.language);
        fields.push("language");
    }
    if let Some(reminders) = patch.reminders {
        row.reminders = reminders;
        fields.push("reminders");
        if !reminders {
            reminders::recall(tx, row.id).await?;
        }
    }
    if let Some(consents) = &patch.consents {
        let given = content::consents(row.id, consents, &row.language, tx.now());
        store::consent(tx, row.id, given).await?;
        fields.push("consents");
    }
    store::put(tx, &app.vault, row, &person).await?;
    store::save(tx, row).await?;
    Ok(fields)
}

/// Take one's registration back
///
/// The seat is given to whoever is next, in the same moment.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.mine.cancel",
    params(IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The registration", body = MyRegistration), Problem),
    security(("manage_token" = []))
)]
#[post("/v1/registrations/mine/cancel")]
pub(super) async fn cancel(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let found = find(&app, &token).await?;
    act(&app, found, BY_ITS_HOLDER, once, give_up).await
}

/// Takes it back.
pub(super) async fn give_up(desk: &mut Desk<'_>, row: &mut Model) -> Result<Action, Problem> {
    rules::registrant_may(row.status, "cancel")?;
    desk.end(row, Status::Cancelled).await?;
    Ok(Action::Cancel)
}

/// Accept an offered seat
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.mine.accept",
    params(IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The registration", body = MyRegistration), Problem),
    security(("manage_token" = []))
)]
#[post("/v1/registrations/mine/accept")]
pub(super) async fn accept(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let found = find(&app, &token).await?;
    act(&app, found, BY_ITS_HOLDER, once, take_up).await
}

/// Takes the seat that is held.
pub(super) async fn take_up(desk: &mut Desk<'_>, row: &mut Model) -> Result<Action, Problem> {
    rules::registrant_may(row.status, "accept")?;
    desk.admit(row).await?;
    store::save(desk.tx, row).await?;
    Ok(Action::Confirm)
}

/// Confirm one's address
///
/// With the token of the link that was mailed: whoever reads it has the mailbox, and from then on it alone opens the
/// registration, no more the token that was in the answer. What was registered with this address for this event before ends,
/// and its place is kept where the role is the same.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.mine.verify",
    params(IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The registration", body = MyRegistration), Problem),
    security(("manage_token" = []))
)]
#[post("/v1/registrations/mine/verify")]
pub(super) async fn verify(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let mailed = token.hash(&app.vault, KIND)?;
    let found = find(&app, &token).await?;
    act(&app, found, BY_ITS_HOLDER, once, async |desk, row| {
        if row.mailed_hash.as_ref() != Some(&mailed) {
            // The one in the answer shows nothing about the address.
            return Err(Problem::bad_token());
        }
        rules::registrant_may(row.status, "verify")?;
        row.verified_at = Some(desk.tx.now());
        // Whoever typed the address may be somebody else.
        row.token_hash = None;
        if !has_address(desk, row).await? {
            row.account_id = None;
        }
        if !take_over(desk, row).await? {
            desk.enter(row, false).await?;
        }
        store::save(desk.tx, row).await?;
        Ok(Action::Verify)
    })
    .await
}

/// Whether the account that registered is known by this very address.
async fn has_address(desk: &Desk<'_>, row: &Model) -> Result<bool, Problem> {
    let (Some(account), Some(email)) = (row.account_id, store::email(desk.tx, desk.post.vault(), row).await?)
    else {
        return Ok(false);
    };
    Ok(accounts::has_address(desk.tx, desk.post.vault(), account, &email).await?)
}

/// Ends what the same address registered for before. Says whether its place was taken.
async fn take_over(desk: &mut Desk<'_>, row: &mut Model) -> Result<bool, Problem> {
    let Some(hash) = row.email_hash.clone() else { return Ok(false) };
    let mut replaced = false;
    for mut other in store::of_address(desk.tx, row.event_id, &hash).await? {
        if other.id == row.id {
            continue;
        }
        match other.status {
            // A letter that is not answered yet: it holds no seat any more.
            Status::Unverified => desk.let_go(&mut other).await?,
            Status::Attended | Status::Absent => {}
            _ if other.role == row.role => {
                desk.replace(&mut other, row).await?;
                replaced = true;
            }
            _ => desk.end(&mut other, Status::Cancelled).await?,
        }
    }
    Ok(replaced)
}
