//! Seeing what became of a withdrawal.

use ::entity::ids::QuoteId;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};

use super::wire::{WithdrawalOut, WithdrawalPath, of_quote};
use crate::access::Allowed;
use crate::access::action::ReadQuotes;
use crate::app::App;
use crate::problem::Problem;
use crate::rooms::quotes::QuoteRecord;
use crate::rooms::records;

/// See who has been told of a withdrawal
///
/// When which quote was withdrawn and by whom, which organisations had read it through which integration, and which say that it
/// is gone from their side. Its identifier is the quote's, as the tombstone in `/v1/gallery/changes` has it.
#[utoipa::path(
    tag = "quotes",
    operation_id = "withdrawals.get",
    params(WithdrawalPath),
    responses((status = 200, description = "The withdrawal", body = WithdrawalOut), Problem),
    security(("bearer" = []), ("api_key" = ["quotes:read"]))
)]
#[get("/v1/withdrawals/{withdrawal_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadQuotes>,
    path: Path<WithdrawalPath>,
) -> Result<HttpResponse, Problem> {
    let no_such = || Problem::not_found("withdrawal");
    let (snapshot, id) = (app.db.snapshot().await?, path.withdrawal_id);
    let found = of_quote(&snapshot, QuoteId(id)).await?.ok_or_else(no_such)?;
    let quote = records::find::<QuoteRecord, _>(&snapshot, &app.vault, who.actor(), id).await?;
    let _permit = who.over(&quote).map_err(|_| no_such())?;
    snapshot.rollback().await?;
    Ok(HttpResponse::Ok().json(found))
}
