//! Seeing what became of a withdrawal, and saying that it was followed.

use ::entity::ids::{OrganisationId, QuoteId};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use sea_orm::ConnectionTrait;

use super::store;
use super::wire::{WithdrawalFilter, WithdrawalOut, WithdrawalPage, WithdrawalPath, of_quote};
use crate::access::action::{AcknowledgeWithdrawals, Action, ReadWithdrawals};
use crate::access::{Allowed, Owner, Row};
use crate::app::App;
use crate::audit::{self, By, Entry, Kind};
use crate::http::Query;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::{self, Cursor, Paging};
use crate::problem::Problem;
use crate::rooms::quotes::QuoteRecord;
use crate::rooms::records;

/// A withdrawal, and whose it is.
struct Found {
    withdrawal: WithdrawalOut,
    /// Whether the quote is that of whoever asks, or they may see every quote.
    of_own_quote: bool,
}

impl Row for Found {
    const NOUN: &'static str = "withdrawal";

    fn belongs_to(&self, owner: Owner) -> bool {
        let told_everybody = self.withdrawal.was_public() && matches!(owner, Owner::Organisation(_));
        self.of_own_quote || told_everybody
    }
}

impl Found {
    /// To those whose quote it is not only their own part is shown.
    fn shown_to(self, organisation: Option<OrganisationId>) -> WithdrawalOut {
        match organisation.filter(|_| !self.of_own_quote) {
            Some(organisation) => self.withdrawal.part_of(organisation),
            None => self.withdrawal,
        }
    }
}

async fn find<C: ConnectionTrait, A: Action>(
    conn: &C,
    app: &App,
    who: &Allowed<A>,
    path: &WithdrawalPath,
) -> Result<Found, Problem> {
    let no_such = || Problem::not_found("withdrawal");
    let withdrawal = of_quote(conn, QuoteId(path.withdrawal_id)).await?.ok_or_else(no_such)?;
    let quote = records::find::<QuoteRecord, _>(conn, &app.vault, who.actor(), path.withdrawal_id).await?;
    let found = Found { withdrawal, of_own_quote: who.over(&quote).is_ok() };
    let _permit = who.over(&found).map_err(|_| no_such())?;
    Ok(found)
}

/// List withdrawals to follow
///
/// Those of quotes that your organisation was handed, in the gallery's feed with its key or among its own records, or whose withdrawal a
/// webhook told it: the last first, each with your own part in it. `acknowledged=false` leaves those that you still have to confirm.
#[utoipa::path(
    tag = "quotes",
    operation_id = "withdrawals.list",
    params(WithdrawalFilter, Paging),
    responses((status = 200, description = "A page of withdrawals", body = WithdrawalPage), Problem),
    security(("api_key" = ["changes:read"]))
)]
#[get("/v1/withdrawals")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<AcknowledgeWithdrawals>,
    (filter, paging): (Query<WithdrawalFilter>, Query<Paging>),
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging.0;
    let partner = who.actor().partner().ok_or_else(|| Problem::not_found("withdrawal"))?;
    let binding = serde_json::to_string(&("withdrawals", &filter.0)).map_err(Problem::internal)?;
    let after = cursor.map(|cursor| Cursor::decode::<store::Place>(&binding, &cursor)).transpose()?;
    let found = store::page(&app.db, partner.organisation, filter.0.acknowledged, after, limit.get()).await?;
    let rows =
        found.into_iter().map(|found| WithdrawalOut::from(found).part_of(partner.organisation)).collect();
    page::answer(&req, &binding, limit, rows, WithdrawalOut::place, std::convert::identity)
}

/// See who has been told of a withdrawal
///
/// When which quote was withdrawn and by whom, which organisations were told through which integration, and which say that it
/// is gone from their side. Its identifier is the quote's, as the tombstone in `/v1/gallery/changes` and `quote.withdrawn` have it. A partner
/// whose quote it is not sees that it was withdrawn and its own part in it.
#[utoipa::path(
    tag = "quotes",
    operation_id = "withdrawals.get",
    params(WithdrawalPath),
    responses((status = 200, description = "The withdrawal", body = WithdrawalOut), Problem),
    security(("bearer" = []), ("api_key" = ["changes:read"]))
)]
#[get("/v1/withdrawals/{withdrawal_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadWithdrawals>,
    path: Path<WithdrawalPath>,
) -> Result<HttpResponse, Problem> {
    let snapshot = app.db.snapshot().await?;
    let found = find(&snapshot, &app, &who, &path).await?;
    snapshot.rollback().await?;
    let organisation = who.actor().partner().map(|partner| partner.organisation);
    Ok(HttpResponse::Ok().json(found.shown_to(organisation)))
}

/// Say that withdrawn words are gone
///
/// From everything that the organisation shows, keeps and hands on. Said once, it is noted when; saying it again changes nothing.
#[utoipa::path(
    tag = "quotes",
    operation_id = "withdrawals.acknowledge",
    params(WithdrawalPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The withdrawal", body = WithdrawalOut), Problem),
    security(("api_key" = ["changes:read"]))
)]
#[post("/v1/withdrawals/{withdrawal_id}/ack")]
pub(super) async fn acknowledge(
    app: Data<App>,
    who: Allowed<AcknowledgeWithdrawals>,
    path: Path<WithdrawalPath>,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let organisation = who.actor().partner().map(|partner| partner.organisation);
    once.run(&app, who.caller()?, async |tx| {
        find(tx, &app, &who, &path).await?;
        let id = QuoteId(path.withdrawal_id);
        if let Some(organisation) = organisation
            && store::acknowledge(tx, id, organisation).await?
        {
            let entry = Entry::new(By::from(who.actor()), audit::Action::Acknowledge);
            audit::note(tx, entry.on(Kind::Quote, id)).await?;
        }
        Reply::ok(&find(tx, &app, &who, &path).await?.shown_to(organisation))
    })
    .await
}
