//! The ledger of a quote, as hosts and staff read and continue it.

use ::entity::consent::ConsentPurpose;
use ::entity::ids::QuoteId;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};

use super::out::{ConsentGiven, ConsentOut, ConsentPage};
use super::sealed::Entry;
use super::store::After;
use super::tokens::{Proof, give_token};
use super::wire::{QuoteConsentIn, QuoteConsentsPath};
use super::{Subject, giving, store};
use crate::access::action::{EditQuotes, ReadQuotes};
use crate::access::{Allowed, Told};
use crate::app::App;
use crate::http::Query;
use crate::http::etag::of_version;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::Body;
use crate::http::page::{self, Cursor, Paging};
use crate::http::patch::{AsRead, PublishingHeaders};
use crate::problem::Problem;
use crate::publishing::text_hash;
use crate::rooms::quotes::QuoteRecord;
use crate::rooms::records;

/// List the consents to publish a quote
///
/// The ledger, newest first: what was replaced or withdrawn stays in it.
#[utoipa::path(
    tag = "consents",
    operation_id = "quotes.consents.list",
    params(QuoteConsentsPath, Paging),
    responses((status = 200, description = "A page of consents", body = ConsentPage), Problem),
    security(("bearer" = []), ("api_key" = ["quotes:read"]))
)]
#[get("/v1/quotes/{quote_id}/consents")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadQuotes>,
    path: Path<QuoteConsentsPath>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging.0;
    let binding = format!("quotes/{}/consents", path.quote_id);
    let after = cursor.map(|cursor| Cursor::decode::<After>(&binding, &cursor)).transpose()?;
    let snapshot = app.db.snapshot().await?;
    let found = records::find::<QuoteRecord, _>(&snapshot, &app.vault, who.actor(), path.quote_id).await?;
    let _permit = who.over(&found)?;
    let subject = Subject::Quote(QuoteId(path.quote_id));
    let rows = store::page(&snapshot, &app.vault, subject, after, u64::from(limit.get()) + 1).await?;
    snapshot.rollback().await?;
    let (row, now) = (&found.record.row, app.clock.now());
    let bound = text_hash(&row.text, &row.translations);
    let out = |row| ConsentOut::new(row, Some(&bound), now);
    page::answer(&req, &binding, limit, rows, |row: &Entry| (row.created_at, row.id.0), out)
}

/// Record a new consent to publish a quote
///
/// To the words as they are now, which whoever records it has read (`If-Match`): an edited text needs one, and so does whatever shows
/// more of the speaker. It takes the place of the one before, which stays in the ledger. The answer holds a manage token for
/// the speaker. Who is to be named more finely than a moderator let through goes back to a moderator.
#[utoipa::path(
    tag = "consents",
    operation_id = "quotes.consents.create",
    params(QuoteConsentsPath, PublishingHeaders, IdempotencyKey),
    request_body = QuoteConsentIn,
    responses((status = 201, description = "The consent", body = ConsentGiven,
        headers(("Location" = String, description = "Where the speaker sees it, with the manage token"),
            ("ETag" = String, description = "The quote's new version"))), Problem),
    security(("bearer" = []), ("api_key" = ["quotes:write"]))
)]
#[post("/v1/quotes/{quote_id}/consents")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<EditQuotes>,
    path: Path<QuoteConsentsPath>,
    read: AsRead,
    once: Once,
    body: Body<QuoteConsentIn>,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<QuoteRecord>(tx, &app.vault, who.actor(), path.quote_id).await?;
        let permit = who.over(&found)?;
        read.demand(found.record.row.version)?;
        let (body, quote) = ((*body).clone(), &found.record);
        let (attribution, proof) = (body.attribution.clone(), Proof::Permit(&permit));
        let given = giving::to_quote(tx, &app.vault, &proof, quote, body.into_line(), attribution).await?;
        let subject = Subject::Quote(quote.row.id);
        let token = give_token(tx, &app.vault, subject, ConsentPurpose::PublishQuote).await?;
        let row = store::one(tx, &app.vault, given.id).await?.ok_or(Problem::not_found("consent"))?;
        let bound = text_hash(&quote.row.text, &quote.row.translations);
        let told = ConsentGiven {
            consent: ConsentOut::new(row, Some(&bound), tx.now()),
            manage_token: Told::new(&token),
            withheld_because: given.withheld_because,
        };
        let reply = Reply::created("/v1/consents/mine", &told)?;
        Ok(reply.etag(of_version(given.version)).about(path.quote_id))
    })
    .await
}
