//! What is done with the risks of countries.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, put};

use super::wire::{CountryRiskIn, CountryRiskOut, CountryRiskPath};
use super::{set, store};
use crate::access::Allowed;
use crate::access::action::{ReadCountryRisks, SetCountryRisks};
use crate::app::App;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::reference;
use crate::rooms::proposals::{self, ProposalOut};

/// Read how dangerous a country is
///
/// All of them are in `GET /v1/countries`, for those who may see it.
#[utoipa::path(
    tag = "countries",
    operation_id = "countries.risk.get",
    params(CountryRiskPath),
    responses((status = 200, description = "The risk", body = CountryRiskOut), Problem),
    security(("bearer" = []))
)]
#[get("/v1/countries/{code}/risk")]
pub(super) async fn get(
    app: Data<App>,
    _who: Allowed<ReadCountryRisks>,
    path: Path<CountryRiskPath>,
) -> Result<HttpResponse, Problem> {
    let country = reference::country(&path.code).ok_or_else(|| Problem::not_found("country"))?;
    let reader = app.db.reader();
    let row = store::find(reader, &country.code).await?;
    let reason = match &row {
        Some(row) => store::reason(reader, &app.vault, row).await?,
        None => None,
    };
    Ok(HttpResponse::Ok().json(CountryRiskOut::new(&country.code, row, reason)))
}

/// What setting a risk led to.
enum Said {
    Set(CountryRiskOut),
    Proposed(Box<ProposalOut>),
}

/// Say how dangerous a country is
///
/// Raising it works at once and for all there is of the country: places become coarser, past events lose their day, quotes are
/// suspended, and at `severe` nothing of it is public. What stands in public more finely than that is hidden within a second and
/// comes back, coarser, as soon as it is made anew. Lowering it takes a second person: it becomes a proposal (202). Who has
/// proposed the same already gets that one.
#[utoipa::path(
    tag = "countries",
    operation_id = "countries.risk.put",
    params(CountryRiskPath),
    request_body = CountryRiskIn,
    responses(
        (status = 200, description = "The risk", body = CountryRiskOut),
        (status = 202, description = "It waits for a second person", body = ProposalOut,
            headers(("Location" = String, description = "The proposal's address"))),
        Problem
    ),
    security(("bearer" = []))
)]
#[put("/v1/countries/{code}/risk")]
pub(super) async fn put(
    app: Data<App>,
    who: Allowed<SetCountryRisks>,
    path: Path<CountryRiskPath>,
    body: Body<CountryRiskIn>,
) -> Result<HttpResponse, Problem> {
    let country = reference::country(&path.code).ok_or_else(|| Problem::not_found("country"))?;
    let account = who.account()?;
    let said = app
        .db
        .write(async |tx| {
            let row = store::find_for_change(tx, &country.code).await?;
            if body.risk < row.risk {
                let (now, version) = (row.risk, row.version);
                let proposal = proposals::lower_country(
                    tx,
                    &app,
                    account,
                    &country.code,
                    (now, version),
                    body.risk,
                    &body.reason,
                );
                return Ok(Said::Proposed(Box::new(proposal.await?)));
            }
            let row = match body.risk == row.risk {
                true => row,
                false => set(tx, &app, who.actor(), row, body.risk, Some(body.reason.trim())).await?,
            };
            let reason = store::reason(tx, &app.vault, &row).await?;
            Ok::<_, Problem>(Said::Set(CountryRiskOut::new(&country.code, Some(row), reason)))
        })
        .await?;
    Ok(match said {
        Said::Set(risk) => HttpResponse::Ok().json(risk),
        Said::Proposed(proposal) => {
            let mut answer = HttpResponse::build(StatusCode::ACCEPTED);
            answer.insert_header((LOCATION, proposal.address()));
            answer.json(proposal)
        }
    })
}
