//! What is done with proposals.

use ::entity::proposal::{Model, ProposalStatus};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};

use super::rules;
use super::store::{self, After, Found};
use super::subjects;
use super::wire::{ProposalFilter, ProposalIn, ProposalOut, ProposalPage, ProposalPath, path as address};
use crate::access::Allowed;
use crate::access::action::{DecideProposals, Propose, Reach, ReadProposals};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::Query;
use crate::http::etag::of_version;
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::{self, Cursor, Paging};
use crate::http::patch::{AsRead, DecisionHeaders, record};
use crate::problem::Problem;
use crate::rooms::accounts;

/// Propose what takes a second person
///
/// A lower risk, a finer place or the end of a lockdown. Hosts propose it of their own events and initiatives; what concerns a
/// country or the campaign, moderators and admins do. Nothing changes until an admin approves it who neither proposed it nor
/// made the record. It is about the record as it is now: once that changes, it has to be proposed anew.
#[utoipa::path(
    tag = "proposals",
    operation_id = "proposals.create",
    params(IdempotencyKey),
    request_body = ProposalIn,
    responses((status = 201, description = "The proposal", body = ProposalOut,
        headers(("Location" = String, description = "The proposal's address"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/proposals")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<Propose>,
    body: Body<ProposalIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let account = who.account()?;
    once.run(&app, Caller::Holder(account.0), async |tx| {
        let subject = subjects::find(tx, &app, &who, &body).await?;
        rules::shows_more(&subject.before, &subject.after)?;
        let row = store::propose(tx, &app, account, subject, &body.reason).await?;
        let (id, version) = (row.id, row.version);
        let proposal = ProposalOut::new(row, Some(body.reason.trim().to_owned()), tx.now());
        Ok(Reply::created(address(id), &proposal)?.etag(of_version(version)).about(id))
    })
    .await
}

/// List proposals
///
/// Newest first. Hosts see what they proposed and what concerns their own records.
#[utoipa::path(
    tag = "proposals",
    operation_id = "proposals.list",
    params(Paging, ProposalFilter),
    responses((status = 200, description = "A page of proposals", body = ProposalPage), Problem),
    security(("bearer" = []))
)]
#[get("/v1/proposals")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadProposals>,
    (filter, paging): (Query<ProposalFilter>, Query<Paging>),
) -> Result<HttpResponse, Problem> {
    let (filter, Paging { limit, cursor }, now) = (filter.0, paging.0, app.clock.now());
    let binding = serde_json::to_string(&("proposals", &filter)).map_err(Problem::internal)?;
    let after = cursor.map(|cursor| Cursor::decode::<After>(&binding, &cursor)).transpose()?;
    let of = match who.reach() {
        Reach::All => None,
        Reach::Own | Reach::None => Some(who.account()?),
    };
    let snapshot = app.db.snapshot().await?;
    let rows = store::page(&snapshot, of, &filter.status, now, after, limit.get()).await?;
    let mut reasons = store::reasons(&snapshot, &app.vault, &rows).await?;
    snapshot.rollback().await?;
    let key = |row: &Model| (row.created_at, row.id);
    page::answer(&req, &binding, limit, rows, key, |row| {
        let reason = reasons.remove(&row.id);
        ProposalOut::new(row, reason, now)
    })
}

/// Read a proposal
///
/// `changes` says what would be different.
#[utoipa::path(
    tag = "proposals",
    operation_id = "proposals.get",
    params(ProposalPath),
    responses((status = 200, description = "The proposal", body = ProposalOut), Problem),
    security(("bearer" = []))
)]
#[get("/v1/proposals/{proposal_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadProposals>,
    path: Path<ProposalPath>,
) -> Result<HttpResponse, Problem> {
    let snapshot = app.db.snapshot().await?;
    let found = store::find(&snapshot, who.actor(), path.proposal_id).await?.ok_or_else(unknown)?;
    let _permit = who.over(&found)?;
    let reason = store::reason(&snapshot, &app.vault, &found.row).await?;
    snapshot.rollback().await?;
    record(found.row.version, &ProposalOut::new(found.row, reason, app.clock.now()))
}

fn unknown() -> Problem {
    Problem::not_found("proposal")
}

/// Approve a proposal
///
/// It is done in the same moment. Whoever proposed it or made the record does not approve it, with no account of theirs; once the record has changed since
/// it was proposed, nobody does (409).
#[utoipa::path(
    tag = "proposals",
    operation_id = "proposals.approve",
    params(ProposalPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The proposal", body = ProposalOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/proposals/{proposal_id}/approve")]
pub(super) async fn approve(
    app: Data<App>,
    who: Allowed<DecideProposals>,
    path: Path<ProposalPath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let account = who.account()?;
    once.run(&app, Caller::Holder(account.0), async |tx| {
        let Found { row, .. } = found(tx, &who, &path).await?;
        let permit = who.anew();
        read.check(row.version)?;
        let row = rules::decide(row, &permit, account, ProposalStatus::Approved, tx.now())?;
        if accounts::are_one_person(tx, account, row.proposed_by).await? {
            return Err(rules::proposed_by_oneself());
        }
        subjects::carry_out(tx, &app, who.actor(), &row).await?;
        keep(tx, &app, row, By::from(permit.by()), Action::Approve).await
    })
    .await
}

/// Turn a proposal down
#[utoipa::path(
    tag = "proposals",
    operation_id = "proposals.reject",
    params(ProposalPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The proposal", body = ProposalOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/proposals/{proposal_id}/reject")]
pub(super) async fn reject(
    app: Data<App>,
    who: Allowed<DecideProposals>,
    path: Path<ProposalPath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let account = who.account()?;
    once.run(&app, Caller::Holder(account.0), async |tx| {
        let Found { row, .. } = found(tx, &who, &path).await?;
        let permit = who.anew();
        read.check(row.version)?;
        let row = rules::decide(row, &permit, account, ProposalStatus::Rejected, tx.now())?;
        keep(tx, &app, row, By::from(permit.by()), Action::Reject).await
    })
    .await
}

/// Take a proposal back
///
/// By whoever proposed it.
#[utoipa::path(
    tag = "proposals",
    operation_id = "proposals.withdraw",
    params(ProposalPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The proposal", body = ProposalOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/proposals/{proposal_id}/withdraw")]
pub(super) async fn withdraw(
    app: Data<App>,
    who: Allowed<Propose>,
    path: Path<ProposalPath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let account = who.account()?;
    once.run(&app, Caller::Holder(account.0), async |tx| {
        let found = found(tx, &who, &path).await?;
        let permit = who.over(&found)?;
        read.check(found.row.version)?;
        let row = rules::withdraw(found.row, &permit, account, tx.now())?;
        keep(tx, &app, row, By::from(permit.by()), Action::Withdraw).await
    })
    .await
}

async fn found<A: crate::access::action::Action>(
    tx: &Tx,
    who: &Allowed<A>,
    path: &ProposalPath,
) -> Result<Found, Problem> {
    store::find_for_change(tx, who.actor(), path.proposal_id).await?.ok_or_else(unknown)
}

async fn keep(tx: &Tx, app: &App, row: Model, by: By, action: Action) -> Result<Reply, Problem> {
    let row = store::save(tx, row).await?;
    audit::note(tx, Entry::new(by, action).on(Kind::Proposal, row.id)).await?;
    let (id, version) = (row.id, row.version);
    let reason = store::reason(tx, &app.vault, &row).await?;
    Ok(Reply::ok(&ProposalOut::new(row, reason, tx.now()))?.etag(of_version(version)).about(id))
}
