//! What is done with quotes.

use ::entity::consent::ConsentPurpose;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use uuid::Uuid;

use super::out::QuoteOut;
use super::wire::{QuoteFilter, QuoteIn, QuotePage, QuotePatch, QuotePath};
use super::{QuoteRecord, rules, store};
use crate::access::action::{ApproveQuotes, EditQuotes, ReadQuotes};
use crate::access::{Allowed, Told};
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::http::Query;
use crate::http::etag::of_version;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::Paging;
use crate::http::patch::{AsRead, DecisionHeaders, EditHeaders, IfMatch, Patch, PublishingHeaders};
use crate::ids;
use crate::outbox::{self, Fact, Post};
use crate::problem::{Kind, Problem};
use crate::rooms::consents::{self, Proof};
use crate::rooms::records::{self, Shown};

/// Record a quote
///
/// The words, and the consent to publish these very words; without one they are not public. A consent without `level` is one
/// to the level of `attribution`. It is a draft, which somebody else approves. With a consent, the answer holds a manage token for
/// the speaker: with it they see, narrow and withdraw the consent under `/v1/consents/mine`.
#[utoipa::path(
    tag = "quotes",
    operation_id = "quotes.create",
    params(IdempotencyKey),
    request_body = QuoteIn,
    responses((status = 201, description = "The quote", body = QuoteOut,
        headers(("Location" = String, description = "The quote's address"))), Problem),
    security(("bearer" = []), ("api_key" = ["quotes:write"]))
)]
#[post("/v1/quotes")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<EditQuotes>,
    body: Body<QuoteIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        let quote = records::read(tx, &who, &permit, ids::v4(), (*body).clone()).await?;
        let consented = quote.consent.is_some();
        let shown = records::keep(tx, &app.vault, &permit, Action::Create, vec![], quote).await?;
        let (id, version) = (shown.record.row.id, shown.record.row.version);
        let mut quote = QuoteOut::from(shown);
        if consented {
            let speaker = consents::Subject::Quote(id);
            let token = consents::give_token(tx, &app.vault, speaker, ConsentPurpose::PublishQuote).await?;
            quote.manage_token = Some(Told::new(&token));
        }
        let reply = Reply::created(records::path::<QuoteRecord>(id.0), &quote)?;
        Ok(reply.etag(of_version(version)).about(id))
    })
    .await
}

/// List quotes
///
/// In no particular order. Hosts see their own: those they recorded, those of their events, and those of their
/// initiatives that name no event.
#[utoipa::path(
    tag = "quotes",
    operation_id = "quotes.list",
    params(Paging, QuoteFilter),
    responses((status = 200, description = "A page of quotes", body = QuotePage), Problem),
    security(("bearer" = []), ("api_key" = ["quotes:read"]))
)]
#[get("/v1/quotes")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadQuotes>,
    paging: Query<Paging>,
    filter: Query<QuoteFilter>,
) -> Result<HttpResponse, Problem> {
    let fits = store::fitting(&filter.0);
    records::list::<QuoteRecord, QuoteOut>(&app, &req, &who, paging.0, &filter.0, fits).await
}

/// Read a quote
#[utoipa::path(
    tag = "quotes",
    operation_id = "quotes.get",
    params(QuotePath),
    responses((status = 200, description = "The quote", body = QuoteOut), Problem),
    security(("bearer" = []), ("api_key" = ["quotes:read"]))
)]
#[get("/v1/quotes/{quote_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadQuotes>,
    path: Path<QuotePath>,
) -> Result<HttpResponse, Problem> {
    records::get::<QuoteRecord, QuoteOut>(&app, &who, path.quote_id).await
}

/// Edit a quote
///
/// The consent was given to other words: where text or translations change it no longer fits, and the quote leaves the
/// gallery at once (`consent_other_text`) until a new one is recorded: `POST /v1/quotes/{quote_id}/consents`. It was also given to
/// this `attribution`: the level can become coarser and the label be cleared, anything else needs a new consent (409). Edited by anybody but a moderator
/// who did not make it, an approved quote is a draft again until it is approved anew. `event` and `initiative` are fixed
/// then (409).
#[utoipa::path(
    tag = "quotes",
    operation_id = "quotes.patch",
    params(QuotePath, EditHeaders),
    request_body(content((QuotePatch = "application/merge-patch+json"), (QuotePatch = "application/json"))),
    responses((status = 200, description = "The quote", body = QuoteOut), Problem),
    security(("bearer" = []), ("api_key" = ["quotes:write"]))
)]
#[patch("/v1/quotes/{quote_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<EditQuotes>,
    path: Path<QuotePath>,
    if_match: IfMatch,
    body: Patch<QuotePatch>,
) -> Result<HttpResponse, Problem> {
    let shown =
        app.db.write(async |tx| edited(tx, &app.post, &who, path.quote_id, &if_match, &body).await).await?;
    records::answer::<_, QuoteOut>(shown)
}

/// Makes an edit: a patch, or what an earlier edit changed is put back.
pub(super) async fn edited(
    tx: &Tx,
    post: &Post,
    who: &Allowed<EditQuotes>,
    id: Uuid,
    if_match: &IfMatch,
    edit: &QuotePatch,
) -> Result<Shown<QuoteRecord>, Problem> {
    let found = records::find_for_change::<QuoteRecord>(tx, post.vault(), who.actor(), id).await?;
    let permit = who.over(&found)?;
    if_match.check(found.record.row.version)?;
    let merged = records::edit(tx, who, &permit, &found.record, edit).await;
    // Of a withdrawn one there is no body left that an edit could be merged into.
    let (edited, mut changed) = merged.map_err(|problem| match problem.kind() {
        Kind::InvalidBody => records::still_there(found.record.row.status).err().unwrap_or(problem),
        _ => problem,
    })?;
    let edited = rules::change(&found.record, edited, &permit)?;
    if edited.row.status != found.record.row.status {
        changed.push("status");
    }
    records::keep_edit(tx, post.vault(), &permit, edit, &found.record, changed, edited).await
}

/// Approve a quote
///
/// It is public as far as its consent, event and initiative allow. Nobody approves what they made themselves.
#[utoipa::path(
    tag = "quotes",
    operation_id = "quotes.approve",
    params(QuotePath, PublishingHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The quote", body = QuoteOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/quotes/{quote_id}/approve")]
pub(super) async fn approve(
    app: Data<App>,
    who: Allowed<ApproveQuotes>,
    path: Path<QuotePath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<QuoteRecord>(tx, &app.vault, who.actor(), path.quote_id).await?;
        let permit = who.over(&found)?;
        let quote = rules::approve(found.record, &permit)?;
        read.demand(quote.row.version)?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Approve, vec!["status"], quote).await?;
        if shown.withheld_because.is_empty() {
            outbox::tell(tx, Fact::QuotePublished { quote_id: path.quote_id }).await?;
        }
        records::done::<_, QuoteOut>(shown)
    })
    .await
}

/// Withdraw a quote
///
/// For good: the words are removed here and from the gallery, and its consent ends.
#[utoipa::path(
    tag = "quotes",
    operation_id = "quotes.withdraw",
    params(QuotePath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The quote", body = QuoteOut), Problem),
    security(("bearer" = []), ("api_key" = ["quotes:write"]))
)]
#[post("/v1/quotes/{quote_id}/withdraw")]
pub(super) async fn withdraw(
    app: Data<App>,
    who: Allowed<EditQuotes>,
    path: Path<QuotePath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<QuoteRecord>(tx, &app.vault, who.actor(), path.quote_id).await?;
        let permit = who.over(&found)?;
        let proof = Proof::Permit(&permit);
        let shown = super::withdraw(tx, &app.vault, &proof, &read, found.record).await?;
        records::done::<_, QuoteOut>(shown)
    })
    .await
}

/// Remove a quote
///
/// A draft, with its consent. What was approved is withdrawn instead.
#[utoipa::path(
    tag = "quotes",
    operation_id = "quotes.delete",
    params(QuotePath),
    responses((status = 204, description = "It is gone"), Problem),
    security(("bearer" = []), ("api_key" = ["quotes:write"]))
)]
#[delete("/v1/quotes/{quote_id}")]
pub(super) async fn remove(
    app: Data<App>,
    who: Allowed<EditQuotes>,
    path: Path<QuotePath>,
) -> Result<HttpResponse, Problem> {
    app.db
        .write(async |tx| {
            let found =
                records::find_for_change::<QuoteRecord>(tx, &app.vault, who.actor(), path.quote_id).await?;
            let permit = who.over(&found)?;
            rules::remove(&found.record, &permit)?;
            records::remove(tx, &permit, &found.record).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
