//! What admins do with accounts.

use ::entity::account;
use ::entity::erasure::ErasureKind;
use ::entity::ids::AccountId;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, patch, post};
use sea_orm::ConnectionTrait;

use super::filters::AccountFilters;
use super::wire::{AccountOut, AccountPage, AccountPatch, AccountPath, Details, InviteIn, InvitedOut};
use super::{Address, links, rules, store};
use crate::access::action::{ManageAccounts, ReadAccounts};
use crate::access::{Allowed, Permit};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Gone, Tx};
use crate::http::Query;
use crate::http::etag;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::{self, Cursor, Paging};
use crate::http::patch::{AsRead, DecisionHeaders, EditHeaders, IfMatch, Patch, record};
use crate::outbox::{self, Fact};
use crate::problem::Problem;
use crate::rooms::people;

const LIST: &str = "accounts";

/// List accounts
///
/// In no particular order, without e-mail addresses. An account that is found by its address is noted in the audit log as read.
#[utoipa::path(
    tag = "accounts",
    operation_id = "accounts.list",
    params(AccountFilters, Paging),
    responses((status = 200, description = "A page of accounts", body = AccountPage), Problem),
    security(("bearer" = []))
)]
#[get("/v1/accounts")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadAccounts>,
    filters: Query<AccountFilters>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging.0;
    let binding = format!("{LIST}?{}", serde_json::to_string(&filters.0).map_err(Problem::internal)?);
    let after = cursor.map(|cursor| Cursor::decode::<AccountId>(&binding, &cursor)).transpose()?;
    let sought = filters.0.sought(&app.vault)?;
    let rows = store::page(app.db.reader(), filters.0.fitting(), sought.as_ref(), after, limit.get()).await?;
    let is_told = |row: &&account::Model| sought.as_ref().is_some_and(|sought| sought.is_address_of(row));
    if let Some(row) = rows.iter().take(usize::from(limit.get())).find(is_told) {
        note_reading(&app, &who.over(row)?, row.id).await?;
    }
    page::answer(&req, &binding, limit, rows, |row| row.id, |row| AccountOut::new(row, None))
}

/// Notes that somebody learnt the e-mail address of an account.
async fn note_reading(app: &App, permit: &Permit<ReadAccounts>, id: AccountId) -> Result<(), Problem> {
    let read = Entry::new(By::from(permit.by()), Action::Read).on(Kind::Account, id).fields(["email"]);
    Ok(app.db.write(async |tx| audit::note(tx, read.clone()).await).await?)
}

/// Read an account
///
/// With its e-mail address, so the reading is noted in the audit log.
#[utoipa::path(
    tag = "accounts",
    operation_id = "accounts.get",
    params(AccountPath),
    responses((status = 200, description = "The account", body = AccountOut), Problem),
    security(("bearer" = []))
)]
#[get("/v1/accounts/{account_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadAccounts>,
    path: Path<AccountPath>,
) -> Result<HttpResponse, Problem> {
    let row = store::by_id(app.db.reader(), path.account_id.into()).await?;
    let row = row.ok_or(Problem::not_found("account"))?;
    let permit = who.over(&row)?;
    note_reading(&app, &permit, row.id).await?;
    answer(&app, row).await
}

/// Give an account another role, or say which person it is
///
/// With another role its sessions end, so that it begins with a new sign-in. Nobody takes away the last admin (409).
#[utoipa::path(
    tag = "accounts",
    operation_id = "accounts.patch",
    params(AccountPath, EditHeaders),
    request_body(content((AccountPatch = "application/merge-patch+json"), (AccountPatch = "application/json"))),
    responses((status = 200, description = "The account", body = AccountOut), Problem),
    security(("bearer" = []))
)]
#[patch("/v1/accounts/{account_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<ManageAccounts>,
    path: Path<AccountPath>,
    if_match: IfMatch,
    body: Patch<AccountPatch>,
) -> Result<HttpResponse, Problem> {
    let id = path.account_id.into();
    let row = app
        .db
        .write(async |tx| {
            let others = store::other_admins(tx, id).await?;
            let row = store::for_change(tx, id).await?.ok_or(Problem::not_found("account"))?;
            let permit = who.over(&row)?;
            if_match.check(row.version)?;
            rules::still_open(&row)?;
            let person = body.person.filter(|person| *person != row.person_id);
            let role = body.role.filter(|role| *role != row.role);
            let (mut row, mut changed) = (row, Vec::new());
            if let Some(person) = person {
                people::must_be_there(tx, person).await?;
                row = rules::link(row, &permit, person);
                changed.push("person");
            }
            if let Some(role) = role {
                row = rules::give_role(row, &permit, role, others)?;
                store::end_sessions(tx, row.id, None).await?;
                changed.push("role");
            }
            if changed.is_empty() {
                return Ok(row);
            }
            let update = Entry::new(By::from(permit.by()), Action::Update).on(Kind::Account, row.id);
            audit::note(tx, update.fields(changed)).await?;
            Ok::<_, Problem>(store::save(tx, row).await?)
        })
        .await?;
    app.access.forget_account(row.id);
    answer(&app, row).await
}

/// Invite somebody
///
/// Makes an account and a one-time token to open it with, good for seven days. The token is mailed where mail is sent, and
/// is in this answer once. 409 if there is an account with this address; for a lost token, ask for a new password.
#[utoipa::path(
    tag = "accounts",
    operation_id = "accounts.invite",
    params(IdempotencyKey),
    request_body = InviteIn,
    responses((status = 201, description = "The account and its token", body = InvitedOut,
        headers(("Location" = String, description = "The account's address"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/accounts/invite")]
pub(super) async fn invite(
    app: Data<App>,
    who: Allowed<ManageAccounts>,
    once: Once,
    body: Body<InviteIn>,
) -> Result<HttpResponse, Problem> {
    let InviteIn { email, role, display_name, language } = body.into_inner();
    let address = Address::new(&app.vault, &email)?;
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        if store::by_address(tx, &address).await?.is_some() {
            return Err(rules::address_taken());
        }
        let (language, display_name) = (language.clone(), display_name.trim().to_owned());
        let new = rules::New { role, display_name, language, created_by: permit.by().account() };
        let row = store::insert(tx, &app.vault, &address, new, None).await?;
        let link = links::invite(tx, &app.post, &row, address.text()).await?;
        outbox::tell(tx, Fact::AccountInvited { account_id: row.id.0 }).await?;
        audit::note(tx, Entry::new(By::from(permit.by()), Action::Invite).on(Kind::Account, row.id)).await?;
        let (location, etag, id) =
            (format!("/v1/accounts/{}", row.id), etag::of_version(row.version), row.id);
        let details = Details { email: Some(address.text().to_owned()), removal: None };
        let account = AccountOut::new(row, Some(details));
        let invited = InvitedOut { account, token: link.token, expires_at: link.expires_at };
        Ok(Reply::created(location, &invited)?.etag(etag).about(id))
    })
    .await
}

/// Suspend an account
///
/// It can sign in no more and its sessions end: at once here, within five seconds in every other process.
#[utoipa::path(
    tag = "accounts",
    operation_id = "accounts.suspend",
    params(AccountPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The account", body = AccountOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/accounts/{account_id}/suspend")]
pub(super) async fn suspend(
    app: Data<App>,
    who: Allowed<ManageAccounts>,
    path: Path<AccountPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = path.account_id.into();
    let answer = once
        .run(&app, who.caller()?, async |tx| {
            let others = store::other_admins(tx, id).await?;
            let row = store::for_change(tx, id).await?.ok_or(Problem::not_found("account"))?;
            let permit = who.over(&row)?;
            let row = rules::suspend(row, &permit, others)?;
            read.check(row.version)?;
            tx.for_good(Gone { kind: ErasureKind::Suspended, id: row.id.0 });
            let row = store::save(tx, row).await?;
            store::end_sessions(tx, row.id, None).await?;
            outbox::tell(tx, Fact::AccountSuspended { account_id: row.id.0 }).await?;
            audit::note(tx, Entry::new(By::from(permit.by()), Action::Suspend).on(Kind::Account, row.id))
                .await?;
            reply(tx, &app, row).await
        })
        .await;
    app.access.forget_account(id);
    answer
}

/// Put a suspended account to use again
#[utoipa::path(
    tag = "accounts",
    operation_id = "accounts.restore",
    params(AccountPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The account", body = AccountOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/accounts/{account_id}/restore")]
pub(super) async fn restore(
    app: Data<App>,
    who: Allowed<ManageAccounts>,
    path: Path<AccountPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let row = store::for_change(tx, path.account_id.into()).await?;
        let row = row.ok_or(Problem::not_found("account"))?;
        let permit = who.over(&row)?;
        let row = rules::restore(row, &permit)?;
        read.check(row.version)?;
        tx.for_good(Gone { kind: ErasureKind::Reinstated, id: row.id.0 });
        let row = store::save(tx, row).await?;
        outbox::tell(tx, Fact::AccountRestored { account_id: row.id.0 }).await?;
        audit::note(tx, Entry::new(By::from(permit.by()), Action::Restore).on(Kind::Account, row.id)).await?;
        reply(tx, &app, row).await
    })
    .await
}

/// An account as the answer to a verb.
pub(super) async fn reply(tx: &Tx, app: &App, row: account::Model) -> Result<Reply, Problem> {
    let details = details(tx, app, &row).await?;
    let (id, etag) = (row.id, etag::of_version(row.version));
    Ok(Reply::ok(&AccountOut::new(row, Some(details)))?.etag(etag).about(id))
}

/// An account as an answer.
pub(super) async fn answer(app: &App, row: account::Model) -> Result<HttpResponse, Problem> {
    let details = details(app.db.reader(), app, &row).await?;
    record(row.version, &AccountOut::new(row, Some(details)))
}

async fn details<C: ConnectionTrait>(conn: &C, app: &App, row: &account::Model) -> anyhow::Result<Details> {
    let email = match row.closed_at {
        Some(_) => None,
        None => Some(store::email(conn, &app.vault, row).await?),
    };
    Ok(Details { email, removal: store::last_removal(conn, &app.vault, row.id).await? })
}
